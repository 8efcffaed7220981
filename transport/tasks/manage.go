package tasks

import (
	"context"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

var (
	ack        = codec.RawString(`{"resultType":"complete"}`)
	errUnknown = jsonrpc.NewError(jsonrpc.CodeInvalidParams, "invalid params: taskId: there is no such task", nil)
	errNoCalls = jsonrpc.NewError(jsonrpc.CodeInternalError, "a task cannot call the client", nil)
)

// manage answers what clients ask about tasks. An error in writing the answer ends the connection, which is not ours.
func (h *Handler) manage(w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
	if !declared(m.Info()) { // rule K-12
		_ = w.Error(Required())
		return
	}
	id, err := peek.String(m.Params, "taskId")
	if err != nil {
		_ = w.Error(jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: taskId: %w", err))
		return
	}
	t := h.find(id, m.Info())
	if t == nil {
		_ = w.Error(errUnknown)
		return
	}
	switch m.Method {
	case methodGet:
		_ = w.Result(codec.MakeRaw(t.detail()))
		return
	case methodUpdate:
		answers, err := members(m.Params, "inputResponses")
		if err != nil {
			_ = w.Error(jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: inputResponses: %w", err))
			return
		}
		t.update(answers)
	case methodCancel:
		t.stop()
	}
	_ = w.Result(ack)
}

// detail returns the result of tasks/get.
func (t *task) detail() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.appendMembers([]byte(`{"resultType":"complete",`))
	switch t.status {
	case completed:
		b = append(append(b[:len(b)-1], `,"result":`...), t.result...)
	case failed:
		text, err := t.err.AppendJSON(nil)
		if err != nil {
			text, _ = errInternal.AppendJSON(nil) // has nothing that could fail
		}
		b = append(append(b[:len(b)-1], `,"error":`...), text...)
	case inputRequired:
		b = appendObject(append(b[:len(b)-1], `,"inputRequests":`...), t.asked)
	default:
		return b
	}
	return append(b, '}')
}

// appendMembers appends what every form of a task has (rule K-15), and the end of the object. The lock is held, or t is new.
func (t *task) appendMembers(b []byte) []byte {
	b = codec.AppendString(append(b, `"taskId":`...), t.id)
	b = codec.AppendText(append(b, `,"status":`...), t.status)
	b = append(appendTime(append(b, `,"createdAt":"`...), t.created), '"')
	b = append(appendTime(append(b, `,"lastUpdatedAt":"`...), t.updated), '"')
	b = codec.AppendInt(append(b, `,"ttlMs":`...), t.h.set.TTL.Milliseconds())
	b = codec.AppendInt(append(b, `,"pollIntervalMs":`...), t.h.set.PollInterval.Milliseconds())
	return append(b, '}')
}

func appendTime(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z07:00")
}

// noCaller is what a run has that began after its exchange.
type noCaller struct{}

func (noCaller) NewCall(method string) *jsonrpc.Call {
	c := new(jsonrpc.Call)
	jsonrpc.InitCall(c, method, nil)
	return c
}
func (noCaller) Do(context.Context, *jsonrpc.Call) error              { return errNoCalls }
func (noCaller) Notify(context.Context, string, codec.Appender) error { return nil }
