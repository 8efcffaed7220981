// Package tasks is the extension io.modelcontextprotocol/tasks of MCP 2026-07-28: a tool that takes its time says so with Begin, its client gets a
// task at once, and asks for the result later.
//
//	func compute(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
//		if err := tasks.Begin(ctx); err != nil {
//			return err // or go on: the client waits then
//		}
//		...
//
// A Handler stands between the transport and the server's own handler, which says in its capabilities that it has Extension. Everything
// else stays as it is: what the tool answers is the result of the task, and a tool that asks for input, as with Request.Elicit, makes
// its task wait for it. As always then, the tool runs again from its beginning once there are answers.
//
// Tasks live in the memory of the process. Clients ask what has become of them, or listen, if Options.Hub is set.
//
// A client that has declared Extension finds with Created what a call has become, and with Wait its end:
//
//	res, err := mcp.CallTool(ctx, client, params)
//	if t, ok := tasks.Created(err); ok {
//		if t, err = tasks.Wait(ctx, client, t, nil); err == nil {
//			res = new(mcp.CallToolResult)
//			err = t.Decode(res)
//		}
//	}
package tasks

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// Extension is the name of the extension in the capabilities of clients and servers.
const Extension = "io.modelcontextprotocol/tasks"

// The methods that a Handler answers by itself, and its notification. Only tools/call can become a task.
const (
	methodCall    = "tools/call"
	methodGet     = "tasks/get"
	methodUpdate  = "tasks/update"
	methodCancel  = "tasks/cancel"
	methodChanged = "notifications/tasks"
)

// The defaults of Options.
const (
	DefaultTTL          = 15 * time.Minute
	DefaultPollInterval = time.Second
	DefaultMaxTasks     = 1000
)

// Options are the options of a Handler. The zero Options is complete; what is zero or negative takes its default.
type Options struct {
	// TTL is how long a task lives, from its beginning. What still runs then is cancelled.
	TTL time.Duration
	// PollInterval is what clients are told to wait between two questions.
	PollInterval time.Duration
	// MaxTasks bounds how many tasks there are, those that have ended included. Begin fails when there are as many.
	MaxTasks int
	// Hub, if not nil, tells clients that listen what becomes of their tasks. It is the one of the server's own Options.
	Hub *transport.Hub
}

// Handler makes tasks of requests whose functions call Begin, and answers tasks/get, tasks/update and tasks/cancel. It is a jsonrpc.Handler,
// and safe for concurrent use. A task is for the principal who has begun it; its id is a secret.
type Handler struct {
	next jsonrpc.Handler
	set  Options
	meta string // a member _meta of results, with a comma before it; "" for none

	mu      sync.Mutex
	tasks   map[string]*task
	closed  bool
	running sync.WaitGroup // functions that go on after their requests were answered
}

// NewHandler returns a Handler of what next answers. o may be nil.
func NewHandler(next jsonrpc.Handler, o *Options) *Handler {
	h := &Handler{next: next, tasks: map[string]*task{}}
	if o != nil {
		h.set = *o
	}
	if h.set.TTL <= 0 {
		h.set.TTL = DefaultTTL
	}
	if h.set.PollInterval <= 0 {
		h.set.PollInterval = DefaultPollInterval
	}
	if h.set.MaxTasks <= 0 {
		h.set.MaxTasks = DefaultMaxTasks
	}
	h.meta = h.describe()
	if h.set.Hub != nil {
		h.set.Hub.Offer(transport.Topic{Method: methodChanged, Key: "taskId", Filter: "taskIds", Admit: h.admit})
	}
	return h
}

// DescribeServer implements transport.ServerDescriber, if the server's own handler does.
func (h *Handler) DescribeServer() codec.Appender {
	if d, ok := h.next.(transport.ServerDescriber); ok {
		return d.DescribeServer()
	}
	return nil
}

// describe returns what results say of the server (rule A-45).
func (h *Handler) describe() string {
	info := h.DescribeServer()
	if info == nil {
		return ""
	}
	text, err := appendResult(info, jsonrpc.Latest)
	if err != nil {
		return "" // it is only a name
	}
	return `,"_meta":{"` + peek.KeyServerInfo + `":` + string(text) + "}"
}

// admit says which tasks a client may listen to: those that are its own (rules K-08, K-12).
func (h *Handler) admit(info *jsonrpc.Info, ids []string) ([]string, *jsonrpc.Error) {
	if !declared(info) {
		return nil, Required()
	}
	var own []string
	for _, id := range ids {
		if h.find(id, info) != nil {
			own = append(own, id)
		}
	}
	return own, nil
}

// ServeMessage answers m.
func (h *Handler) ServeMessage(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
	info := m.Info()
	if m.Kind != jsonrpc.Request || !info.Revision.Modern() {
		h.next.ServeMessage(ctx, w, m)
		return
	}
	switch m.Method {
	case methodCall:
		if !declared(info) {
			break
		}
		newRun(h, w, m).serve(ctx)
		return
	case methodGet, methodUpdate, methodCancel:
		h.manage(w, m)
		return
	}
	h.next.ServeMessage(ctx, w, m)
}

// declared reports whether the client has declared the extension with the request.
func declared(info *jsonrpc.Info) bool {
	extensions, err := peek.Member(info.Capabilities, "extensions")
	if err != nil || !extensions.Is(codec.KindObject) {
		return false
	}
	declared, err := peek.Member(extensions, Extension)
	return err == nil && !declared.IsZero()
}

// Required returns the error for a request that needs a client with the extension (-32021).
func Required() *jsonrpc.Error {
	e := jsonrpc.NewError(jsonrpc.CodeMissingRequiredClientCapability, "the client has to declare "+Extension, nil)
	e.Data = codec.RawString(`{"requiredCapabilities":{"extensions":{"` + Extension + `":{}}}}`)
	return e
}

// Close cancels all tasks and lets no more begin. It waits, within ctx, until the functions that go on have returned.
func (h *Handler) Close(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true
	all := make([]*task, 0, len(h.tasks))
	for _, t := range h.tasks {
		all = append(all, t)
	}
	h.mu.Unlock()
	for _, t := range all {
		h.drop(t)
	}
	done := make(chan struct{})
	go func() {
		h.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return transport.FromContext(ctx, "waiting for tasks")
	}
}

var (
	errClosed  = jsonrpc.NewError(jsonrpc.CodeInternalError, "the server is shutting down", nil)
	errTooMany = jsonrpc.NewError(jsonrpc.CodeInternalError, "there are too many tasks", nil)
)

// create adds a task of a request, which is of base.
func (h *Handler) create(base context.Context, m *jsonrpc.Message, cancel context.CancelFunc) (*task, error) {
	now := time.Now()
	t := &task{h: h, base: base, id: rand.Text(), m: m, created: now, updated: now, status: Working, cancel: cancel}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, errClosed
	case len(h.tasks) >= h.set.MaxTasks:
		return nil, errTooMany
	}
	h.tasks[t.id] = t
	t.expire = time.AfterFunc(h.set.TTL, func() { h.drop(t) })
	h.running.Add(1)
	return t, nil
}

// find returns a task of the sender's, or nil.
func (h *Handler) find(id string, info *jsonrpc.Info) *task {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.tasks[id]; t != nil && t.m.Info().Principal == info.Principal {
		return t
	}
	return nil
}

// drop forgets a task.
func (h *Handler) drop(t *task) {
	h.mu.Lock()
	delete(h.tasks, t.id)
	h.mu.Unlock()
	t.expire.Stop()
	t.stop()
}
