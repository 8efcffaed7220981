package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// The envelopes of the tests.
const (
	initialize = `{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
	ready      = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	ping       = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	pong       = `{"jsonrpc":"2.0","id":1,"result":{}}`
	modern     = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
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

// converse returns the lines that a server writes when its client writes in. o may be nil.
func converse(t *testing.T, h jsonrpc.Handler, o *transport.Options, in ...string) []string {
	t.Helper()
	if o == nil {
		o = new(transport.Options)
	}
	o.Pool = pool.New(pool.Config{Name: "test"})
	s := &script{Reader: strings.NewReader(strings.Join(in, "\n") + "\n")}
	require.NoError(t, transport.Stream{Name: "test", In: s, Out: s}.Serve(t.Context(), h, o))
	require.Zero(t, o.Pool.Outstanding())
	return lines(s.out.String())
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// end is one end of a connection, at which the test itself speaks.
type end struct {
	t *testing.T
	r *bufio.Reader
	w io.WriteCloser
}

// ends returns a Stream, and its other end.
func ends(t *testing.T) (transport.Stream, *end) {
	t.Helper()
	ar, aw := io.Pipe()
	br, bw := io.Pipe()
	closeAll := func() error {
		_ = ar.Close()
		return bw.Close()
	}
	return transport.Stream{Name: "test", In: ar, Out: bw, Close: closeAll}, &end{t: t, r: bufio.NewReader(br), w: aw}
}

// say writes lines. As all methods of an end, it may be called from any goroutine.
func (e *end) say(lines ...string) {
	e.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(e.w, line+"\n"); err != nil {
			e.t.Errorf("saying %s: %v", line, err)
		}
	}
}

// hear returns the next line.
func (e *end) hear() string {
	e.t.Helper()
	line, err := e.r.ReadString('\n')
	if err != nil {
		e.t.Errorf("hearing: %v after %q", err, line)
	}
	return strings.TrimSuffix(line, "\n")
}

// message is hear with the line taken apart.
func (e *end) message() *jsonrpc.Message {
	e.t.Helper()
	m := new(jsonrpc.Message)
	if line := e.hear(); line != "" {
		if err := jsonrpc.Scan([]byte(line), m); err != nil {
			e.t.Errorf("%s: %v", line, err)
		}
	}
	return m
}

// ask says lines and returns the next line.
func (e *end) ask(lines ...string) string {
	e.t.Helper()
	e.say(lines...)
	return e.hear()
}

// silent checks that nothing was said up to the answer to a ping.
func (e *end) silent() {
	e.t.Helper()
	if got := e.ask(ping); got != pong {
		e.t.Errorf("%s instead of a pong", got)
	}
}

// served is the client's end of a connection with a server. It ends with the test. o may be nil.
func served(t *testing.T, h jsonrpc.Handler, o *transport.Options) *end {
	t.Helper()
	if o == nil {
		o = new(transport.Options)
	}
	o.Pool = pool.New(pool.Config{Name: "test"})
	s, e := ends(t)
	done := make(chan error, 1)
	go func() { done <- s.Serve(context.WithoutCancel(t.Context()), h, o) }()
	t.Cleanup(func() {
		_ = e.w.Close()
		_, _ = io.Copy(io.Discard, e.r) // so that the server can write what it has to
		require.NoError(t, <-done)
		require.Zero(t, o.Pool.Outstanding())
	})
	return e
}

// open opens a session.
func (e *end) open(revision, capabilities string) {
	e.t.Helper()
	got := e.ask(`{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"` + revision + `","capabilities":` + capabilities +
		`,"clientInfo":{"name":"t","version":"1"}}}`)
	require.Contains(e.t, got, `"protocolVersion":"`+revision+`"`)
	e.say(ready)
}

// dialed is a Client whose server f is, on a goroutine of its own, until it returns. o may be nil.
func dialed(t *testing.T, h jsonrpc.Handler, o *transport.ClientOptions, f func(e *end)) (*transport.Client, error) {
	t.Helper()
	if o == nil {
		o = new(transport.ClientOptions)
	}
	o.Pool = pool.New(pool.Config{Name: "test"})
	s, e := ends(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(e)
		_ = e.w.Close()
		_, _ = io.Copy(io.Discard, e.r)
	}()
	c, err := s.Dial(t.Context(), h, o)
	t.Cleanup(func() {
		if err == nil {
			_ = c.Close()
		}
		<-done
		require.Zero(t, o.Pool.Outstanding())
	})
	return c, err
}

// answer answers a request with a result or error.
func (e *end) answer(m *jsonrpc.Message, member, value string) {
	e.t.Helper()
	e.say(`{"jsonrpc":"2.0","id":` + m.ID.String() + `,"` + member + `":` + value + `}`)
}

const (
	discovered = `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":0,"cacheScope":"private"}`
	agreed     = `{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"s","version":"1"}}`
)

// fits compares got with a pattern in which ... stands for anything.
func fits(t *testing.T, pattern, got string) {
	t.Helper()
	parts := strings.Split(pattern, "...")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	require.Regexp(t, "^(?s)"+strings.Join(parts, ".*")+"$", got)
}
