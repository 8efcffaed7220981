package tasks_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/leaks"
	"github.com/mcpwire/mcpwire/transport/tasks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// declares is what a client with tasks declares.
const declares = `{"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}`

// writer notes what a request is answered with. It is dead once the request was served.
type writer struct {
	mu       sync.Mutex
	rev      jsonrpc.Revision
	answer   string
	notified int
	dead     bool
	sent     func() // called once an answer is written; nil for nothing
}

var errDead = errors.New("the exchange is over")

func (w *writer) write(b []byte, err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.dead:
		return errDead
	case err == nil:
		w.answer = string(b)
		if w.sent != nil {
			w.sent()
		}
	}
	return err
}

func (w *writer) Result(v codec.Appender) error {
	if r, ok := v.(jsonrpc.RevisionAppender); ok {
		return w.write(r.AppendJSONFor(nil, w.rev))
	}
	return w.write(v.AppendJSON(nil))
}
func (w *writer) Error(e *jsonrpc.Error) error     { return w.write(e.AppendJSON(nil)) }
func (w *writer) Forward(m *jsonrpc.Message) error { return w.write(m.Result.AppendJSON(nil)) }
func (w *writer) NewCall(string) *jsonrpc.Call     { return new(jsonrpc.Call) }
func (w *writer) Do(context.Context, *jsonrpc.Call) error {
	return errDead
}

func (w *writer) Notify(context.Context, string, codec.Appender) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return errDead
	}
	w.notified++
	return nil
}

// peer sends requests to a Handler.
type peer struct {
	t    *testing.T
	h    *tasks.Handler
	info jsonrpc.Info
}

// client returns a client of a server with a tool.
func client(t *testing.T, o *tasks.Options, tool func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error) *peer {
	t.Helper()
	server := &mcp.ServerHandler{CallTool: tool}
	p := &peer{t, tasks.NewHandler(server, o), jsonrpc.Info{Revision: jsonrpc.Latest, Capabilities: codec.RawString(declares)}}
	t.Cleanup(func() { require.NoError(t, p.h.Close(context.Background())) })
	return p
}

// do sends a request, and returns its result or error.
func (p *peer) do(ctx context.Context, method, params string) (answer string, w *writer) {
	p.t.Helper()
	return p.doThen(ctx, method, params, nil)
}

// doThen is do, and calls sent as soon as the client has the answer.
func (p *peer) doThen(ctx context.Context, method, params string, sent func()) (answer string, w *writer) {
	p.t.Helper()
	frame := []byte(`{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`)
	var m jsonrpc.Message
	require.NoError(p.t, jsonrpc.Scan(frame, &m))
	info := p.info
	m.SetInfo(&info)
	w = &writer{rev: info.Revision, sent: sent}
	p.h.ServeMessage(ctx, w, &m)
	clear(frame) // it was borrowed
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
	return w.answer, w
}

// member returns a member of an object: a string without its quotes.
func member(t *testing.T, object, name string) string {
	t.Helper()
	var d codec.Decoder
	d.Reset([]byte(object))
	found := ""
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key != name {
			d.Skip()
		} else if d.Kind() == codec.KindString {
			found = d.String()
		} else {
			found = d.Raw().String()
		}
	}
	require.NoError(t, d.Err(), object)
	return found
}

// begin calls the tool, which has to become a task, and returns the id.
func (p *peer) begin(params string) string {
	p.t.Helper()
	created, _ := p.do(p.t.Context(), "tools/call", params)
	require.Equal(p.t, "task", member(p.t, created, "resultType"), created)
	id := member(p.t, created, "taskId")
	require.NotEmpty(p.t, id)
	return id
}

// get asks for a task.
func (p *peer) get(id string) string {
	p.t.Helper()
	answer, _ := p.do(p.t.Context(), "tasks/get", `{"taskId":"`+id+`"}`)
	return answer
}
