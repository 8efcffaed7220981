package httpclient

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

// writes counts the writes to connections.
type writes struct {
	net.Conn

	n *atomic.Int32
}

func (w writes) Write(p []byte) (int, error) {
	w.n.Add(1)
	return w.Conn.Write(p)
}

// counted returns a Client of srv whose writes are counted.
func counted(t *testing.T, srv *httptest.Server) (*Client, *atomic.Int32) {
	t.Helper()
	c, err := New(srv.URL, Config{Limits: transport.Limits{InFlight: 10}})
	require.NoError(t, err)
	n := new(atomic.Int32)
	dial := c.own.DialContext
	c.own.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return writes{conn, n}, err
	}
	t.Cleanup(c.CloseIdle)
	return c, n
}

// echo answers with what it gets.
func echo(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body) // all of it: an answer ends the reading
	_, _ = w.Write(text)
}

func post(t *testing.T, ctx context.Context, c *Client, b *Body) (string, error) { //nolint:revive // t comes first everywhere
	t.Helper()
	resp, err := c.Do(ctx, Request{Method: http.MethodPost, Header: http.Header{}, Body: b})
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(text), nil
}

// A short body is sent with its header, in one write.
func TestShortBodies(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()
	c, n := counted(t, srv)
	for _, row := range []struct{ size, least, most int32 }{{1, 1, 1}, {300, 1, 1}, {maxShort, 1, 1}, {maxShort + 1, 2, 3}} {
		n.Store(0)
		text := strings.Repeat("x", int(row.size))
		b := NewBody([]byte(text))
		got, err := post(t, t.Context(), c, b)
		require.NoError(t, err)
		require.Equal(t, text, got)
		require.GreaterOrEqual(t, n.Load(), row.least, "%d bytes", row.size)
		require.LessOrEqual(t, n.Load(), row.most, "%d bytes", row.size)
		require.True(t, b.Sent())
		require.True(t, b.Whole())
	}
}

// What net/http has for as long as it likes is not the caller's memory.
func TestShortBodyIsACopy(t *testing.T) {
	t.Parallel()
	c, err := New("http://127.0.0.1", Config{})
	require.NoError(t, err)
	text := []byte("hello")
	b := NewBody(text)
	s := c.short(t.Context(), b)
	require.NotNil(t, s)
	b.Detach()
	copy(text, "other")
	again, err := s.again()
	require.NoError(t, err)
	for _, r := range []io.Reader{&s.reader, again} {
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, "hello", string(got))
	}
	require.Nil(t, c.short(t.Context(), NewBody(make([]byte, maxShort+1))))
	require.Nil(t, c.short(t.Context(), b), "it is detached")
	require.Nil(t, c.short(t.Context(), nil))
}

// A Body is a short one for its first request alone: net/http may still have that.
func TestShortBodyIsSentOnce(t *testing.T) {
	t.Parallel()
	c, err := New("http://127.0.0.1", Config{})
	require.NoError(t, err)
	b := NewBody([]byte("hello"))
	require.NotNil(t, c.short(t.Context(), b))
	require.Nil(t, c.short(t.Context(), b))
	got, err := io.ReadAll(b.reader())
	require.NoError(t, err)
	require.Equal(t, "hello", string(got))
}

// What was not sent is not called lost.
func TestShortBodyIsNotSent(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(echo))
	c, _ := counted(t, srv)
	srv.Close()
	b := NewBody([]byte("hello"))
	_, err := post(t, t.Context(), c, b)
	require.ErrorIs(t, err, transport.Rejected)
	require.False(t, b.Sent())
}

// The transports of users need not know of traces, and a trace of a user's own is left alone.
func TestNotShort(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()
	c, _ := counted(t, srv)
	var headers sync.WaitGroup
	headers.Add(1)
	traced := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteHeaders: headers.Done})
	got, err := post(t, traced, c, NewBody([]byte("hello")))
	require.NoError(t, err)
	require.Equal(t, "hello", got)
	headers.Wait()
	u, err := url.Parse(srv.URL)
	require.NoError(t, err)
	other := &Client{url: u, rt: c.own}
	require.Nil(t, other.short(t.Context(), NewBody([]byte("hello"))))
	got, err = post(t, t.Context(), other, NewBody([]byte("hello")))
	require.NoError(t, err)
	require.Equal(t, "hello", got)
}

// afterFuncs is a context with an AfterFunc that counts its calls.
type afterFuncs struct {
	context.Context

	n int
}

func (c *afterFuncs) AfterFunc(f func()) (stop func() bool) {
	c.n++
	return context.AfterFunc(c.Context, f)
}

// The context of a short body is the one it was given, but for its trace.
func TestShortBodyContext(t *testing.T) {
	t.Parallel()
	c, err := New("http://127.0.0.1", Config{})
	require.NoError(t, err)
	type key struct{}
	parent, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "value"))
	defer cancel(nil)
	with := &afterFuncs{Context: parent}
	for _, ctx := range []context.Context{parent, with} {
		s := c.short(ctx, NewBody([]byte("hello")))
		require.Equal(t, "value", s.Value(key{}))
		require.Equal(t, &s.trace, httptrace.ContextClientTrace(s))
		stopped := s.AfterFunc(func() { t.Error("it was stopped") })
		require.True(t, stopped())
		child, stop := context.WithCancel(s)
		defer stop()
		done := make(chan struct{})
		s.AfterFunc(func() { close(done) })
		if ctx == with {
			cancel(io.EOF)
			<-done
			<-child.Done()
			require.Equal(t, io.EOF, context.Cause(child))
		}
	}
	require.Positive(t, with.n)
}
