package transporttest

import (
	"encoding/json"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

// Whoever does not wait any more says so, for whatever reason.
func cancelIsTold(s *suite) {
	l, r := s.rawServer(nil)
	for _, reason := range []string{"canceled", "timeout"} {
		ctx, cancel := withCancel(s)
		call := l.NewCall("test/x")
		if reason == "timeout" {
			call.Timeout = 300 * time.Millisecond // within which the request is sent
		}
		done := make(chan error, 1)
		go func() {
			_, err := l.do(ctx, call, params{})
			done <- err
		}()
		id := r.receive().ID.String()
		if reason == "canceled" {
			cancel()
		}
		require.Error(s, wait(s, done, "the end of the call"))
		call.Release()
		m := r.receive()
		require.Equal(s, "notifications/cancelled", m.Method)
		var p struct {
			RequestID json.RawMessage `json:"requestId"`
			Reason    string          `json:"reason"`
		}
		require.NoError(s, json.Unmarshal(m.Params.Bytes(), &p))
		require.Equal(s, id, string(p.RequestID))
		require.Equal(s, reason, p.Reason)
	}
	l.answered(r)
}

// An answer that nobody waits for any more, or that nobody has ever waited for.
func lateAnswersAreDropped(s *suite) {
	l, r := s.rawServer(nil)
	ctx, cancel := withCancel(s)
	m, done := l.take(ctx, r, "test/x")
	id := m.ID.String()
	cancel()
	require.ErrorIs(s, wait(s, done, "the end of the call"), transport.Canceled)
	if s.tr.Exchanges && s.rev.Modern() { // where the answer would go is closed
		_ = r.trySend(`{"jsonrpc":"2.0","id":` + id + `,"result":{}}`)
		l.answered(r)
		return
	}
	require.Equal(s, "notifications/cancelled", r.receive().Method)
	for _, late := range []string{
		`{"jsonrpc":"2.0","id":` + id + `,"result":{}}`,
		`{"jsonrpc":"2.0","id":` + id + `,"error":{"code":1,"message":"late"}}`,
		`{"jsonrpc":"2.0","id":` + id + `000,"result":{}}`,
		`{"jsonrpc":"2.0","id":"` + id + `","result":{}}`,
	} {
		r.send(late)
	}
	l.answered(r) // it may overtake them, where answers have streams of their own
	least := int64(4)
	if s.tr.Exchanges {
		least-- // the first goes where its call has waited, and may find that closed
	}
	s.eventually(func() bool { return l.seen.Count(transport.LateAnswer) >= least }, "all of them")
	require.LessOrEqual(s, l.seen.Count(transport.LateAnswer), int64(4))
}

// What cancels nothing does nothing.
func cancelOfNothing(s *suite) {
	r := s.serve(nil).openRaw()
	for _, params := range []string{
		`{"requestId":99}`, `{"requestId":"1"}`, `{"requestId":0}`, `{}`, `{"requestId":null}`, `{"requestId":{}}`, `{"requestId":1.5}`,
		`{"reason":"no id"}`, `{"requestId":1,"requestId":2}`, `{"requestId":-1,"reason":7}`,
	} {
		r.send(notification("notifications/cancelled", params))
	}
	r.send(`{"jsonrpc":"2.0","method":"notifications/cancelled"}`)
	r.alive()
}

// A request that is cancelled gets no answer, and nothing else that belongs to it.
func cancelOnTheWire(s *suite) {
	r := s.serve(nil).openRaw()
	for i, id := range []string{`7`, `"7"`, `7.0`} {
		r.send(r.request(id, "test/wait", ""))
		r.await(func(st *state) bool { return st.Waiting == 1 }, "the request")
		r.send(notification("notifications/cancelled", `{"requestId":`+id+`}`))
		r.await(func(st *state) bool { return len(st.Released) == i+1 }, "the end of the context")
		r.alive() // and nothing has come in between
	}
	for _, code := range r.reply("test/state", "").State.Released {
		require.Equal(s, transport.Canceled.String(), code)
	}
}
