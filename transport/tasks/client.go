package tasks

import (
	"context"
	"errors"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Task is what a client knows of a task. It owns its memory.
type Task struct {
	ID            string
	Status        Status
	StatusMessage string // "" for none
	Created       time.Time
	LastUpdated   time.Time
	TTL           time.Duration // from Created; 0 for no end
	PollInterval  time.Duration // what to wait between two questions; 0 if the server does not say

	Result        codec.Raw                 // of the request, as its method has it; zero unless Completed
	Error         *jsonrpc.Error            // instead of a result; nil unless Failed
	InputRequests []codec.Member[codec.Raw] // what the server asks, each a method and params; nil unless InputRequired
}

// Parse reads a task: a CreateTaskResult, the result of tasks/get, or the params of notifications/tasks.
func Parse(r codec.Raw) (*Task, error) {
	t := new(Task)
	d := codec.GetDecoder()
	defer d.Release()
	d.ResetRaw(r)
	t.read(d)
	if err := d.End(); err != nil {
		return nil, bad(err)
	}
	switch {
	case t.ID == "":
		return nil, bad(codec.Missing("taskId"))
	case t.Status == "":
		return nil, bad(codec.Missing("status"))
	case t.Status == Completed && t.Result.IsZero():
		return nil, bad(codec.Missing("result"))
	case t.Status == Failed && t.Error == nil:
		return nil, bad(codec.Missing("error"))
	}
	return t, nil
}

func bad(err error) error {
	return transport.NewError(transport.Protocol, "what the server says of a task", err)
}

func (t *Task) read(d *codec.Decoder) {
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "taskId":
			t.ID = string([]byte(d.String()))
		case "status":
			t.Status = Status([]byte(d.String()))
		case "statusMessage":
			t.StatusMessage = string([]byte(d.String()))
		case "createdAt":
			t.Created = readTime(d)
		case "lastUpdatedAt":
			t.LastUpdated = readTime(d)
		case "ttlMs":
			t.TTL = readMillis(d)
		case "pollIntervalMs":
			t.PollInterval = readMillis(d)
		case "result":
			t.Result = d.Raw().Clone()
		case "error":
			e := new(jsonrpc.Error)
			_ = e.DecodeJSON(d) // d has the error
			t.Error = e.Clone()
		case "inputRequests":
			for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
				name := string([]byte(key))
				t.InputRequests = append(t.InputRequests, codec.Member[codec.Raw]{Key: name, Value: d.Raw().Clone()})
			}
		default:
			d.Skip()
		}
	}
}

// readTime reads a time; one in a form of its own is none, as nothing depends on it.
func readTime(d *codec.Decoder) time.Time {
	t, _ := time.Parse(time.RFC3339, d.String())
	return t
}

// readMillis reads a duration; null and what is negative are 0.
func readMillis(d *codec.Decoder) time.Duration {
	if d.Null() {
		return 0
	}
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(max(d.Int(), 0), most)) * time.Millisecond
}

// Decode reads the result of a task that is over into v, which owns its memory. The error is the task's own, a Canceled if it was
// cancelled, or what is wrong with the result.
func (t *Task) Decode(v codec.Decodable) error {
	switch t.Status {
	case Completed:
		return codec.UnmarshalRaw(t.Result, v)
	case Failed:
		return t.Error
	case Cancelled:
		return transport.NewError(transport.Canceled, "the task was cancelled", nil)
	}
	return transport.NewError(transport.Unknown, "the task is not over", nil)
}

// Created returns the task that a call has become: err is what mcp.CallTool has returned. It reports false for everything else, a task in place of what
// cannot become one included (rule K-11).
func Created(err error) (*Task, bool) {
	var unknown interface {
		UnknownResult() (method, resultType string, result codec.Raw)
	}
	if !errors.As(err, &unknown) {
		return nil, false
	}
	method, kind, result := unknown.UnknownResult()
	if method != methodCall || kind != "task" {
		return nil, false
	}
	t, err := Parse(result)
	return t, err == nil
}

// Get asks what has become of a task. Like all that follows, it needs a client that has declared Extension.
func Get(ctx context.Context, c jsonrpc.Caller, id string) (*Task, error) {
	call := newCall(c, methodGet, id)
	defer call.Release()
	call.Params = append(call.Params, '}')
	if err := c.Do(ctx, call); err != nil {
		return nil, err
	}
	return Parse(call.Reply.Result)
}

// Update gives answers to what a task asks, each under the key of its request. There may be less of them than requests.
func Update(ctx context.Context, c jsonrpc.Caller, id string, answers []codec.Member[codec.Appender]) error {
	call := newCall(c, methodUpdate, id)
	defer call.Release()
	call.Params = append(call.Params, `,"inputResponses":{`...)
	for i, a := range answers {
		if i > 0 {
			call.Params = append(call.Params, ',')
		}
		call.Params = append(codec.AppendString(call.Params, a.Key), ':')
		text, err := []byte(nil), codec.ErrMissing
		if a.Value != nil {
			text, err = appendResult(a.Value, jsonrpc.Latest)
		}
		if err != nil {
			return codec.At(err, a.Key)
		}
		call.Params = append(call.Params, text...)
	}
	call.Params = append(call.Params, '}', '}')
	return c.Do(ctx, call)
}

// Cancel asks for the end of a task. It may end in another way all the same, if it is faster.
func Cancel(ctx context.Context, c jsonrpc.Caller, id string) error {
	call := newCall(c, methodCancel, id)
	defer call.Release()
	call.Params = append(call.Params, '}')
	return c.Do(ctx, call)
}

// newCall returns a call about a task, whose params want their end.
func newCall(c jsonrpc.Caller, method, id string) *jsonrpc.Call {
	call := c.NewCall(method)
	call.Params = codec.AppendString(append(call.Params, `{"taskId":`...), id)
	return call
}

// minPoll is the least pause between two questions, whatever the server says.
const minPoll = 10 * time.Millisecond

// Answer answers what a task asks: request has a method, elicitation/create and the like, and params. It is good until Answer returns; what it returns is
// not changed.
type Answer func(ctx context.Context, key string, request codec.Raw) (codec.Appender, error)

// Wait asks for a task, as often as the server wants to be asked, until it is over, and returns how it is then. What it asks goes to
// answer, once each; with nil, Wait returns when it asks something. ctx ends the wait, not the task: Cancel does.
func Wait(ctx context.Context, c jsonrpc.Caller, t *Task, answer Answer) (*Task, error) {
	asked := map[string]bool{}
	for !t.Status.Over() {
		if t.Status == InputRequired {
			if answer == nil {
				return t, nil
			}
			if err := t.answer(ctx, c, answer, asked); err != nil {
				return t, err
			}
		}
		pause := t.PollInterval
		if pause == 0 {
			pause = DefaultPollInterval
		}
		timer := time.NewTimer(max(pause, minPoll))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return t, transport.FromContext(ctx, "waiting for a task")
		}
		next, err := Get(ctx, c, t.ID)
		if err != nil {
			return t, err
		}
		t = next
	}
	return t, nil
}

// answer answers what was not asked before.
func (t *Task) answer(ctx context.Context, c jsonrpc.Caller, answer Answer, asked map[string]bool) error {
	var answers []codec.Member[codec.Appender]
	for _, q := range t.InputRequests {
		if asked[q.Key] {
			continue
		}
		a, err := answer(ctx, q.Key, q.Value)
		if err != nil {
			return err
		}
		asked[q.Key] = true
		answers = append(answers, codec.Member[codec.Appender]{Key: q.Key, Value: a})
	}
	if len(answers) == 0 {
		return nil
	}
	return Update(ctx, c, t.ID, answers)
}

// Listening is the filter of a subscriptions/listen for tasks with these ids: the params of the request. What comes then are notifications/tasks,
// whose params Parse reads.
func Listening(ids ...string) codec.Raw {
	b := []byte(`{"notifications":{"taskIds":[`)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = codec.AppendString(b, id)
	}
	return codec.MakeRaw(append(b, `]}}`...))
}
