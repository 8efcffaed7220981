package streamable

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// clientCall is a request that is under way.
type clientCall struct {
	c   *client
	ctx context.Context
	o   *transport.Outbound
	// mismatch is the answer that was kept from the caller: the server has missed a header (rule E-18).
	mismatch *jsonrpc.Error
	again    bool // it is sent for the second time
}

// Call posts a request and reads what comes because of it until the answer is there.
func (c *client) Call(ctx context.Context, frame []byte, o *transport.Outbound) error {
	if o.Method == callDiscover || o.Method == callInitialize {
		c.d.status.Store(0)
	}
	h, err := c.header(o)
	if err != nil {
		return err
	}
	x := clientCall{c: c, ctx: ctx, o: o}
	err = x.post(frame, h)
	if x.mismatch == nil {
		return err
	}
	first := x.mismatch
	if c.relist(ctx) != nil {
		return first
	}
	next, err := c.header(o)
	if err != nil || sameParams(h, next) {
		return first
	}
	x.again, x.mismatch = true, nil
	return x.post(frame, next)
}

func (x *clientCall) post(frame []byte, h http.Header) error {
	c := x.c
	body := httpclient.NewBody(frame)
	defer body.Detach()
	r := httpclient.Request{Method: http.MethodPost, Header: h, Body: body}
	var (
		resp *http.Response
		err  error
	)
	if x.o.Method == callListen { // it has no other bound
		resp, err = c.within(x.ctx, r) //nolint:bodyclose // receive does
	} else {
		resp, err = c.http.Do(x.ctx, r) //nolint:bodyclose // receive does
	}
	if err != nil {
		return err
	}
	return x.receive(resp)
}

func (x *clientCall) receive(resp *http.Response) error {
	c := x.c
	if x.o.Method == callDiscover || x.o.Method == callInitialize {
		c.d.status.Store(int32(resp.StatusCode)) //nolint:gosec // three digits
	}
	if resp.StatusCode/100 != 2 {
		return x.refused(resp)
	}
	if x.o.Method == callInitialize {
		if err := c.beginSession(resp.Header); err != nil {
			httpclient.Discard(resp.Body)
			return err
		}
	}
	if coding := resp.Header["Content-Encoding"]; len(coding) > 0 && coding[0] != "identity" {
		_ = resp.Body.Close() // it is of no use
		return transport.NewError(transport.Protocol, "the response has the content encoding "+quote(coding[0])+", which was not asked for", nil)
	}
	switch kind := httpheader.MediaType(resp.Header["Content-Type"]); kind {
	case httpheader.JSON:
		return x.readJSON(resp)
	case httpheader.Events:
		return x.readStream(resp)
	default:
		httpclient.Discard(resp.Body)
		if kind == "" && resp.ContentLength == 0 {
			return x.empty(resp)
		}
		return transport.FromStatus(transport.Protocol, "the response to a request is of the media type "+quote(kind), resp.StatusCode, nil)
	}
}

// quote quotes what the server has sent, cut.
func quote(s string) string { return strconv.QuoteToASCII(s[:min(len(s), 64)]) }

// readJSON takes a response that is one message, or a batch.
func (x *clientCall) readJSON(resp *http.Response) error {
	in, err := x.c.readBody(resp)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(in.Bytes())) == 0 {
		in.Release()
		return x.empty(resp)
	}
	answered, err := x.accept(in)
	if err == nil && !answered {
		err = transport.FromStatus(transport.Protocol, "the response has no answer to "+quote(x.o.Method), resp.StatusCode, nil)
	}
	return err
}

// empty is the error for a response without a body, as a server gives for a notification (rule T-23).
func (x *clientCall) empty(resp *http.Response) error {
	return transport.FromStatus(transport.Protocol, "the response to "+quote(x.o.Method)+" is empty", resp.StatusCode, nil)
}

// accept takes a message that has come for the call. It reports whether that was the answer. The error says that it is no message.
func (x *clientCall) accept(in *transport.Incoming) (answered bool, err error) {
	c := x.c
	if err := in.Scan(); err != nil {
		if errors.Is(err, jsonrpc.ErrBatch) && x.o.Revision == jsonrpc.Rev20250326 {
			return x.batch(in)
		}
		c.conn.Refuse(in, err)
		if transport.CodeOf(err) == transport.MessageTooLarge {
			return false, err
		}
		return false, transport.NewError(transport.Protocol, "the response", err)
	}
	m := in.Message()
	answered = c.conn.Answers(x.ctx, in)
	if m.Kind == jsonrpc.Response && m.ID.IsZero() { // rule A-14
		e := errorOf(in)
		in.Release()
		return false, transport.NewError(transport.Protocol, "the server answers no request in particular", e)
	}
	if answered && x.o.Revision.Modern() {
		switch {
		case x.o.Method == callToolsList && !m.Result.IsZero():
			in = c.learn(in)
		case x.o.Method == callToolsCall && !m.Err.IsZero() && !x.again:
			if e := errorOf(in); e.Code == jsonrpc.CodeHeaderMismatch {
				x.mismatch = e
				in.Release()
				return true, nil
			}
		}
	}
	c.conn.Receive(x.ctx, in)
	return answered, nil
}

// errorOf returns the error that a response is, in memory of its own.
func errorOf(in *transport.Incoming) *jsonrpc.Error {
	e := new(jsonrpc.Error)
	if err := in.Message().DecodeError(e); err != nil {
		return jsonrpc.NewError(jsonrpc.CodeInternalError, "the error is not valid", err)
	}
	return e.Clone()
}

// batch takes the messages of a batch, of which each gets a buffer of its own (rules ).
func (x *clientCall) batch(in *transport.Incoming) (answered bool, err error) {
	defer in.Release()
	n := 0
	for element, err := range jsonrpc.ScanBatch(in.Bytes()) {
		if n++; n > x.c.opts.Limits.Batch {
			err = fmt.Errorf("more than %d messages in a batch", x.c.opts.Limits.Batch)
		}
		if err != nil {
			return answered, transport.NewError(transport.Protocol, "the response", err)
		}
		one, err := fill(x.c.conn.NewIncoming(len(element)), element)
		if err != nil {
			return answered, err
		}
		is, err := x.accept(one)
		if err != nil {
			x.c.opts.Observe(transport.Observation{Event: transport.BadMessage, Transport: "streamable", Err: err})
		}
		answered = answered || is
	}
	return answered, nil
}

// fill puts text into in.
func fill(in *transport.Incoming, text ...[]byte) (*transport.Incoming, error) {
	for _, part := range text {
		for len(part) > 0 {
			room, err := in.Room()
			if err != nil {
				in.Release()
				return nil, err
			}
			n := copy(room, part)
			in.Added(n)
			part = part[n:]
		}
	}
	return in, nil
}

// refused returns the error for a status that is one. If the body is an error in answer to this request, that is the call's
// (rule D-10).
func (x *clientCall) refused(resp *http.Response) error {
	c, status := x.c, resp.StatusCode
	var (
		cause error
		text  string
	)
	if httpheader.MediaType(resp.Header["Content-Type"]) == httpheader.JSON {
		in, err := c.readBody(resp)
		if err != nil {
			return httpclient.Rejected(resp, "", err)
		}
		if in.Scan() == nil && !in.Message().Err.IsZero() {
			e := errorOf(in)
			if c.conn.Answers(x.ctx, in) && x.isAnswer(status, e.Code) {
				_, err := x.accept(in)
				return err
			}
			cause = e
		} else {
			text = httpclient.Quote(in.Bytes())
		}
		in.Release()
	} else if status == http.StatusNotFound && x.inSession() {
		httpclient.Discard(resp.Body)
	}
	if status == http.StatusNotFound && x.inSession() {
		c.gone.Store(true)
		return c.notFound(cause)
	}
	if cause == nil && text == "" {
		return httpclient.Refused(resp, nil)
	}
	return httpclient.Rejected(resp, text, cause)
}

// inSession reports whether the request was sent with a session id.
func (x *clientCall) inSession() bool {
	return x.c.session.Load() != nil && !x.o.Revision.Modern() && x.o.Method != callInitialize
}

// isAnswer reports whether an error that answers the request is the call's, or only says more of the status (rule D-54, trap T-02).
func (x *clientCall) isAnswer(status, code int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return false
	case http.StatusNotFound:
		return !x.inSession() || code == jsonrpc.CodeMethodNotFound
	}
	return true
}
