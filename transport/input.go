package transport

import (
	"context"
	"strconv"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// inputRetry is the pause before a request is sent again for which the server has asked no input: it only wants it
// later (rule J-07). It doubles with each round.
const inputRetry = 100 * time.Millisecond

// asksInput says which requests a server may answer with a wish for input (rule J-04).
func asksInput(method string) bool {
	return method == "tools/call" || method == "prompts/get" || method == "resources/read"
}

// doWithInput is Do for a modern revision: while the server asks for input, the client's handler gives it, and the request is
// sent again with it, as another request (rules J-06 to J-10).
func (x *connection) doWithInput(ctx context.Context, jc *jsonrpc.Call, rounds int) error {
	original := len(jc.Params)
	var first []byte
	for round := 0; ; round++ {
		err := x.Do(ctx, jc)
		if err != nil || round == rounds || !asksInput(jc.Method) || !wantsInput(jc.Reply.Result) {
			return err
		}
		if first == nil {
			first = append(make([]byte, 0, original), jc.Params...)
		}
		if err := x.giveInput(ctx, jc, first, round); err != nil {
			return err
		}
	}
}

// wantsInput reports whether a result is an InputRequiredResult.
func wantsInput(result codec.Raw) bool {
	kind, err := peek.String(result, "resultType")
	return err == nil && kind == "input_required"
}

// giveInput makes the params of jc those of the next try: params, the answers to what the server has asked, and its state.
func (x *connection) giveInput(ctx context.Context, jc *jsonrpc.Call, params []byte, round int) error {
	asked, err := peek.Member(jc.Reply.Result, "inputRequests")
	if err != nil {
		return NewError(Protocol, "the server's wish for input", err)
	}
	state, err := peek.Member(jc.Reply.Result, "requestState")
	if err != nil {
		return NewError(Protocol, "the server's wish for input", err)
	}
	extra, n, err := x.answerInput(ctx, asked)
	if err != nil {
		return err
	}
	if n == 0 && !sleep(ctx, inputRetry<<min(round, 8)) {
		return FromContext(ctx, "waiting to send "+strconv.Quote(jc.Method)+" again")
	}
	if !state.IsZero() { // byte for byte, and only if there is one (rule J-06)
		extra = append(extra, `,"requestState":`...)
		extra = append(extra, state.Bytes()...)
	}
	jc.Params = appendMembers(jc.Params[:0], params, extra)
	return nil
}

// appendMembers appends the object that params is, with more members at its end; each begins with a comma.
func appendMembers(dst, params, more []byte) []byte {
	if len(params) == 0 {
		params = []byte("{}")
	}
	end := len(params) - 1
	for end > 0 && params[end] != '}' {
		end--
	}
	dst = append(dst, params[:end]...)
	var d codec.Decoder
	d.Reset(params)
	if _, ok := d.FirstKey(); !ok && len(more) > 0 {
		more = more[1:]
	}
	dst = append(dst, more...)
	return append(dst, '}')
}

// answerInput lets the handler answer each of the requests in asked, and returns them as a member inputResponses; n counts
// them.
func (x *connection) answerInput(ctx context.Context, asked codec.Raw) (member []byte, n int, err error) {
	if asked.IsZero() {
		return nil, 0, nil
	}
	var d codec.Decoder
	d.ResetRaw(asked)
	member = append(member, `,"inputResponses":{`...)
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		request := d.Raw()
		if d.Err() != nil {
			break
		}
		if n++; n > 1 {
			member = append(member, ',')
		}
		member = codec.AppendString(member, key)
		member = append(member, ':')
		if member, err = x.answerOne(ctx, member, request); err != nil {
			return nil, 0, err
		}
	}
	if err := d.Err(); err != nil {
		return nil, 0, NewError(Protocol, "the server's wish for input", err)
	}
	return append(member, '}'), n, nil
}

// answerOne appends what the handler answers to a request that has a method and params, and nothing else.
func (x *connection) answerOne(ctx context.Context, dst []byte, request codec.Raw) ([]byte, error) {
	method, err := peek.String(request, "method")
	if err != nil {
		return dst, NewError(Protocol, "the server's wish for input", err)
	}
	params, err := peek.Member(request, "params")
	if err != nil {
		return dst, NewError(Protocol, "the server's wish for input", err)
	}
	if _, ok := needs[method]; !ok { // rule J-05
		return dst, NewError(Protocol, "the server's wish for input is of the kind "+strconv.Quote(quotable(method)), nil)
	}
	frame, err := jsonrpc.AppendRequest(nil, jsonrpc.IntID(0), method, params.Bytes())
	if err != nil {
		return dst, err
	}
	var m jsonrpc.Message
	if err := jsonrpc.Scan(frame, &m); err != nil {
		return dst, NewError(Protocol, "the server's wish for input", err)
	}
	info := *x.info.Load()
	m.SetInfo(&info)
	w := &inputWriter{p: x.peer, v: info.Revision}
	x.handler.ServeMessage(ctx, w, &m)
	if w.err == nil && w.result == nil {
		w.err = errNoAnswer
	}
	if w.err != nil {
		return dst, w.err
	}
	return append(dst, w.result...), nil
}

// quotable cuts what a peer has sent to what an error may quote.
func quotable(s string) string { return s[:min(len(s), 64)] }
