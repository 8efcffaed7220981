package transporttest

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// meeting is where requests wait for each other.
type meeting struct {
	there int
	all   chan struct{}
}

// waitMethods wait.
var waitMethods = map[string]method{
	// wait waits for its end, and then tries to notify and to answer.
	"test/wait": func(s *script, r *request) (*reply, error) {
		s.change(func(st *state) { st.Waiting++ })
		<-r.ctx.Done()
		if err := r.w.Notify(context.Background(), "test/note", nil); report(err) != report(r.w.Result(&reply{Text: "too late"})) {
			s.change(func(st *state) { st.Reports = append(st.Reports, "notifying: "+report(err)) })
		}
		err := r.w.Error(nil)
		s.change(func(st *state) {
			st.Waiting--
			st.Released = append(st.Released, report(err))
		})
		return nil, errHandled
	},
	// meet waits until n requests of the same text are there.
	"test/meet": func(s *script, r *request) (*reply, error) {
		s.mu.Lock()
		m := s.meets[r.p.Text]
		if m == nil {
			m = &meeting{all: make(chan struct{})}
			s.meets[r.p.Text] = m
		}
		if m.there++; m.there == r.p.N {
			close(m.all)
		}
		s.mu.Unlock()
		select {
		case <-m.all:
			return &reply{N: r.p.N}, nil
		case <-r.ctx.Done():
			return nil, r.ctx.Err()
		}
	},
	// gated waits for the test to open the gate, whatever becomes of its context.
	"test/gated": func(s *script, r *request) (*reply, error) {
		s.change(func(st *state) { st.Waiting++ })
		<-s.gate
		s.change(func(st *state) { st.Waiting-- })
		return &reply{Text: r.p.Text}, nil
	},
	// gated-note is a notification that waits for the gate.
	"test/gated-note": func(s *script, r *request) (*reply, error) {
		s.change(func(st *state) { st.Noting++ })
		<-s.gate
		s.change(func(st *state) {
			st.note(&r.p)
		})
		return nil, errHandled
	},
	// close closes the session, if there is one.
	"test/close": func(s *script, r *request) (*reply, error) {
		session := r.Info().Session
		if session == nil {
			return nil, errors.New("there is no session")
		}
		err := session.Close()
		s.change(func(st *state) { st.Reports = append(st.Reports, report(err)) })
		return new(reply), nil
	},
	// pause answers after a pause.
	"test/pause": func(_ *script, r *request) (*reply, error) {
		pause(r)
		return &reply{Text: r.p.Text}, r.ctx.Err()
	},
}

// backCancel calls the peer's wait and cancels it.
func (s *script) backCancel(r *request) (*reply, error) {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := callBack(&request{Message: r.Message, ctx: ctx, w: r.w}, "test/wait", params{})
		ended <- err
	}()
	var err error
	for waiting := 0; waiting == 0 && err == nil; { // until the peer is there
		var res *reply
		if res, err = callBack(r, "test/state", params{}); err == nil {
			waiting = res.State.Waiting
		}
	}
	cancel()
	return &reply{Report: []string{report(err), report(<-ended)}}, nil
}

// thrower panics when it is encoded.
type thrower struct{}

func (thrower) AppendJSON([]byte) ([]byte, error) { panic("a secret of the encoder") }

// oddMethods do what handlers should not do.
var oddMethods = map[string]method{
	"test/panic":            func(*script, *request) (*reply, error) { panic("a secret of the handler") },
	"test/panic-encoding":   func(_ *script, r *request) (*reply, error) { return nil, r.w.Result(thrower{}) },
	"test/panic-notifying":  func(_ *script, r *request) (*reply, error) { return nil, r.w.Notify(r.ctx, "test/note", thrower{}) },
	"test/panic-note":       func(*script, *request) (*reply, error) { panic("a secret of the handler") },
	"test/nothing":          func(*script, *request) (*reply, error) { return nil, errHandled },
	"test/not-an-object":    func(_ *script, r *request) (*reply, error) { return odd(r, r.w.Result(jsonAppender{[]int{1}})) },
	"test/twice":            twice,
	"test/all-at-once":      allAtOnce,
	"test/keep":             keep,
	"test/kept":             kept,
	"test/answer-in-a-note": answerInNote,
}

// odd answers with what became of an attempt.
func odd(_ *request, err error) (*reply, error) { return &reply{Report: []string{report(err)}}, nil }

// twice answers, and then tries everything again.
func twice(s *script, r *request) (*reply, error) {
	list := attempts(r)
	s.change(func(st *state) { st.Reports = append(st.Reports, list...) })
	return nil, errHandled
}

// attempts tries all methods of the ResponseWriter, Result first.
func attempts(r *request) []string {
	list := []string{
		report(r.w.Result(&reply{Text: "first"})), // only this one can go well
		report(r.w.Error(jsonrpc.NewError(1, "second", nil))),
		report(r.w.Result(&reply{Text: "third"})),
		report(r.w.Notify(context.Background(), "test/note", nil)),
	}
	var m jsonrpc.Message
	err := jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","id":1,"result":{}}`), &m)
	if err == nil {
		err = r.w.Forward(&m)
	}
	call := r.w.NewCall("test/echo")
	defer call.Release()
	return append(list, report(err), report(r.w.Do(context.Background(), call)))
}

// allAtOnce answers from many goroutines at the same time.
func allAtOnce(s *script, r *request) (*reply, error) {
	const n = 8
	list := make([]string, n)
	var wg sync.WaitGroup
	for i := range list {
		wg.Go(func() { list[i] = report(r.w.Result(&reply{N: i + 1})) })
	}
	wg.Wait()
	s.change(func(st *state) { st.Reports = append(st.Reports, list...) })
	return nil, errHandled
}

// keep keeps the ResponseWriter and the context.
func keep(s *script, r *request) (*reply, error) {
	s.change(func(*state) { s.kept = append(s.kept, &request{ctx: r.ctx, w: r.w}) })
	return new(reply), nil
}

// kept tries what was kept, while its own request may use the same memory, and reports what came of it.
func kept(s *script, _ *request) (*reply, error) {
	var list []*request
	s.change(func(*state) { list, s.kept = s.kept, nil })
	res := new(reply)
	for _, old := range list {
		// Its handler may be about to return: the answer is faster than that.
		for end := time.Now().Add(time.Second); !errors.Is(old.w.Error(jsonrpc.NewError(1, "too late", nil)), transport.Stale) && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		res.Report = append(res.Report, attempts(old)...)
		if old.ctx.Err() == nil {
			res.Report = append(res.Report, "the context has not ended")
		}
		select {
		case <-old.ctx.Done():
		default:
			res.Report = append(res.Report, "the context is not done")
		}
	}
	return res, nil
}

// answerInNote answers a notification, which is dropped (rule A-16).
func answerInNote(s *script, r *request) (*reply, error) {
	list := []string{report(r.w.Result(new(reply))), report(r.w.Error(jsonrpc.NewError(1, "no", nil)))}
	s.change(func(st *state) { st.Reports = append(st.Reports, list...) })
	return nil, errHandled
}

// decode decodes the result of a call.
func decode(c *jsonrpc.Call) (*reply, error) {
	res := new(reply)
	return res, json.Unmarshal(orEmpty(c.Reply.Result.Bytes()), res)
}
