package tasks

import (
	"context"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

var (
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
		_ = w.Result(codec.MakeRaw(t.detail(`{"resultType":"complete",`, h.meta)))
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
	_ = w.Result(codec.RawString(`{"resultType":"complete"` + h.meta + "}"))
}

// detail returns t as tasks/get has it, between what stands before and behind it.
func (t *task) detail(before, behind string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append(append(t.appendDetail([]byte(before)), behind...), '}')
}

// appendDetail appends the members of t, with what belongs to its status. The lock is held.
func (t *task) appendDetail(b []byte) []byte {
	b = t.appendMembers(b)
	switch t.status {
	case Completed:
		b = append(append(b, `,"result":`...), t.result...)
	case Failed:
		text, err := t.err.AppendJSON(nil)
		if err != nil {
			text, _ = errInternal.AppendJSON(nil) // has nothing that could fail
		}
		b = append(append(b, `,"error":`...), text...)
	case InputRequired:
		b = appendObject(append(b, `,"inputRequests":`...), t.asked)
	}
	return b
}

// publish tells those who listen how t is now: all of it, in order (rule K-13). The lock is held.
func (t *task) publish() {
	hub := t.h.set.Hub
	if hub == nil {
		return
	}
	params := codec.MakeRaw(append(t.appendDetail([]byte{'{'}), '}'))
	owner := t.m.Info().Principal
	_, _ = hub.Publish(context.Background(), methodChanged, params, func(info *jsonrpc.Info) bool { return info.Principal == owner }) // who asks finds it, too
}

// appendMembers appends what every form of a task has (rule K-15). The lock is held, or t is new.
func (t *task) appendMembers(b []byte) []byte {
	b = codec.AppendString(append(b, `"taskId":`...), t.id)
	b = codec.AppendText(append(b, `,"status":`...), t.status)
	b = append(appendTime(append(b, `,"createdAt":"`...), t.created), '"')
	b = append(appendTime(append(b, `,"lastUpdatedAt":"`...), t.updated), '"')
	b = codec.AppendInt(append(b, `,"ttlMs":`...), t.h.set.TTL.Milliseconds())
	return codec.AppendInt(append(b, `,"pollIntervalMs":`...), t.h.set.PollInterval.Milliseconds())
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
