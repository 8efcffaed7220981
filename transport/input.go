package transport

import (
	"context"
	"errors"
	"strconv"
	"strings"
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
	var first []byte
	for round := 0; ; round++ {
		err := x.Do(ctx, jc)
		if err != nil || round == rounds || !asksInput(jc.Method) || !wantsInput(jc.Reply.Result) {
			return err
		}
		if first == nil {
			first = append([]byte{}, jc.Params...)
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

// badInput is the error for what the server asks that it must not.
func badInput(err error) error { return NewError(Protocol, "the input that the server requires", err) }

// giveInput makes the params of jc those of the next try: params, the answers to what the server has asked, and its state.
func (x *connection) giveInput(ctx context.Context, jc *jsonrpc.Call, params []byte, round int) error {
	asked, err := peek.Member(jc.Reply.Result, "inputRequests")
	if err != nil {
		return badInput(err)
	}
	state, err := peek.Member(jc.Reply.Result, "requestState")
	if err == nil && !state.IsZero() && !state.Is(codec.KindString) {
		err = codec.At(codec.ErrType, "requestState")
	}
	if err != nil {
		return badInput(err)
	}
	more, n, err := x.answerInput(ctx, asked)
	switch {
	case err != nil:
		return err
	case n == 0 && state.IsZero(): // rule J-05
		return badInput(errors.New("it is nothing"))
	case n == 0 && !sleep(ctx, inputRetry<<min(round, 8)):
		return FromContext(ctx, "waiting to send "+strconv.Quote(jc.Method)+" again")
	}
	if !state.IsZero() { // byte for byte, and only if there is one (rule J-06)
		more = append(append(append(more, `"requestState":`...), state.Bytes()...), ',')
	}
	jc.Params, err = appendRetry(jc.Params[:0], params, more)
	return err
}

// appendRetry appends params with more members, which replace those of an earlier try. Each has a comma behind it.
func appendRetry(dst, params, more []byte) ([]byte, error) {
	dst = append(dst, '{')
	if len(params) > 0 {
		err := peek.Members(codec.MakeRaw(params), func(name string, text []byte, _ codec.Raw) {
			if name != "inputResponses" && name != "requestState" {
				dst = append(append(dst, text...), ',')
			}
		})
		if err != nil {
			return dst, codec.At(err, "params")
		}
	}
	dst = append(dst, more...)
	dst[len(dst)-1] = '}' // there is more
	return dst, nil
}

// answerInput lets the handler answer each of the requests in asked, and returns them as a member inputResponses with a comma behind
// it; n counts them.
func (x *connection) answerInput(ctx context.Context, asked codec.Raw) (member []byte, n int, err error) {
	if asked.IsZero() {
		return nil, 0, nil
	}
	seen := map[string]bool{}
	member = append(member, `"inputResponses":{`...)
	failed := peek.Members(asked, func(key string, _ []byte, request codec.Raw) {
		switch {
		case err != nil:
			return
		case seen[key]:
			err = badInput(codec.At(codec.ErrDuplicate, key))
			return
		}
		seen[strings.Clone(key)] = true
		if n++; n > 1 {
			member = append(member, ',')
		}
		member = append(codec.AppendString(member, key), ':')
		member, err = x.answerOne(ctx, member, request)
	})
	if err == nil && failed != nil {
		err = badInput(failed)
	}
	if err != nil || n == 0 {
		return nil, 0, err
	}
	return append(member, "},"...), n, nil
}

// answerOne appends what the handler answers to a request that has a method and params, and nothing else.
func (x *connection) answerOne(ctx context.Context, dst []byte, request codec.Raw) ([]byte, error) {
	method, err := peek.String(request, "method")
	if err != nil {
		return dst, badInput(err)
	}
	params, err := peek.Member(request, "params")
	if err != nil {
		return dst, badInput(err)
	}
	if _, ok := needs[method]; !ok { // rule J-05
		return dst, badInput(errors.New("of the kind " + strconv.Quote(quotable(method))))
	}
	frame, err := jsonrpc.AppendRequest(nil, jsonrpc.IntID(0), method, params.Bytes())
	if err != nil {
		return dst, err
	}
	var m jsonrpc.Message
	if err := jsonrpc.Scan(frame, &m); err != nil {
		return dst, badInput(localCause(err))
	}
	info := *x.info.Load()
	m.SetInfo(&info)
	result, refused := x.askHandler(ctx, &m)
	if refused != nil {
		code := Unknown
		if refused.Code == jsonrpc.CodeMethodNotFound {
			code = CannotCall
		}
		// Not the error itself: it is not the server's (rule A-36).
		return dst, NewError(code, "giving the input that the server requires: "+method, errors.New(refused.Message))
	}
	return append(dst, result...), nil
}

// askHandler lets the handler answer m, and returns its result or error.
func (x *connection) askHandler(ctx context.Context, m *jsonrpc.Message) (result []byte, e *jsonrpc.Error) {
	w := &inputWriter{p: x.peer, v: m.Info().Revision}
	defer func() {
		if v := recover(); v != nil {
			x.panicked(m.Method, v)
			result, e = nil, errNoAnswer
		}
	}()
	defer func() { result, e = w.end() }()
	x.handler.ServeMessage(ctx, w, m)
	return nil, nil
}

// quotable cuts what a peer has sent to what an error may quote.
func quotable(s string) string { return s[:min(len(s), 64)] }
