package transport_test

import (
	"bytes"
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// memory is a transport in which each message comes by itself: what HTTP does, without HTTP. A session's own stream goes to the
// client by way of the Queue's writer.
type memory struct {
	e       *transport.Endpoint
	conn    *transport.Conn
	mu      sync.Mutex
	session *transport.ServerSession
	queue   *transport.Queue
}

func (m *memory) Begin(c *transport.Conn)     { m.conn = c }
func (m *memory) FallsBack(error) bool        { return true }
func (m *memory) Close(context.Context) error { return m.end() }
func (m *memory) Write(line []byte) (int, error) {
	return len(line), m.toClient(context.Background(), line)
}

func (m *memory) end() error {
	m.mu.Lock()
	s := m.session
	m.mu.Unlock()
	if s != nil {
		s.End(nil)
		s.Wait(context.Background())
	}
	return nil
}

// toClient hands what the server has sent to the client.
func (m *memory) toClient(ctx context.Context, frame []byte) error {
	in, err := fill(m.conn.NewIncoming(len(frame)), frame)
	if err != nil {
		return err
	}
	m.conn.Receive(ctx, in)
	return nil
}

func fill(in *transport.Incoming, frame []byte) (*transport.Incoming, error) {
	room, err := in.Room()
	if err != nil {
		return nil, err
	}
	in.Added(copy(room, frame))
	return in, in.Scan()
}

func (m *memory) Call(ctx context.Context, frame []byte, _ *transport.Outbound) error {
	frame = bytes.Clone(frame)
	done := make(chan error, 1)
	go func() { done <- m.toServer(ctx, frame) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *memory) Send(ctx context.Context, frame []byte, _ *transport.Outbound) error {
	return m.toServer(ctx, frame)
}

func (m *memory) toServer(ctx context.Context, frame []byte) error {
	in, err := fill(m.e.NewIncoming(len(frame)), frame)
	if err != nil {
		return err
	}
	out := &reply{m: m, ctx: ctx}
	m.mu.Lock()
	if in.Message().Method == "initialize" && m.session == nil {
		m.queue = m.e.NewQueue(transport.QueueOptions{})
		if m.session, err = m.e.OpenSession(ctx, "s", "p", m.queue, nil); err == nil {
			err = m.queue.Attach(ctx, m)
		}
	}
	s := m.session
	m.mu.Unlock()
	if err != nil {
		return err
	}
	if meta, err := in.Message().Meta(); s == nil || err == nil && !meta.IsZero() && in.Message().Kind == jsonrpc.Request && m.modern(meta) {
		return m.e.Receive(ctx, in, out)
	}
	return s.Receive(ctx, in, out)
}

func (m *memory) modern(meta codec.Raw) bool {
	var x mcp.RequestMeta
	return codec.UnmarshalRaw(meta, &x) == nil && x.ProtocolVersion.Has()
}

// reply is the Sink of one message.
type reply struct {
	m   *memory
	ctx context.Context
	mu  sync.Mutex
}

func (r *reply) Begin() []byte { r.mu.Lock(); return nil }
func (r *reply) Abort()        { r.mu.Unlock() }

func (r *reply) Send(_ context.Context, frame []byte, _ transport.Outgoing) error {
	defer r.mu.Unlock()
	return r.m.toClient(r.ctx, frame)
}

func (r *reply) Offer(f func([]byte) []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.m.toClient(r.ctx, f(nil)) == nil
}

func carried(t *testing.T, server, client jsonrpc.Handler, so *transport.Options, co *transport.ClientOptions) *transport.Client {
	t.Helper()
	p := pool.New(pool.Config{Name: "test"})
	so.Pool, co.Pool = p, p
	m := &memory{e: transport.NewEndpoint("memory", server, so, transport.DefaultServerMessage)}
	c, err := transport.Connector{Open: func(context.Context) (transport.Link, error) {
		return transport.Carried{Name: "memory", Carrier: m}, nil
	}}.Dial(t.Context(), client, co)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		require.Eventually(t, func() bool { return p.Outstanding() == 0 }, patience, time.Millisecond)
	})
	return c
}

// The engine works without a stream: calls, nested calls, cancellation, the session's own stream, in both eras.
func TestCarried(t *testing.T) {
	server := echoServer()
	echo := server.CallTool
	ended := make(chan struct{}, 1)
	server.CallTool = func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		switch r.Params.Name {
		case "elicit":
			res, err := mcp.Elicit(ctx, r, form())
			if err != nil {
				return err
			}
			out.AddText(string(res.Action))
			return nil
		case "wait":
			<-ctx.Done()
			ended <- struct{}{}
			return ctx.Err()
		}
		return echo(ctx, r, out)
	}
	for v := jsonrpc.Rev20241105; v <= jsonrpc.Latest; v++ {
		t.Run(v.String(), func(t *testing.T) {
			changed := make(chan struct{}, 1)
			h := asker()
			h.OnToolListChanged = func(context.Context, *mcp.Request[mcp.ToolListChangedParams]) error {
				changed <- struct{}{}
				return nil
			}
			hub := new(transport.Hub)
			co := &transport.ClientOptions{Revision: v, Capabilities: codec.RawString(`{"elicitation":{}}`)}
			c := carried(t, server, h, &transport.Options{Hub: hub}, co)
			require.Equal(t, v, c.Revision())
			var wg sync.WaitGroup
			for i := range 1000 {
				wg.Go(func() {
					name := strconv.Itoa(i)
					res, err := mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: name})
					if err != nil || res.Content[0].(*mcp.TextContent).Text != name {
						t.Error(err, name)
					}
				})
			}
			wg.Wait()
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
			_, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: "wait"})
			stop()
			require.ErrorIs(t, err, transport.Timeout)
			<-ended
			if v.Modern() {
				return
			}
			if v >= jsonrpc.Rev20250618 {
				res, err := mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: "elicit"})
				require.NoError(t, err)
				require.Equal(t, "accept", res.Content[0].(*mcp.TextContent).Text)
			}
			n, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
			require.NoError(t, err)
			require.Equal(t, 1, n)
			<-changed
		})
	}
}
