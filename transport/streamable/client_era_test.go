package streamable_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

const (
	probe = "POST server/discover"
	open  = "POST initialize"
	ready = "POST notifications/initialized"
)

// What the server answers to the probe decides which revision is spoken.
func TestEra(t *testing.T) {
	t.Parallel()
	v26, v25 := jsonrpc.Latest, jsonrpc.LatestLegacy
	hang := func(_ http.ResponseWriter, r *seen) { <-r.ctx.Done() }
	again := func(s step) map[string][]step {
		return withSteps(modernServer, map[string][]step{probe: {s, result(discovered)}})
	}
	answers := func(s step) map[string][]step { return withSteps(legacyServer, map[string][]step{probe: {s}}) }
	for _, row := range []struct {
		rule  string
		steps map[string][]step
		pin   jsonrpc.Revision
		want  jsonrpc.Revision
		whats []string // the first ones
		fails func(*testing.T, error)
	}{
		{rule: "F-18 a modern server", steps: modernServer, want: v26, whats: []string{probe}},
		{
			rule: "F-13 the server wants to be asked again", want: v26, whats: []string{probe, probe},
			steps: again(failure(400, jsonrpc.CodeUnsupportedProtocolVersion, `{"supported":["2026-07-28"],"requested":"2026-07-28"}`)),
		},
		{
			rule: "T-36 the list has legacy revisions only", want: v25, whats: []string{probe, open, ready},
			steps: answers(failure(400, jsonrpc.CodeUnsupportedProtocolVersion, `{"supported":["2025-11-25"],"requested":"2026-07-28"}`)),
		},
		{
			rule: "F-13 the list has nothing that we know", whats: []string{probe},
			steps: answers(failure(400, jsonrpc.CodeUnsupportedProtocolVersion, `{"supported":["2030-01-01"],"requested":"2026-07-28"}`)),
			fails: wantCode(jsonrpc.CodeUnsupportedProtocolVersion),
		},
		{
			rule: "F-19 a modern error in a 400", whats: []string{probe},
			steps: answers(failure(400, jsonrpc.CodeHeaderMismatch, "")), fails: wantCode(jsonrpc.CodeHeaderMismatch),
		},
		{
			rule: "F-19 a modern error in a 404, without id", whats: []string{probe},
			steps: answers(status(404, "application/json", `{"jsonrpc":"2.0","error":{"code":-32021,"message":"no"}}`)),
			fails: wantCode(jsonrpc.CodeMissingRequiredClientCapability),
		},
		{rule: "D-65 text in a 400", steps: legacyServer, want: v25, whats: []string{probe, open, ready}},
		{rule: "F-19 an empty 400", steps: answers(status(400, "", "")), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-06 an unknown session", steps: answers(failure(404, -32001, "")), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-05 a code that only looks modern", steps: answers(failure(400, -32004, "")), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-04 -32601 in a 404", steps: answers(failure(404, -32601, "")), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-04 -32601 in a 200", steps: answers(failure(200, -32601, "")), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-04 -32602 in a 200", steps: answers(failure(200, -32602, "")), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-06 a result without revisions", steps: answers(result(`{}`)), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-06 a result of no use", steps: answers(result(`{"supportedVersions":[1]}`)), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-06 nonsense", steps: answers(status(200, "text/html", "<html>")), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-06 broken JSON", steps: answers(status(200, "application/json", `{"jsonrpc":`)), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-06 taken for a notification", steps: answers(accepted), want: v25, whats: []string{probe, open, ready}},
		{rule: "T-06 a stream without an answer", steps: answers(streamOf(": hello\n\n")), want: v25, whats: []string{probe, open, ready}},
		{rule: "F-16 silence", steps: answers(hang), want: v25, whats: []string{probe, open, ready}},
		{rule: "D-71 405", steps: answers(status(405, "", "")), want: v25, whats: []string{probe, open, ready}},
		{
			rule: "F-26 pinned to a modern revision", steps: legacyServer, pin: v26, whats: []string{probe},
			fails: func(t *testing.T, err error) { require.Equal(t, 400, statusOf(err)) },
		},
		{
			rule: "F-06 pinned to a legacy revision", pin: jsonrpc.Rev20250618, want: jsonrpc.Rev20250618, whats: []string{open, ready},
			steps: withSteps(legacyServer, map[string][]step{open: {result(`{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"s","version":"1"}}`)}}),
		},
		{
			rule: "F-08 another revision than the pinned one", steps: legacyServer, pin: jsonrpc.Rev20250618, whats: []string{open},
			fails: wantTransport(transport.Protocol),
		},
		{
			rule: "F-24 initialize says that the server is modern after all", want: v26, whats: []string{probe, open, probe},
			steps: withSteps(modernServer, map[string][]step{
				probe: {status(400, "", ""), result(discovered)},
				open:  {failure(400, -32022, `{"supported":["2026-07-28"],"requested":"2025-11-25"}`)},
			}),
		},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			s := newScript(row.steps)
			o := new(streamable.DialOptions)
			o.Revision, o.DisableStandaloneSSE, o.Timeouts.Probe = row.pin, true, waitLong
			if row.rule == "F-16 silence" {
				o.Timeouts.Probe = 200 * time.Millisecond
			}
			c, err := dial(t, s, nil, o)
			whats := s.whats()
			require.GreaterOrEqual(t, len(whats), len(row.whats), whats)
			require.Equal(t, row.whats, whats[:len(row.whats)])
			if row.fails != nil {
				require.Error(t, err)
				row.fails(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, row.want, c.Revision())
			if row.want == v26 {
				text, err := do(t, c, "tools/call", callEcho)
				require.NoError(t, err)
				require.Equal(t, okResult, text)
			}
		})
	}
}

// Failures that have nothing to do with the revision are no reason to try another (rules D-72, I-10).
func TestNoFallback(t *testing.T) {
	tried := false
	streamable.SetDialSSE(t, func(context.Context, string, jsonrpc.Handler, *streamable.DialOptions) (*transport.Client, error) {
		tried = true
		return nil, errors.New("no")
	})
	for _, code := range []int{401, 403, 407, 429, 500, 502, 503} {
		for _, what := range []string{probe, open} {
			for _, body := range []string{"", `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}`} {
				s := newScript(withSteps(legacyServer, map[string][]step{what: {status(code, "application/json", body)}}))
				_, err := dial(t, s, nil, nil)
				require.Error(t, err)
				if body == "" || code < 500 || code == 503 {
					require.Equal(t, transport.Rejected, transport.CodeOf(err), "%d: %v", code, err)
					require.Equal(t, code, statusOf(err))
				}
				require.False(t, tried)
				if what == probe {
					require.Equal(t, []string{probe}, s.whats())
				}
			}
		}
	}
}

// Where nothing answers, nothing else is tried.
func TestUnreachable(t *testing.T) {
	began := time.Now()
	_, err := streamable.Dial(t.Context(), "http://127.0.0.1:1/mcp", nil, nil)
	require.ErrorIs(t, err, transport.Rejected)
	require.Zero(t, statusOf(err))
	require.Less(t, time.Since(began), 30*time.Second)
	for _, url := range []string{"", "ftp://127.0.0.1/", "http://", "http://user:password@127.0.0.1/", "http://%zz/", "::"} {
		_, err := streamable.Dial(t.Context(), url, nil, nil)
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "password")
	}
}

// Only what may be a server of HTTP+SSE is asked whether it is (rules F-20, D-71).
func TestSSEFallback(t *testing.T) {
	var urls []string
	streamable.SetDialSSE(t, func(_ context.Context, url string, _ jsonrpc.Handler, _ *streamable.DialOptions) (*transport.Client, error) {
		urls = append(urls, url)
		return nil, errors.New("nor is it HTTP+SSE")
	})
	all := func(s step) map[string][]step { return map[string][]step{probe: {s}, open: {s}} }
	for _, row := range []struct {
		rule  string
		steps map[string][]step
		o     streamable.DialOptions
		tries bool
	}{
		{"F-20 400", all(status(400, "", "")), streamable.DialOptions{}, true},
		{"F-20 404", all(status(404, "text/plain", "404 page not found")), streamable.DialOptions{}, true},
		{"F-20 405", all(status(405, "", "")), streamable.DialOptions{}, true},
		{"F-20 405 with an error that is not modern", all(failure(405, -32000, "")), streamable.DialOptions{}, true},
		{"F-20 a modern error", map[string][]step{probe: {status(404, "", "")}, open: {failure(400, -32022, `{"supported":["2030-01-01"]}`)}}, streamable.DialOptions{}, false},
		{"D-71 406", all(status(406, "", "")), streamable.DialOptions{}, false},
		{"F-20 an error in a 200", all(failure(200, -32601, "")), streamable.DialOptions{}, false},
		{"F-20 switched off", all(status(404, "", "")), streamable.DialOptions{DisableSSEFallback: true}, false},
		{"F-20 pinned to a modern revision", all(status(404, "", "")), pinned(jsonrpc.Latest), false},
		{"F-20 pinned to 2024-11-05", all(status(404, "", "")), pinned(jsonrpc.Rev20241105), true},
	} {
		t.Run(row.rule, func(t *testing.T) {
			urls = nil
			_, err := dial(t, newScript(row.steps), nil, &row.o)
			require.Error(t, err)
			require.Equal(t, row.tries, len(urls) == 1)
			if row.tries {
				require.ErrorContains(t, err, "nor is it HTTP+SSE")
				require.NotErrorIs(t, err, transport.SessionNotFound)
			}
		})
	}
	var other *transport.Client
	streamable.SetDialSSE(t, func(ctx context.Context, _ string, h jsonrpc.Handler, _ *streamable.DialOptions) (c *transport.Client, err error) {
		server := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
			if m.Method == "initialize" {
				_ = w.Result(codec.RawString(initialized))
			}
		})
		other, err = transport.Pipe(ctx, server, h, nil)
		return other, err
	})
	c, err := dial(t, newScript(all(status(404, "", ""))), nil, nil)
	require.NoError(t, err)
	require.Same(t, other, c)
}

func pinned(v jsonrpc.Revision) (o streamable.DialOptions) {
	o.Revision = v
	return o
}

func statusOf(err error) int {
	var e *transport.Error
	if errors.As(err, &e) {
		return e.HTTPStatus()
	}
	return 0
}

func wantCode(code int) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		var e *jsonrpc.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, code, e.Code)
	}
}

// wantText is wantTransport with the end of the error's text, which says what to look for.
func wantText(code transport.Code, text string) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		wantTransport(code)(t, err)
		require.True(t, strings.HasSuffix(err.Error(), text), "%v", err)
	}
}

func wantTransport(code transport.Code) func(*testing.T, error) {
	return func(t *testing.T, err error) { require.Equal(t, code, transport.CodeOf(err), "%v", err) }
}
