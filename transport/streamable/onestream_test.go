package streamable_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// A session has several streams at a time, and each message goes to one of them (rule D-36): what belongs to a request to its own, with the answer,
// and the rest to that of the GET, which never has answers (rule D-31).
func TestOneStream(t *testing.T) {
	for _, store := range []transport.EventStore{nil, transport.NewMemoryEventStore(nil)} {
		hub := new(transport.Hub)
		o := streamable.HandlerOptions{EventStore: store}
		o.Hub = hub
		var begun, free chan struct{}
		h := tools()
		h.CallTool = func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			p := mcp.ProgressNotificationParams{ProgressToken: jsonrpc.StringID(r.Params.Name), Progress: 1}
			if err := mcp.NotifyProgress(ctx, r, &p); err != nil {
				return err
			}
			begun <- struct{}{}
			<-free
			out.AddText(r.Params.Name)
			return nil
		}
		inBubble(t, h, o, func(t *testing.T, b *bubble) {
			begun, free = make(chan struct{}), make(chan struct{})
			session := b.open("2025-11-25")
			streams := map[string]<-chan []string{"get": messages(stream(t, b.do(http.MethodGet, "", session)))}
			for _, id := range []string{"one", "two"} {
				streams[id] = messages(stream(t, b.do(http.MethodPost, legacyCall(`"`+id+`"`, id), session)))
				<-begun
			}
			n, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
			require.NoError(t, err)
			require.Equal(t, 1, n)
			synctest.Wait()
			close(free)
			synctest.Wait()
			read(t, b.do(http.MethodDelete, "", session)) // all streams end
			for id, want := range map[string][]string{"one": {"progress", `"result"`}, "two": {"progress", `"result"`}, "get": {"list_changed"}} {
				got := <-streams[id]
				require.Len(t, got, len(want), id)
				for i, text := range got {
					require.Contains(t, text, want[i])
					require.Equal(t, id != "get", strings.Contains(text, `"`+id+`"`), text)
				}
			}
		})
	}
}

// messages reads a stream to its end. Who writes it waits for that, as nothing holds it in between.
func messages(s *events) <-chan []string {
	all := make(chan []string, 1)
	go func() {
		var list []string
		for text := s.message(); text != ""; text = s.message() {
			list = append(list, text)
		}
		all <- list
	}()
	return all
}

// Streams of modern requests are not resumed: their events have no ids and no retry field (rule E-46, T-10), whatever the server keeps for sessions.
func TestModernStreamHasNoIDs(t *testing.T) {
	o := streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil), EventStreams: true}
	o.Hub = new(transport.Hub)
	s := newServer(t, tools(), &o)
	for _, resp := range []*http.Response{
		s.do(http.MethodPost, call("1", "progress"), modern("tools/call", "progress")),
		s.do(http.MethodPost, request("2", "subscriptions/listen", `"notifications":{},`), modern("subscriptions/listen", "")),
	} {
		e := stream(t, resp)
		first, ok := e.next()
		require.True(t, ok)
		require.NotEmpty(t, first.data)
		for x := first; ok && x.data != ""; x, ok = e.next() {
			require.Empty(t, x.id)
			require.Empty(t, x.retry)
			if strings.Contains(x.data, "acknowledged") {
				break
			}
		}
	}
}

// To a client that has gone, nothing is sent for its request any more (rule E-36): what the handler still tries is refused.
func TestNothingAfterDisconnect(t *testing.T) {
	var tried chan []error
	var begun chan struct{}
	h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		progress := func() error {
			return mcp.NotifyProgress(context.Background(), r, &mcp.ProgressNotificationParams{ProgressToken: jsonrpc.IntID(1), Progress: 1})
		}
		if r.Params.Name == "stream" {
			if err := progress(); err != nil {
				return err
			}
		}
		close(begun)
		<-ctx.Done()
		tried <- []error{progress(), r.Error(jsonrpc.NewError(1, "x", nil)), r.Result(nil)}
		return nil
	}}
	for _, tool := range []string{"stream", "JSON"} {
		inBubble(t, h, streamable.HandlerOptions{}, func(t *testing.T, b *bubble) {
			tried, begun = make(chan []error, 1), make(chan struct{})
			ctx, stop := context.WithCancel(t.Context())
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/", strings.NewReader(call("1", tool)))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/json")
			for k, v := range modern("tools/call", tool) {
				r.Header.Set(k, v)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				if resp, err := b.client.Do(r); err == nil {
					all(resp)
				}
			}()
			<-begun
			synctest.Wait()
			stop()
			<-done
			for _, err := range <-tried {
				require.ErrorIs(t, err, transport.Canceled, tool)
			}
		})
	}
}
