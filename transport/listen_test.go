package transport_test

import (
	"context"
	"strconv"
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
)

const (
	changed = "notifications/tools/list_changed"
	updated = "notifications/resources/updated"
)

// listen is a subscriptions/listen with a filter.
func listen(id, filter string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"subscriptions/listen","params":{` + modern + `,"notifications":` + filter + `}}`
}

func acknowledged(id, agreed string) string {
	return `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":` + id +
		`},"notifications":` + agreed + `}}`
}

// E-52, E-53: what is agreed on is what both sides have.
func TestListenAcknowledged(t *testing.T) {
	for _, tt := range []struct {
		rule, filter, agreed string // agreed "" is -32602
		methods              []string
	}{
		{rule: "nothing", filter: `{}`, agreed: `{}`},
		{rule: "all", filter: `{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,"resourceSubscriptions":["a:b"]}`,
			agreed: `{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,"resourceSubscriptions":["a:b"]}`},
		{rule: "false and null", filter: `{"toolsListChanged":false,"promptsListChanged":null,"resourceSubscriptions":[]}`, agreed: `{}`},
		{rule: "K-13 unknown members", filter: `{"taskIds":["x"],"toolsListChanged":true}`, agreed: `{"toolsListChanged":true}`},
		{rule: "E-53 unsupported ones", filter: `{"toolsListChanged":true,"promptsListChanged":true,"resourceSubscriptions":["a:b"]}`, methods: []string{changed}, agreed: `{"toolsListChanged":true}`},
		{rule: "line breaks and escapes", filter: "{\"resourceSubscriptions\" : [\r\t\"a\\u003ab\" ]}", agreed: "{\"resourceSubscriptions\":[ \t\"a\\u003ab\" ]}"},
		{rule: "no filter", filter: `null`},
		{rule: "filter is a list", filter: `[]`},
		{rule: "member is a text", filter: `{"toolsListChanged":"true"}`},
		{rule: "member twice", filter: `{"toolsListChanged":true,"toolsListChanged":false}`},
		{rule: "resources are a text", filter: `{"resourceSubscriptions":"a:b"}`},
		{rule: "resources are numbers", filter: `{"resourceSubscriptions":[1]}`},
		{rule: "H-16 too many", filter: `{"resourceSubscriptions":[` + strings.TrimSuffix(strings.Repeat(`"a:b",`, 1025), ",") + `]}`},
		{rule: "H-16 too long", filter: `{"resourceSubscriptions":["` + strings.Repeat("x", 1<<20+1) + `"]}`},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			o := &transport.Options{Hub: &transport.Hub{Methods: tt.methods}}
			for _, id := range []string{`5`, `"5"`, `"\ud800"`} { // as it came
				out := converse(t, echoServer(), o, listen(id, tt.filter))
				if tt.agreed == "" {
					require.Len(t, out, 1)
					fits(t, failure(id, -32602), out[0])
					continue
				}
				require.Equal(t, []string{ // E-57, E-58, T-08: the input ends
					acknowledged(id, tt.agreed),
					`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`,
					`{"jsonrpc":"2.0","id":` + id + `,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":` + id +
						`,"io.modelcontextprotocol/serverInfo":{"name":"t","version":"1"}}}}`,
				}, out)
			}
		})
	}
}

// a server may say nothing of itself, or its handler does not know.
func TestListenAnonymous(t *testing.T) {
	quiet := echoServer()
	quiet.OmitServerInfo = true
	for _, h := range []jsonrpc.Handler{quiet, &mcp.ServerHandler{}, jsonrpc.HandlerFunc(echoServer().ServeMessage)} {
		out := converse(t, h, &transport.Options{Hub: new(transport.Hub)}, listen("5", `{}`))
		require.Equal(t, `{"jsonrpc":"2.0","id":5,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":5}}}`, out[2])
	}
}

// E-56, E-55, E-60, B-16: several subscriptions beside each other, each with its own id; nothing comes after a cancellation.
func TestListenSeveral(t *testing.T) {
	hub := new(transport.Hub)
	e := served(t, echoServer(), &transport.Options{Hub: hub})
	publish := func(method, params string) int {
		t.Helper()
		n, err := hub.Publish(t.Context(), method, codec.RawString(params), nil)
		require.NoError(t, err)
		return n
	}
	require.Equal(t, acknowledged("1", `{"toolsListChanged":true}`), e.ask(listen("1", `{"toolsListChanged":true}`)))
	require.Equal(t, acknowledged(`"1"`, `{"resourceSubscriptions":["a:b"]}`), e.ask(listen(`"1"`, `{"resourceSubscriptions":["a:b"]}`)))
	require.Eventually(t, func() bool { return publish(updated, `{"uri":"a:b"}`) == 1 }, patience, time.Millisecond)
	got := e.hear()
	require.Equal(t, `{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1"},"uri":"a:b"}}`, got)
	require.Eventually(t, func() bool { return publish(changed, `{}`) == 1 }, patience, time.Millisecond)
	require.Equal(t, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}}`, e.hear())
	require.Zero(t, publish(updated, `{"uri":"a:c"}`), "E-53: another resource")
	require.Zero(t, publish("notifications/prompts/list_changed", `{}`), "E-53: another list")
	require.Zero(t, publish("notifications/message", `{"level":"error","data":1}`), "E-55: never")

	e.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	e.silent() // the cancellation was handled
	require.Zero(t, publish(changed, `{}`))
	require.Equal(t, 1, publish(updated, `{"uri":"a:b"}`))
	require.Contains(t, e.hear(), `"io.modelcontextprotocol/subscriptionId":"1"`)
	require.Equal(t, acknowledged("1", `{}`), e.ask(listen("1", `{}`)), "A-06: the id is free again")
	fits(t, failure("1", -32600), e.ask(listen("1", `{}`)))
}

// B-16: a cancellation is the end, however many publish at that time.
func TestListenCancelRace(t *testing.T) {
	hub := new(transport.Hub)
	e := served(t, echoServer(), &transport.Options{Hub: hub})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if n, _ := hub.Publish(t.Context(), changed, nil, nil); n == 0 {
					time.Sleep(10 * time.Microsecond)
				}
			}
		})
	}
	for i := range 200 {
		id := strconv.Itoa(i + 10)
		e.say(listen(id, `{"toolsListChanged":true}`))
		require.Equal(t, acknowledged(id, `{"toolsListChanged":true}`), e.hear())
		e.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":`+id+`}}`, ping)
		for line := e.hear(); line != pong; line = e.hear() {
			require.Contains(t, line, changed)
		}
		// What was cancelled before the ping came says nothing after the pong.
		if got := e.ask(ping); got != pong {
			t.Fatalf("%s after the cancellation", got)
		}
	}
	close(stop)
	wg.Wait()
}

// The limit is one of the peer: what ends makes room (H-16).
func TestListenLimit(t *testing.T) {
	e := served(t, echoServer(), &transport.Options{Hub: new(transport.Hub)})
	half := `{"resourceSubscriptions":[` + strings.TrimSuffix(strings.Repeat(`"a:b",`, 512), ",") + `]}`
	begin := func(id string) {
		t.Helper()
		require.Eventually(t, func() bool { // handlers of what was cancelled end by themselves
			return strings.Contains(e.ask(listen(id, half)), "acknowledged")
		}, patience, time.Millisecond)
	}
	for range 3 {
		begin("1")
		begin("2")
		fits(t, failure("3", -32602), e.ask(listen("3", `{"resourceSubscriptions":["a:b"]}`)))
		require.Contains(t, e.ask(listen("4", `{"toolsListChanged":true}`)), "acknowledged", "it has no resources")
		for _, id := range []string{"1", "2", "4"} {
			e.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`)
		}
		e.silent()
	}
}

// The client's side of an end that the server brings about (E-57, E-58, E-59, T-08), and of its own (E-60).
func TestListenEnds(t *testing.T) {
	cancelled := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":ID}}`
	result := `{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":ID}}}`
	for _, tt := range []struct {
		rule string
		says []string
		err  error
	}{
		{"E-57 result", []string{result}, nil},
		{"T-08 cancelled, then result", []string{cancelled, result}, nil},
		{"T-08 result, then cancelled", []string{result, cancelled}, nil},
		{"E-58 cancelled", []string{cancelled}, transport.Canceled},
		{"E-59 error", []string{`{"jsonrpc":"2.0","id":ID,"error":{"code":-32603,"message":"?"}}`}, jsonrpc.NewError(-32603, "?", nil)},
		{"E-59 the connection ends", nil, transport.Closed},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, err := dialed(t, nil, nil, func(e *end) {
					e.answer(e.message(), "result", discovered)
					m := e.message()
					for _, line := range tt.says {
						e.say(strings.ReplaceAll(line, "ID", m.ID.String()))
					}
					if tt.says == nil {
						return
					}
					other := e.message() // G-11: nothing else is cancelled by the server
					e.say(strings.ReplaceAll(cancelled, "ID", other.ID.String()))
					time.Sleep(time.Minute / 2)
					e.answer(other, "result", `{"tools":[]}`)
				})
				require.NoError(t, err)
				time.Sleep(time.Hour) // E-61: no deadline
				_, err = mcp.SubscriptionsListen(t.Context(), c, new(mcp.SubscriptionsListenParams))
				var refused *jsonrpc.Error
				switch {
				case tt.err == nil:
					require.NoError(t, err)
				case tt.says != nil && tt.err != transport.Canceled:
					require.ErrorAs(t, err, &refused)
				default:
					require.ErrorIs(t, err, tt.err)
				}
				if tt.says != nil {
					_, err = mcp.ListTools(t.Context(), c, nil)
					require.NoError(t, err)
				}
			})
		})
	}
}

// E-60: the client ends a subscription with a cancellation, on its own wish or with its context; E-61: never by a deadline of
// the transport's.
func TestListenUnsubscribes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := make(chan *jsonrpc.Message, 2)
		c, err := dialed(t, nil, nil, func(e *end) {
			e.answer(e.message(), "result", discovered)
			got <- e.message()
			got <- e.message()
		})
		require.NoError(t, err)
		ctx, stop := context.WithTimeout(t.Context(), 24*time.Hour)
		defer stop()
		_, err = mcp.SubscriptionsListen(ctx, c, new(mcp.SubscriptionsListenParams))
		require.ErrorIs(t, err, transport.Timeout)
		require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
		id := (<-got).ID
		m := <-got
		require.Equal(t, "notifications/cancelled", m.Method)
		require.Equal(t, `{"requestId":`+id.String()+`,"reason":"timeout"}`, m.Params.String())
	})
}
