package streamable_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// D-11 to D-17: the server closes the connection, the client comes back for the answer.
func TestCloseStream(t *testing.T) {
	o := streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)}
	server := tools()
	echo := server.CallTool
	release := make(chan struct{})
	server.CallTool = func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		err := echo(ctx, r, out)
		if r.Params.Name == "close" {
			<-release
		}
		return err
	}
	inBubble(t, server, o, func(t *testing.T, b *bubble) {
		h := b.open("2025-11-25")
		e := stream(t, b.do(http.MethodPost, legacyCall("1", "close"), h))
		first, _ := e.next()
		require.NotEmpty(t, first.id, "D-11")
		require.Empty(t, first.data)
		retry, _ := e.next()
		require.Equal(t, "10", retry.retry, "D-15")
		_, ok := e.next()
		require.False(t, ok, "D-13: the connection is closed, the request goes on")

		h["Last-Event-ID"] = first.id
		e = stream(t, b.do(http.MethodGet, "", h))
		x, _ := e.next()
		require.Equal(t, ": ", x.comment)
		close(release)
		answer, _ := e.next()
		require.Contains(t, answer.data, `"id":1,"result"`)
		require.NotEmpty(t, answer.id)
		_, ok = e.next()
		require.False(t, ok, "D-45: a resumed stream ends with the answer")

		e = stream(t, b.do(http.MethodGet, "", h)) // D-45: it is kept for a while
		x, _ = e.next()
		require.Equal(t, ": ", x.comment)
		again, _ := e.next()
		require.Equal(t, answer, again)
		_, ok = e.next()
		require.False(t, ok)

		h["Last-Event-ID"] = answer.id
		e = stream(t, b.do(http.MethodGet, "", h))
		require.Empty(t, e.message(), "there is nothing after it")

		other := b.open("2025-11-25")
		for _, id := range []string{first.id, "none", first.id + "x"} { // D-43, D-44, H-18, S9
			other["Last-Event-ID"] = id
			resp := b.do(http.MethodGet, "", other)
			require.Equal(t, http.StatusBadRequest, resp.StatusCode)
			require.Equal(t, `{"jsonrpc":"2.0","error":{"code":-32600,"message":"the event id is not known"}}`, read(t, resp))
		}
	})
}

// CloseStream needs a client that can come back.
func TestCannotCloseStream(t *testing.T) {
	for _, row := range []struct {
		name, v string
		store   transport.EventStore
		accept  string
	}{
		{"no store", "2025-11-25", nil, "application/json, text/event-stream"},
		{"revision", "2025-06-18", transport.NewMemoryEventStore(nil), "application/json, text/event-stream"},
		{"JSON only", "2025-11-25", transport.NewMemoryEventStore(nil), "application/json"},
		{"store fails", "2025-11-25", failing{}, "application/json, text/event-stream"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newServer(t, tools(), &streamable.HandlerOptions{EventStore: row.store})
			h := s.open(row.v)
			h["Accept"] = row.accept
			require.Contains(t, read(t, s.do(http.MethodPost, legacyCall("1", "close"), h)), `"id":1,"error"`)
		})
	}
	s := newServer(t, tools(), &streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)})
	require.Contains(t, read(t, s.do(http.MethodPost, call("1", "close"), modern("tools/call", "close"))), `"id":1,"error"`)
}

// With EventStreams, the answer of a request whose connection breaks before it can be had too; what has a status of its own keeps it.
func TestEventStreams(t *testing.T) {
	o := streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil), EventStreams: true}
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		h := b.open("2025-11-25")
		resp := b.do(http.MethodPost, legacyCall("1", "sleep:1s"), h)
		e := stream(t, resp)
		first, _ := e.next()
		require.NotEmpty(t, first.id, "D-11: the client can come back before there is anything else")
		require.NoError(t, resp.Body.Close())
		h["Last-Event-ID"] = first.id
		require.Contains(t, stream(t, b.do(http.MethodGet, "", h)).message(), `"id":1,"result"`)

		require.Contains(t, stream(t, b.do(http.MethodPost, call("2", "echo"), modern("tools/call", "echo"))).message(), `"id":2,"result"`)
		delete(h, "Last-Event-ID")
		for accept, want := range map[string]string{"application/json": "application/json", "application/json, text/event-stream": "text/event-stream"} {
			for _, v := range []header{h, modern("tools/call", "echo")} {
				v["Accept"] = accept
				body := call("3", "echo")
				if v["Mcp-Session-Id"] != "" {
					body = legacyCall("3", "echo")
				}
				resp := b.do(http.MethodPost, body, v)
				require.Equal(t, want, resp.Header.Get("Content-Type"))
				require.Contains(t, read(t, resp), `"id":3,"result"`)
			}
		}
		resp = b.do(http.MethodPost, request("4", "no/such", ""), modern("no/such", ""))
		require.Equal(t, http.StatusNotFound, resp.StatusCode, "E-31")
		require.Contains(t, read(t, resp), `"code":-32601`)
	})
}

// failing is a store that is out of order.
type failing struct{}

var errFailing = errors.New("out of order")

func (failing) Append(context.Context, transport.StreamOwner, string, []byte, bool) (string, error) {
	return "", errFailing
}

func (failing) After(context.Context, transport.StreamOwner, string) (transport.Replay, error) {
	return transport.Replay{}, errFailing
}
func (failing) SessionClosed(context.Context, transport.StreamOwner) error { return errFailing }

// A store that fails costs the clients nothing but the chance to resume.
func TestFailingStore(t *testing.T) {
	inBubble(t, tools(), streamable.HandlerOptions{EventStore: failing{}}, func(t *testing.T, b *bubble) {
		h := b.open("2025-11-25")
		e := stream(t, b.do(http.MethodPost, legacyCall("1", "progress"), h))
		x, _ := e.next()
		require.Contains(t, x.data, "progress")
		require.Empty(t, x.id)
		require.Contains(t, e.message(), `"id":1,"result"`)
		h["Last-Event-ID"] = "1"
		resp := b.do(http.MethodGet, "", h)
		require.Equal(t, http.StatusInternalServerError, resp.StatusCode)
		require.NotContains(t, read(t, resp), "out of order")
	})
}

// F19: the connection breaks again and again, at any time, and nothing is lost or comes twice.
func TestResumeOwnStream(t *testing.T) {
	hub := new(transport.Hub)
	o := streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)}
	o.Hub = hub
	for _, v := range []string{"2025-06-18", "2025-11-25"} {
		inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
			h := b.open(v)
			sent, seen := 0, 0
			publish := func() {
				sent++
				_, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
				require.NoError(t, err)
			}
			ids := map[string]bool{}
			for round := range 20 {
				publish() // nobody is there
				synctest.Wait()
				e := stream(t, b.do(http.MethodGet, "", h))
				for i := range round % 4 {
					if i == 2 {
						publish()
					}
					for {
						x, ok := e.next()
						require.True(t, ok)
						if x.id != "" {
							require.False(t, ids[x.id], "D-39")
							ids[x.id] = true
							h["Last-Event-ID"] = x.id
						}
						if x.data != "" {
							seen++
							break
						}
						require.True(t, x.id == "" || v == "2025-11-25", "T-11")
					}
					publish()
				}
				e.resp.Body.Close()
				synctest.Wait()
			}
			e := stream(t, b.do(http.MethodGet, "", h))
			for ; seen < sent; seen++ {
				require.Contains(t, e.message(), "list_changed")
			}
			publish()
			require.Contains(t, e.message(), "list_changed")
		})
	}
}

// A client that goes does not cancel, and gets what it has missed; the handler's goroutine is not net/http's.
func TestResumePost(t *testing.T) {
	o := streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)}
	for _, v := range []string{"2025-06-18", "2025-11-25"} {
		inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
			h := b.open(v)
			e := stream(t, b.do(http.MethodPost, legacyCall("1", "sleep:2m"), h))
			began := time.Now()
			first, _ := e.next()
			require.Equal(t, v == "2025-11-25", first.id != "")
			if first.id == "" { // without an event there is nothing to resume from
				require.Contains(t, e.message(), `"id":1,"result"`)
				return
			}
			e.resp.Body.Close()
			time.Sleep(time.Minute)
			h["Last-Event-ID"] = first.id
			one := stream(t, b.do(http.MethodGet, "", h))
			one.next()
			two := stream(t, b.do(http.MethodGet, "", h)) // D-46
			require.Empty(t, one.message())
			require.Contains(t, two.message(), `"id":1,"result"`)
			early := time.Since(began) - (2*time.Minute - transport.DefaultKeepAlive) // the stream began with a comment
			require.True(t, early >= 0 && early <= transport.DefaultKeepAlive/8, early)
			require.Empty(t, two.message())

			// D-24: a request that is cancelled ends its stream.
			delete(h, "Last-Event-ID")
			e = stream(t, b.do(http.MethodPost, legacyCall("2", "wait"), h))
			first, _ = e.next()
			b.do(http.MethodPost, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}`, h)
			require.Empty(t, e.message())
			h["Last-Event-ID"] = first.id
			require.Empty(t, stream(t, b.do(http.MethodGet, "", h)).message())
		})
	}
}

// endsMeanwhile is a store that keeps all, while somebody asks for which something happens.
type endsMeanwhile struct {
	*transport.MemoryEventStore

	then func()
}

func (s *endsMeanwhile) After(ctx context.Context, o transport.StreamOwner, last string) (transport.Replay, error) {
	replay, err := s.MemoryEventStore.After(ctx, o, last)
	s.then()
	return replay, err
}
func (*endsMeanwhile) SessionClosed(context.Context, transport.StreamOwner) error { return nil }

// D-45: a stream whose answer is there comes to its end, though just then the request ends, or the session does.
func TestResumeWhatEnds(t *testing.T) {
	var session jsonrpc.Session
	store := &endsMeanwhile{MemoryEventStore: transport.NewMemoryEventStore(nil), then: func() { _ = session.Close() }}
	o := streamable.HandlerOptions{EventStore: store}
	o.OnSession = func(_ context.Context, s jsonrpc.Session) error {
		session = s
		return nil
	}
	var free chan struct{}
	server := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method != "tools/call" {
			tools().ServeMessage(ctx, w, m)
			return
		}
		_ = w.Notify(ctx, "notifications/message", nil) // so that there is a stream
		_ = w.Result(text("x"))
		<-free
	})
	inBubble(t, server, o, func(t *testing.T, b *bubble) {
		free = make(chan struct{})
		h := b.open("2025-11-25")
		e := stream(t, b.do(http.MethodPost, legacyCall("1", "x"), h))
		first, _ := e.next()
		require.NotEmpty(t, first.id)
		require.Contains(t, e.message(), "notifications/message")
		require.Contains(t, e.message(), `"id":1,"result"`)
		h["Last-Event-ID"] = first.id
		again := stream(t, b.do(http.MethodGet, "", h))
		require.Contains(t, again.message(), "notifications/message")
		require.Contains(t, again.message(), `"id":1,"result"`)
		require.Empty(t, again.message())
		close(free)
	})
}

// The store is told when a session ends.
func TestStoreIsEmptied(t *testing.T) {
	store := transport.NewMemoryEventStore(nil)
	inBubble(t, tools(), streamable.HandlerOptions{EventStore: store}, func(t *testing.T, b *bubble) {
		h := b.open("2025-11-25")
		read(t, b.do(http.MethodPost, legacyCall("1", "progress"), h))
		require.Equal(t, 1, store.Stats().Sessions)
		require.Equal(t, http.StatusNoContent, b.do(http.MethodDelete, "", h).StatusCode)
		synctest.Wait()
		require.Zero(t, store.Stats().Sessions)
		require.Zero(t, store.Stats().Bytes)
		b.open("2025-11-25")
		time.Sleep(transport.DefaultSession * 2)
		require.Zero(t, store.Stats().Sessions)
		require.Zero(t, b.h.Sessions())
	})
}

// D-37, D-47: the first message of a session's own stream comes however close to its first GET it is sent.
func TestFirstMessage(t *testing.T) {
	hub := new(transport.Hub)
	o := &streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)}
	o.Hub = hub
	s := newServer(t, tools(), o)
	for range 100 {
		session := s.open("2025-11-25")
		sent := make(chan int, 1)
		get := stream(t, s.do(http.MethodGet, "", session))
		go func() {
			n, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
			if err != nil {
				t.Error(err)
			}
			sent <- n
		}()
		require.Contains(t, get.message(), "list_changed")
		require.Equal(t, 1, <-sent)
		s.do(http.MethodDelete, "", session)
	}
}

// A session that ends while a stream begins ends that, too: the response does not wait for the handler, which goes on for as long as it likes.
func TestSessionEndsAsAStreamBegins(t *testing.T) {
	free := make(chan struct{})
	var handlers sync.WaitGroup
	var running atomic.Int32
	server := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		defer handlers.Done()
		running.Add(1)
		defer running.Add(-1)
		ended := make(chan struct{})
		go func() {
			_ = r.Info.Session.Close()
			close(ended)
		}()
		_ = r.Notify(ctx, "notifications/x", nil) // whether it gets there is a matter of luck
		<-ended
		<-free
		return nil
	}}
	h := streamable.NewHandler(server, &streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)})
	defer h.Close()
	for range 100 {
		headers := http.Header{"Content-Type": {"application/json"}}
		headers.Set("Mcp-Session-Id", posted(h, initialize("2025-11-25"), headers).Header().Get("Mcp-Session-Id"))
		headers.Set("Mcp-Protocol-Version", "2025-11-25")
		handlers.Add(1)
		posted(h, legacyCall("1", "x"), headers)
	}
	require.EqualValues(t, 100, running.Load(), "the responses have ended, and no handler")
	close(free)
	handlers.Wait()
}
