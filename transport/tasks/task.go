package tasks

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// Status is that of a task.
type Status string

// What a task can be. The last three are the end of it.
const (
	Working       Status = "working"
	InputRequired Status = "input_required" // it waits for the client
	Completed     Status = "completed"      // there is a result
	Failed        Status = "failed"         // there is an error
	Cancelled     Status = "cancelled"
)

// Over reports whether nothing will become of a task any more.
func (s Status) Over() bool { return s == Completed || s == Failed || s == Cancelled }

// task is a request that is answered later.
type task struct {
	h       *Handler
	id      string
	m       *jsonrpc.Message // the request
	base    context.Context  //nolint:containedctx // of the contexts of later runs
	created time.Time
	expire  *time.Timer

	mu      sync.Mutex
	status  Status
	updated time.Time
	cancel  context.CancelFunc // of the run that goes on
	result  []byte
	err     *jsonrpc.Error

	asked    []member  // what the client has not answered
	answered []member  // what it has
	state    codec.Raw // the requestState for the next run; zero for none
}

// member is a member of an object.
type member struct {
	key   string
	value codec.Raw
}

var errNoQuestion = errors.New("tasks: a result that requires input asks nothing")

// set sets the status, when all that belongs to it is set. The lock is held.
func (t *task) set(s Status) {
	t.status, t.updated = s, time.Now()
	t.publish()
}

// settle takes what a run has answered, unless t waits for no answer.
func (t *task) settle(result []byte, e *jsonrpc.Error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.status != Working {
		return nil
	}
	if e != nil {
		t.err = e
		t.set(Failed)
		return nil
	}
	raw := codec.MakeRaw(result)
	kind, err := peek.String(raw, "resultType")
	switch {
	case err != nil:
		return err
	case kind == string(InputRequired):
		return t.ask(raw)
	}
	t.result = result
	t.set(Completed)
	return nil
}

// ask makes t wait for what a result asks for. The lock is held.
func (t *task) ask(result codec.Raw) error {
	asked, err := members(result, "inputRequests")
	if err != nil {
		return err
	}
	if len(asked) == 0 {
		return errNoQuestion
	}
	t.state, err = peek.Member(result, "requestState")
	if err != nil {
		return err
	}
	t.asked, t.answered = asked, nil
	t.set(InputRequired)
	return nil
}

// members returns the members of the object that is a member of r, in memory of their own.
func members(r codec.Raw, name string) ([]member, error) {
	object, err := peek.Member(r, name)
	if err != nil || object.IsZero() {
		return nil, err
	}
	if !object.Is(codec.KindObject) {
		return nil, codec.At(codec.ErrType, name)
	}
	var list []member
	err = peek.Members(object, func(key string, _ []byte, value codec.Raw) {
		key = string([]byte(key))
		list = slices.DeleteFunc(list, func(m member) bool { return m.key == key }) // the last one counts
		list = append(list, member{key, value.Clone()})
	})
	return list, err
}

// stop cancels t.
func (t *task) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.status.Over() {
		t.set(Cancelled)
		t.asked = nil
		t.cancel()
	}
}

// update takes answers of the client's; what it was not asked is ignored. It runs the request again when there is one to each question.
func (t *task) update(answers []member) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.status != InputRequired {
		return
	}
	for _, a := range answers {
		i := slices.IndexFunc(t.asked, func(q member) bool { return q.key == a.key })
		if i >= 0 {
			t.asked = slices.Delete(t.asked, i, i+1)
			t.answered = append(t.answered, a)
		}
	}
	if len(t.asked) > 0 {
		return
	}
	m, err := t.again()
	if err != nil || !t.h.hold() {
		t.err = errInternal
		t.set(Failed)
		return
	}
	t.set(Working)
	ctx, cancel := context.WithCancel(t.base)
	t.cancel = cancel
	r := &run{h: t.h, m: m, Caller: noCaller{}, cancel: cancel, t: t}
	go r.do(ctx)
}

// hold counts a run, unless h is closed.
func (h *Handler) hold() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.running.Add(1)
	}
	return !h.closed
}

// again returns the request with the answers. The lock is held.
func (t *task) again() (*jsonrpc.Message, error) {
	params := []byte{'{'}
	err := peek.Members(t.m.Params, func(name string, text []byte, _ codec.Raw) {
		if name != "inputResponses" && name != "requestState" {
			params = append(append(params, text...), ',')
		}
	})
	if err != nil {
		return nil, err
	}
	if !t.state.IsZero() {
		params = append(append(append(params, `"requestState":`...), t.state.Bytes()...), ',')
	}
	params = append(appendObject(append(params, `"inputResponses":`...), t.answered), '}')
	frame, err := jsonrpc.AppendRequest(nil, t.m.ID, t.m.Method, params)
	if err != nil {
		return nil, err
	}
	m := new(jsonrpc.Message)
	if err := jsonrpc.Scan(frame, m); err != nil {
		return nil, err
	}
	m.SetInfo(t.m.Info())
	return m, nil
}

func appendObject(dst []byte, list []member) []byte {
	dst = append(dst, '{')
	for i, m := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(codec.AppendString(dst, m.key), ':'), m.value.Bytes()...)
	}
	return append(dst, '}')
}
