package transport_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// What is published reaches a session and a subscription in the form of each; A-47: only there with the id of the subscription.
func TestHubForms(t *testing.T) {
	const subID = `"io.modelcontextprotocol/subscriptionId"`
	for _, tt := range []struct {
		rule, method, params string
		session, modern      string // params; "" is an error of Publish
	}{
		{"no params", changed, ``, `{}`, `{"_meta":{` + subID + `:9}}`},
		{"no _meta", updated, `{"uri":"a:b"}`, `{"uri":"a:b"}`, `{"_meta":{` + subID + `:9},"uri":"a:b"}`},
		{"_meta is null", updated, `{"_meta":null,"uri":"a:b"}`, `{"_meta":null,"uri":"a:b"}`, `{"_meta":{` + subID + `:9},"uri":"a:b"}`},
		{"_meta is empty", changed, `{ "_meta" : { } }`, `{ "_meta" : { } }`, `{"_meta":{` + subID + `:9}}`},
		{"A-39 others stay", updated, "{\"uri\":\"a:b\",\n\"_meta\":{\"x\" : [1,\n2],\"\\ud800\":1},\"y\":2}", `{"uri":"a:b", "_meta":{"x" : [1, 2],"\ud800":1},"y":2}`,
			`{"_meta":{"x" : [1, 2],"\ud800":1,` + subID + `:9},"uri":"a:b","y":2}`},
		{"A-47 of another server, alone", changed, `{"_meta":{` + subID + `:"theirs"}}`, `{"_meta":{}}`, `{"_meta":{` + subID + `:9}}`},
		{"A-47 of another server", updated, `{"uri":"a:b","_meta":{"x":1,"io.modelcontextprotocol\/subscription\u0049d":1,"y":2}}`, `{"_meta":{"x":1,"y":2},"uri":"a:b"}`,
			`{"_meta":{"x":1,"y":2,` + subID + `:9},"uri":"a:b"}`},
		{"_meta twice", changed, `{"_meta":{},"_meta":{}}`, ``, ``},
		{"_meta is no object", changed, `{"_meta":1}`, ``, ``},
		{"no object", changed, `[]`, ``, ``},
		{"not JSON", changed, `{"a":}`, ``, ``},
		{"no uri", updated, `{}`, ``, ``},
		{"uri is a number", updated, `{"uri":1}`, ``, ``},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			hub := new(transport.Hub)
			h := echoServer()
			h.Subscribe = func(context.Context, *mcp.Request[mcp.SubscribeParams], *mcp.EmptyResult) error { return nil }
			session := served(t, h, &transport.Options{Hub: hub})
			session.open("2025-11-25", "{}")
			require.Contains(t, session.ask(`{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"a:b"}}`), "result")
			stateless := served(t, h, &transport.Options{Hub: hub})
			require.Contains(t, stateless.ask(listen("9", `{"toolsListChanged":true,"resourceSubscriptions":["a:b"]}`)), "acknowledged")
			var params codec.Appender
			if tt.params != "" {
				params = codec.RawString(tt.params)
			}
			if tt.session == "" {
				_, err := hub.Publish(t.Context(), tt.method, params, nil)
				require.Error(t, err)
				session.silent()
				stateless.silent()
				return
			}
			require.Eventually(t, func() bool { // the subscription is there
				n, err := hub.Publish(t.Context(), changed, nil, nil)
				return err == nil && n == 2
			}, patience, time.Millisecond)
			n, err := hub.Publish(t.Context(), tt.method, params, nil)
			require.NoError(t, err)
			require.Equal(t, 2, n)
			frame := `{"jsonrpc":"2.0","method":"` + tt.method + `","params":`
			for e, want := range map[*end]string{session: tt.session, stateless: tt.modern} {
				e.say(ping)
				var last string
				for line := e.hear(); line != pong; line = e.hear() {
					last = line
				}
				require.Equal(t, frame+want+"}", last)
			}
		})
	}
}

// F-05, F-09: sessions get what they have asked for, once they are ready; filter picks among them.
func TestHubSessions(t *testing.T) {
	hub := new(transport.Hub)
	h := echoServer()
	h.Subscribe = func(_ context.Context, r *mcp.Request[mcp.SubscribeParams], _ *mcp.EmptyResult) error {
		if r.Params.URI == "no:no" {
			return jsonrpc.NewError(-32602, "no", nil)
		}
		return nil
	}
	h.Unsubscribe = func(context.Context, *mcp.Request[mcp.UnsubscribeParams], *mcp.EmptyResult) error { return nil }
	o := &transport.Options{Hub: hub}
	o.OnSession = func(_ context.Context, s jsonrpc.Session) error {
		s.SetValue("tenant", "a")
		return nil
	}
	e := served(t, h, o)
	publish := func(method, params string, filter func(*jsonrpc.Info) bool) int {
		t.Helper()
		n, err := hub.Publish(t.Context(), method, codec.RawString(params), filter)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, publish(changed, `{}`, nil), "no session")
	e.ask(initialize)
	require.Zero(t, publish(changed, `{}`, nil), "F-05: not initialized")
	e.say(ready)
	e.silent()
	require.Equal(t, 1, publish(changed, `{}`, nil))
	require.Contains(t, e.hear(), changed)

	update := `{"uri":"a:b"}`
	require.Zero(t, publish(updated, update, nil), "not subscribed")
	subscribe := func(method, uri string) string {
		return e.ask(`{"jsonrpc":"2.0","id":1,"method":"resources/` + method + `","params":{"uri":"` + uri + `"}}`)
	}
	require.Contains(t, subscribe("subscribe", "no:no"), "error")
	require.Zero(t, publish(updated, `{"uri":"no:no"}`, nil), "it was refused")
	require.Equal(t, pong, subscribe("subscribe", `\u0061:b`))
	require.Equal(t, pong, subscribe("subscribe", "a:b"), "twice is no error")
	require.Equal(t, 1, publish(updated, update, nil))
	require.Contains(t, e.hear(), updated)
	require.Zero(t, publish(updated, `{"uri":"a:bc"}`, nil))
	require.Equal(t, pong, subscribe("unsubscribe", "a:b"))
	require.Zero(t, publish(updated, update, nil))

	tenant := func(want string) func(*jsonrpc.Info) bool {
		return func(i *jsonrpc.Info) bool {
			return i.Session.Value("tenant") == want && i.Revision == jsonrpc.Rev20251125
		}
	}
	require.Zero(t, publish(changed, `{}`, tenant("b")))
	require.Equal(t, 1, publish(changed, `{}`, tenant("a")))
	require.Contains(t, e.hear(), changed)

	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := hub.Publish(ctx, changed, nil, nil)
	require.ErrorIs(t, err, transport.Canceled)
	e.silent()
	require.NoError(t, e.w.Close())
	require.Eventually(t, func() bool { return publish(changed, `{}`, nil) == 0 }, patience, time.Millisecond, "what has ended is gone")
}

// Many sessions and subscriptions at a time, each with all that is published, in order, in the types of package mcp (B-14).
func TestHubMany(t *testing.T) {
	const clients, messages = 60, 30
	hub := new(transport.Hub)
	var all sync.WaitGroup
	for i := range clients {
		v := jsonrpc.LatestLegacy
		if i%2 == 0 {
			v = jsonrpc.Latest
		}
		got := 0
		done := make(chan struct{})
		ready := make(chan jsonrpc.ID, 1)
		var id jsonrpc.ID
		h := &mcp.ClientHandler{
			OnSubscriptionsAcknowledged: func(_ context.Context, r *mcp.Request[mcp.SubscriptionsAcknowledgedParams]) error {
				id = r.Params.Meta.Ptr().SubscriptionID.Clone()
				ready <- id
				return nil
			},
			OnResourceUpdated: func(_ context.Context, r *mcp.Request[mcp.ResourceUpdatedNotificationParams]) error {
				if extra, _ := r.Params.Extra.Get("n"); extra.String() != strconv.Itoa(got) {
					t.Errorf("%s instead of %d", extra, got)
				}
				if !r.Params.Meta.Ptr().SubscriptionID.Equal(id) {
					t.Error("of another subscription")
				}
				if got++; got == messages {
					close(done)
				}
				return nil
			},
		}
		server := echoServer()
		server.Subscribe = func(context.Context, *mcp.Request[mcp.SubscribeParams], *mcp.EmptyResult) error { return nil }
		o := new(transport.PipeOptions)
		o.Client.Revision, o.Server.Hub = v, hub
		c, err := transport.Pipe(t.Context(), server, h, o)
		require.NoError(t, err)
		ended := make(chan error, 1)
		if v.Modern() {
			go func() {
				p := new(mcp.SubscriptionsListenParams)
				p.Notifications.ResourceSubscriptions = []string{"a:b"}
				_, err := mcp.SubscriptionsListen(t.Context(), c, p)
				ended <- err
			}()
			<-ready
		} else {
			_, err = mcp.Subscribe(t.Context(), c, &mcp.SubscribeParams{URI: "a:b"})
			require.NoError(t, err)
		}
		all.Go(func() {
			<-done
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if v.Modern() && !errors.Is(<-ended, transport.Closed) {
				t.Error("the subscription ended otherwise")
			}
		})
	}
	require.Eventually(t, func() bool { // the filter is asked of those that want it
		n := 0
		_, err := hub.Publish(t.Context(), updated, codec.RawString(`{"uri":"a:b"}`), func(*jsonrpc.Info) bool {
			n++
			return false
		})
		return err == nil && n == clients
	}, patience, time.Millisecond)
	for i := range messages {
		n, err := hub.Publish(t.Context(), updated, codec.RawString(fmt.Sprintf(`{"uri":"a:b","n":%d}`, i)), nil)
		require.NoError(t, err)
		require.Equal(t, clients, n)
	}
	all.Wait()
}

// H-16: how many resources a session subscribes to is bounded, in count and size.
func TestHubSubscriptionLimit(t *testing.T) {
	h := echoServer()
	h.Subscribe = func(context.Context, *mcp.Request[mcp.SubscribeParams], *mcp.EmptyResult) error { return nil }
	h.Unsubscribe = func(context.Context, *mcp.Request[mcp.UnsubscribeParams], *mcp.EmptyResult) error { return nil }
	request := func(method, uri string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"resources/` + method + `","params":{"uri":"` + uri + `"}}`
	}
	e := served(t, h, &transport.Options{Hub: new(transport.Hub)})
	e.open("2025-11-25", "{}")
	for i := range 1024 {
		require.Equal(t, pong, e.ask(request("subscribe", fmt.Sprint("a:", i))))
	}
	fits(t, failure("1", -32602), e.ask(request("subscribe", "a:new")))
	require.Equal(t, pong, e.ask(request("subscribe", "a:5")), "it is there")
	require.Equal(t, pong, e.ask(request("unsubscribe", "a:5")))
	require.Equal(t, pong, e.ask(request("unsubscribe", "a:5")), "it is not")
	require.Equal(t, pong, e.ask(request("subscribe", "a:new")))

	e = served(t, h, &transport.Options{Hub: new(transport.Hub)})
	e.open("2025-11-25", "{}")
	long := strings.Repeat("x", 1<<19)
	require.Equal(t, pong, e.ask(request("subscribe", "a"+long[1:])))
	require.Equal(t, pong, e.ask(request("subscribe", "b"+long[1:])))
	fits(t, failure("1", -32602), e.ask(request("subscribe", "c")))
	require.Equal(t, pong, e.ask(request("unsubscribe", "a"+long[1:])))
	require.Equal(t, pong, e.ask(request("subscribe", "c")))
}

// H-16: a client that does not read delays nobody; it misses what finds no room, and nobody else does. Each gets what it gets in the
// order in which it was published.
func TestHubSlowClient(t *testing.T) {
	const messages = 2000
	hub := new(transport.Hub)
	o := func(seen transport.Observer) *transport.Options {
		return &transport.Options{Hub: hub, Limits: transport.Limits{QueueMessages: 100}, Observer: seen}
	}
	dropped := new(transport.Counters)
	slow := []*end{served(t, echoServer(), o(dropped)), served(t, echoServer(), o(dropped))}
	slow[0].open("2025-11-25", "{}")
	slow[0].silent()
	require.Contains(t, slow[1].ask(listen("9", `{"toolsListChanged":true}`)), "acknowledged")
	require.Eventually(t, func() bool { // both are there
		n, err := hub.Publish(t.Context(), changed, nil, nil)
		return err == nil && n == 2
	}, patience, time.Millisecond)

	readers := make([]*end, 3)
	for i := range readers {
		readers[i] = served(t, echoServer(), o(nil))
		readers[i].open("2025-11-25", "{}")
		readers[i].silent()
	}
	for i := range messages {
		params := fmt.Sprintf(`{"n":%d}`, i)
		_, err := hub.Publish(t.Context(), changed, codec.RawString(params), nil)
		require.NoError(t, err)
		for _, e := range readers {
			require.Equal(t, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":`+params+`}`, e.hear())
		}
	}
	require.Greater(t, dropped.Count(transport.MessageDropped), int64(messages), "both miss most of them")
	for _, e := range slow { // what they have room for, they get in order
		last := -1
		for line := e.ask(ping); line != pong; line = e.hear() {
			if _, number, ok := strings.Cut(line, `"n":`); ok {
				n, err := strconv.Atoi(strings.TrimRight(number, "}"))
				require.NoError(t, err)
				require.Greater(t, n, last)
				last = n
			}
		}
	}
}
