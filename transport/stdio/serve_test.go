//go:build unix

package stdio_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// script is a connection whose peer says what it has to say and then closes its half.
type script struct {
	io.Reader
	mu  sync.Mutex
	out bytes.Buffer
}

func (s *script) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(b)
}

func (s *script) Close() error { return nil }

// serve returns what a server writes when its client writes in.
func serve(t *testing.T, in string, o *stdio.ServeOptions) string {
	t.Helper()
	if o == nil {
		o = new(stdio.ServeOptions)
	}
	o.Pool = pool.New(pool.Config{Name: "test"})
	s := &script{Reader: strings.NewReader(in)}
	require.NoError(t, stdio.ServeConn(t.Context(), s, serverFor(), o))
	require.Zero(t, o.Pool.Outstanding())
	return s.out.String()
}

const (
	initialize = `{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"REV","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}` + "\n"
	opened     = `{"jsonrpc":"2.0","id":"i","result":{"capabilities":{"tools":{}},"protocolVersion":"REV","serverInfo":{"name":"test","version":"1"}}}` + "\n"
	ping       = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	pong       = `{"jsonrpc":"2.0","id":1,"result":{}}` + "\n"
	meta       = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
)

func TestServeFraming(t *testing.T) {
	long := strings.Repeat("x", 3000)
	for _, tt := range []struct{ rule, in, out string }{
		{"B-05 LF", ping + "\n", pong},
		{"B-05 CRLF", ping + "\r\n", pong},
		{"B-05 no line break at the end", ping, pong},
		{"B-05 blank lines", "\n\r\n  \n" + ping + "\n\n", pong},
		{"B-05 BOM", "\xef\xbb\xbf" + ping + "\n", pong},
		{"B-18 garbage", "garbage\n" + ping + "\n", `{"jsonrpc":"2.0","error":{"code":-32700,` + "..." + pong},
		{"B-18 over-long", `{"x":"` + long + `"}` + "\n" + ping + "\n", `{"jsonrpc":"2.0","error":{"code":-32700,"message":"the message is too large: the limit is 1000 bytes"}}` + "\n" + pong},
		{"B-18 over-long, its id is known", `{"jsonrpc":"2.0","method":"m","params":{"x":"` + long + `"},"id":7}` + "\n" + ping + "\n", `{"jsonrpc":"2.0","id":7,"error":{"code":-32700,"message":"the message is too large: the limit is 1000 bytes"}}` + "\n" + pong},
		{"A-16 notifications are not answered", `{"jsonrpc":"2.0","method":"notifications/unknown"}` + "\n", ""},
		{"A-27 array", "[" + ping + "]\n", `{"jsonrpc":"2.0","error":{"code":-32600,` + "..."},
		{"A-54 responses are dropped", `{"jsonrpc":"2.0","id":5,"result":{}}` + "\n" + ping, pong},
		{"A-43 neither era", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}` + "\n", `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,` + "..."},
		{"A-43 no capabilities", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,` + "..."},
		{"E-30 unknown revision", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2099-01-01"}}}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32022,` + "..."},
		{"F-25 initialize is unknown in modern revisions", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{` + meta + `}}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,` + "..."},
		{"F-22 both eras", rev(initialize, "2025-06-18") + `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + meta + `,"name":"x"}}` + "\n" + ping, rev(opened, "2025-06-18") + `{"jsonrpc":"2.0","id":1,"result":{` + "..." + `"resultType":"complete"` + "..." + pong},
		{"S27 initialize twice", rev(initialize, "2025-11-25") + rev(initialize, "2024-11-05"), rev(opened, "2025-11-25") + `{"jsonrpc":"2.0","id":"i","error":{"code":-32600,` + "..."},
		{"F-07 unknown revision", rev(initialize, "1999-01-01"), rev(opened, "2025-11-25")},
		{"A-22 batch", rev(initialize, "2025-03-26") + "[" + ping + `,{"jsonrpc":"2.0","method":"n"},1]` + "\n", rev(opened, "2025-03-26") + "[" + "..." + strings.TrimSpace(pong) + "..." + "]\n"},
		{"A-29 empty batch", rev(initialize, "2025-03-26") + "[]\n", rev(opened, "2025-03-26") + `{"jsonrpc":"2.0","error":{"code":-32600,` + "..."},
		{"A-27 batch in a later revision", rev(initialize, "2025-06-18") + "[" + ping + "]\n", rev(opened, "2025-06-18") + `{"jsonrpc":"2.0","error":{"code":-32600,` + "..."},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			o := new(stdio.ServeOptions)
			o.Limits.Message = 1000
			fits(t, tt.out, serve(t, tt.in, o))
		})
	}
}

func rev(s, v string) string { return strings.ReplaceAll(s, "REV", v) }

// fits compares got with a pattern in which ... stands for anything.
func fits(t *testing.T, pattern, got string) {
	t.Helper()
	rest := got
	for i, part := range strings.Split(pattern, "...") {
		at := strings.Index(rest, part)
		require.True(t, at == 0 || i > 0 && at > 0, "%q does not fit %q", got, pattern)
		rest = rest[at+len(part):]
	}
	require.True(t, rest == "" || strings.HasSuffix(pattern, "..."), "%q is too much", rest)
}

// The limit of a message is exact.
func TestServeLimit(t *testing.T) {
	for size, ok := range map[int]bool{99: true, 100: true, 101: false} {
		o := new(stdio.ServeOptions)
		o.Limits.Message = 100
		in := "{" + strings.Repeat(" ", size-len(ping)) + ping[1:]
		require.Equal(t, ok, serve(t, in+"\n", o) == pong, "%d bytes", size)
	}
}

// A handler that waits does not keep later messages from being answered, and the end of the input waits for its answer.
func TestServeSlowHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
			if m.Method == "slow" {
				time.Sleep(time.Second)
			}
			_ = w.Result(nil)
		})
		in := `{"jsonrpc":"2.0","id":0,"method":"slow","params":{` + meta + `}}` + "\n" + ping + "\n"
		s := &script{Reader: strings.NewReader(in)}
		began := time.Now()
		require.NoError(t, stdio.ServeConn(t.Context(), s, h, nil))
		require.Equal(t, pong+`{"jsonrpc":"2.0","id":0,"result":{}}`+"\n", s.out.String())
		require.Equal(t, time.Second, time.Since(began))
	})
}

// The waits for a peer that stops in the middle of a message, takes nothing, or does not answer end as timeouts.
func TestTimeouts(t *testing.T) {
	for name, run := range map[string]func(t *testing.T, o *stdio.ServeOptions) error{
		"read": func(t *testing.T, o *stdio.ServeOptions) error { // the project's test of the read timeout
			r, w := io.Pipe()
			go func() { _, _ = w.Write([]byte(ping[:10])) }()
			return stdio.ServeConn(t.Context(), &ends{r, io.Discard}, serverFor(), o)
		},
		"write": func(t *testing.T, o *stdio.ServeOptions) error {
			r, w := io.Pipe()
			_, stuck := io.Pipe()
			go func() { _, _ = w.Write([]byte(ping + "\n")) }()
			return stdio.ServeConn(t.Context(), &ends{r, stuck}, serverFor(), o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := new(stdio.ServeOptions)
				o.Timeouts.ReadMessage, o.Timeouts.Write = 7*time.Second, 7*time.Second
				began := time.Now()
				require.ErrorIs(t, run(t, o), transport.Timeout)
				require.InDelta(t, 7, time.Since(began).Seconds(), 1)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // a call
		h := &mcp.ServerHandler{CallTool: func(ctx context.Context, _ *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
			<-ctx.Done() // the cancellation comes
			return ctx.Err()
		}}
		o := new(transport.PipeOptions)
		o.Client.Timeouts.Call = 3 * time.Second
		c, err := transport.Pipe(t.Context(), h, nil, o)
		require.NoError(t, err)
		began := time.Now()
		_, err = mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: "x"})
		require.ErrorIs(t, err, transport.Timeout)
		require.Equal(t, 3*time.Second, time.Since(began))
		require.NoError(t, c.Close())
	})
}

// ends is a connection of two pipes.
type ends struct {
	io.Reader
	io.Writer
}

func (e *ends) Close() error {
	for _, x := range []any{e.Reader, e.Writer} {
		if c, ok := x.(io.Closer); ok {
			_ = c.Close()
		}
	}
	return nil
}
