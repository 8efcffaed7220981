package tasks_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/tasks"
)

// curious asks its user in a task, and is slow.
func curious(ctx context.Context, r *callRequest, out *callResult) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	if r.Params.Name != "curious" {
		return slow(ctx, r, out)
	}
	first, err := r.Elicit(ctx, "first", &mcp.ElicitFormParams{Message: "1?"})
	if err != nil {
		return err
	}
	second, err := r.Elicit(ctx, "second", &mcp.ElicitFormParams{Message: "2?"})
	if err != nil {
		return err
	}
	out.AddText(string(first.Action) + " " + string(second.Action))
	return nil
}

// noted are the notifications that a client has got.
type noted struct {
	mu   sync.Mutex
	list []string
}

func (n *noted) ServeMessage(_ context.Context, _ jsonrpc.ResponseWriter, m *jsonrpc.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, m.Method+" "+m.Params.String())
}

func (n *noted) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.list
}

// connect returns a client that declares capabilities, of a server with tasks.
func connect(t *testing.T, seen *noted, capabilities string) *transport.Client {
	t.Helper()
	o := new(transport.PipeOptions)
	o.Server.Hub = new(transport.Hub)
	o.Client.Capabilities, o.Client.Revision = codec.RawString(capabilities), jsonrpc.Latest
	h := tasks.NewHandler(&mcp.ServerHandler{CallTool: curious, ServerInfo: mcp.Implementation{Name: "s", Version: "1"}}, &tasks.Options{Hub: o.Server.Hub})
	c, err := transport.Pipe(t.Context(), h, seen, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		require.NoError(t, h.Close(context.Background()))
	})
	return c
}

func begin(t *testing.T, c jsonrpc.Caller, name string) *tasks.Task {
	t.Helper()
	_, err := mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: name})
	created, ok := tasks.Created(err)
	require.True(t, ok, "K-11: %v", err)
	require.Equal(t, tasks.Working, created.Status)
	require.Equal(t, tasks.DefaultTTL, created.TTL)
	require.Equal(t, tasks.DefaultPollInterval, created.PollInterval)
	require.WithinDuration(t, time.Now(), created.Created, time.Second)
	return created
}

// A client sees its task through, whatever becomes of it.
func TestClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := connect(t, new(noted), declares)
		done, err := tasks.Wait(t.Context(), c, begin(t, c, "done"), nil)
		require.NoError(t, err)
		var res mcp.CallToolResult
		require.NoError(t, done.Decode(&res))
		require.Equal(t, "name done", res.Content[0].(*mcp.TextContent).Text)

		done, err = tasks.Wait(t.Context(), c, begin(t, c, "refuse"), nil)
		require.NoError(t, err)
		var refused *jsonrpc.Error
		require.ErrorAs(t, done.Decode(&res), &refused)
		require.Equal(t, -7, refused.Code)

		task := begin(t, c, "x")
		require.Error(t, task.Decode(&res))
		require.NoError(t, tasks.Cancel(t.Context(), c, task.ID))
		done, err = tasks.Wait(t.Context(), c, task, nil)
		require.NoError(t, err)
		require.ErrorIs(t, done.Decode(&res), transport.Canceled)

		ctx, stop := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer stop()
		task = begin(t, c, "x")
		still, err := tasks.Wait(ctx, c, task, nil)
		require.ErrorIs(t, err, transport.Timeout)
		require.Equal(t, tasks.Working, still.Status)

		_, err = tasks.Get(t.Context(), c, "unknown")
		require.ErrorAs(t, err, &refused)
		require.Equal(t, jsonrpc.CodeInvalidParams, refused.Code)
	})
}

// What a task asks is answered once, however often it is asked for; without who answers, Wait returns with what it asks.
func TestClientAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := connect(t, new(noted), declares)
		asks, err := tasks.Wait(t.Context(), c, begin(t, c, "curious"), nil)
		require.NoError(t, err)
		require.Equal(t, tasks.InputRequired, asks.Status)
		require.Len(t, asks.InputRequests, 1)
		var asked []string
		answer := func(_ context.Context, key string, request codec.Raw) (codec.Appender, error) {
			require.Contains(t, request.String(), "elicitation/create")
			asked = append(asked, key)
			if key == "second" {
				return &mcp.ElicitResult{Action: "decline"}, nil
			}
			return &mcp.ElicitResult{Action: "accept"}, nil
		}
		done, err := tasks.Wait(t.Context(), c, asks, answer)
		require.NoError(t, err)
		require.Equal(t, []string{"first", "second"}, asked)
		var res mcp.CallToolResult
		require.NoError(t, done.Decode(&res))
		require.Equal(t, "accept decline", res.Content[0].(*mcp.TextContent).Text)

		_, err = tasks.Wait(t.Context(), c, begin(t, c, "curious"), func(context.Context, string, codec.Raw) (codec.Appender, error) {
			return nil, nil //nolint:nilnil // that is wrong
		})
		require.ErrorIs(t, err, codec.ErrMissing)
	})
}

// K-13: who listens gets all of a task with each change, K-12: if it has declared the extension, K-08: and the task is its own.
func TestListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := new(noted)
		c := connect(t, seen, declares)
		task := begin(t, c, "done")
		listen := c.NewCall("subscriptions/listen")
		defer listen.Release()
		listen.Params = append(listen.Params, tasks.Listening(task.ID, "somebody else's").Bytes()...)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		ended := make(chan error, 1)
		go func() { ended <- c.Do(ctx, listen) }()
		synctest.Wait()
		require.Len(t, seen.all(), 1)
		require.Contains(t, seen.all()[0], `"notifications":{"taskIds":["`+task.ID+`"]}`)

		other := begin(t, c, "x")
		require.NoError(t, tasks.Cancel(t.Context(), c, other.ID))
		time.Sleep(11 * time.Second)
		require.Len(t, seen.all(), 2, "the other task is nobody's business")
		params, ok := strings.CutPrefix(seen.all()[1], "notifications/tasks ")
		require.True(t, ok, seen.all()[1])
		require.Contains(t, params, `"_meta":{"io.modelcontextprotocol/subscriptionId":`, "A-47")
		raw, err := codec.ParseRaw([]byte(params))
		require.NoError(t, err)
		told, err := tasks.Parse(raw)
		require.NoError(t, err)
		got, err := tasks.Get(t.Context(), c, task.ID)
		require.NoError(t, err)
		require.Equal(t, got, told, "as tasks/get says it")
		stop()
		require.ErrorIs(t, <-ended, transport.Canceled)

		for capabilities, want := range map[string]int{`{}`: jsonrpc.CodeMissingRequiredClientCapability, declares: jsonrpc.CodeInvalidParams} {
			c := connect(t, new(noted), capabilities)
			listen := c.NewCall("subscriptions/listen")
			if listen.Params = append(listen.Params, tasks.Listening("x").Bytes()...); want == jsonrpc.CodeInvalidParams {
				listen.Params = append(listen.Params[:0], `{"notifications":{"taskIds":[7]}}`...)
			}
			var e *jsonrpc.Error
			require.ErrorAs(t, c.Do(t.Context(), listen), &e)
			require.Equal(t, want, e.Code)
			listen.Release()
		}
	})
}

// the server says who it is in the results that it gives by itself, too.
func TestServerInfo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &mcp.ServerHandler{CallTool: slow, ServerInfo: mcp.Implementation{Name: "s", Version: "1"}}
		h := tasks.NewHandler(server, nil)
		require.Equal(t, server.DescribeServer(), h.DescribeServer())
		p := &peer{t, h, jsonrpc.Info{Revision: jsonrpc.Latest, Capabilities: codec.RawString(declares)}}
		defer func() { require.NoError(t, h.Close(t.Context())) }()
		created, _ := p.do(t.Context(), "tools/call", `{"name":"x"}`)
		id := member(t, created, "taskId")
		const info = `{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}`
		require.Equal(t, info, member(t, created, "_meta"))
		for _, method := range []string{"tasks/get", "tasks/update", "tasks/cancel"} {
			got, _ := p.do(t.Context(), method, `{"taskId":"`+id+`"}`)
			require.Equal(t, info, member(t, got, "_meta"), method)
		}
	})
}

// What is no task is none.
func TestParse(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		`{}`, `{"taskId":"x"}`, `{"status":"working"}`, `{"taskId":7,"status":"working"}`, `{"taskId":"x","status":"completed"}`, `[]`,
		`{"taskId":"x","status":"failed"}`, `{"taskId":"x","status":"working","ttlMs":"1"}`, `{"taskId":"x","status":"input_required","inputRequests":7}`,
		`{"taskId":"x","status":"failed","error":7}`,
	} {
		_, err := tasks.Parse(codec.RawString(bad))
		require.ErrorIs(t, err, transport.Protocol, bad)
	}
	got, err := tasks.Parse(codec.RawString(`{"taskId":"x","status":"working","ttlMs":null,"pollIntervalMs":-1,"createdAt":"now","more":{}}`))
	require.NoError(t, err)
	require.Equal(t, &tasks.Task{ID: "x", Status: tasks.Working}, got)
	got, err = tasks.Parse(codec.RawString(`{"taskId":"x","status":"cancelled","ttlMs":9223372036854775807}`))
	require.NoError(t, err)
	require.Greater(t, got.TTL, 290*365*24*time.Hour)

	for _, err := range []error{
		nil, context.Canceled, &mcp.UnknownResultError{Method: "tools/call", ResultType: "other", Result: codec.RawString(`{"taskId":"x","status":"working"}`)},
		&mcp.UnknownResultError{Method: "prompts/get", ResultType: "task", Result: codec.RawString(`{"taskId":"x","status":"working"}`)},
		&mcp.UnknownResultError{Method: "tools/call", ResultType: "task", Result: codec.RawString(`{}`)},
	} {
		_, ok := tasks.Created(err)
		require.False(t, ok, "K-11: %v", err)
	}
}
