package sse_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// Over TLS, in HTTP/1.1 and HTTP/2, with all that goes on at the same time.
func TestTLS(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run("HTTP/2 "+strconv.FormatBool(h2), func(t *testing.T) {
			s := &server{ends: new(ends)}
			s.Handler = sse.NewHandler(tools(), s.options(t, nil))
			var protocols sync.Map
			hs := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				protocols.Store(r.ProtoMajor, true)
				s.ServeHTTP(w, r)
			}))
			hs.EnableHTTP2 = h2
			hs.StartTLS()
			t.Cleanup(func() {
				hs.CloseClientConnections()
				hs.Close()
			})
			s.url = hs.URL
			o := new(sse.DialOptions)
			o.HTTPClient = hs.Client()
			var clients sync.WaitGroup
			for range 5 {
				c := s.dial(t, nil, o)
				clients.Go(func() {
					var calls sync.WaitGroup
					for i := range 50 {
						calls.Go(func() {
							name := "n" + strconv.Itoa(i)
							if got, err := callTool(t.Context(), c, name); err != nil || got != name {
								t.Error(got, err)
							}
						})
					}
					calls.Wait()
					ctx, stop := context.WithCancel(t.Context())
					time.AfterFunc(time.Millisecond, stop)
					if _, err := callTool(ctx, c, "wait"); transport.CodeOf(err) != transport.Canceled {
						t.Error(err)
					}
					if err := c.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			clients.Wait()
			require.NoError(t, s.Close())
			want := 1
			if h2 {
				want = 2
			}
			protocols.Range(func(major, _ any) bool {
				require.Equal(t, want, major)
				return true
			})
			require.Len(t, s.ends.all(), 5)
		})
	}
}

// A client that vanishes, wherever in a request, costs others nothing, and nothing of its message is handled (S11, F1).
func TestVanishingClients(t *testing.T) {
	s := serve(t, tools(), nil)
	other := s.open(t)
	u, err := url.Parse(s.url)
	require.NoError(t, err)
	r := s.open(t)
	p, err := url.Parse(r.post)
	require.NoError(t, err)
	body := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	for _, text := range []string{
		"GET " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\n\r\n",
		"POST " + p.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nContent-Type: application/json\r\nContent-Length: " +
			strconv.Itoa(len(body)) + "\r\n\r\n" + body[:len(body)-1],
	} {
		for k := range len(text) + 1 {
			c, err := net.Dial("tcp", u.Host)
			require.NoError(t, err)
			_, err = c.Write([]byte(text[:k]))
			require.NoError(t, err)
			require.NoError(t, c.(*net.TCPConn).SetLinger(0)) // RST
			require.NoError(t, c.Close())
		}
		other.alive()
	}
	r.alive()
	eventually(t, func() bool { // the one whole GET may have begun a session
		for _, cause := range s.ends.all() {
			require.NoError(t, cause)
		}
		return s.Close() == nil
	}, "the end of all sessions")
}

// A stream that is cut at whatever byte ends its session, and no other.
func TestVanishingStreams(t *testing.T) {
	s := serve(t, tools(), nil)
	other := s.open(t)
	u, err := url.Parse(s.url)
	require.NoError(t, err)
	const sessions = 40
	for k := range sessions {
		c, err := net.Dial("tcp", u.Host)
		require.NoError(t, err)
		_, err = io.WriteString(c, "GET "+u.RequestURI()+" HTTP/1.1\r\nHost: "+u.Host+"\r\n\r\n")
		require.NoError(t, err)
		_, err = io.ReadFull(c, make([]byte, 1+5*k))
		require.NoError(t, err)
		require.NoError(t, c.(*net.TCPConn).SetLinger(0))
		require.NoError(t, c.Close())
	}
	other.alive()
	eventually(t, func() bool { return len(s.ends.all()) == sessions }, "the ends of sessions")
	for _, cause := range s.ends.all() {
		require.NoError(t, cause)
	}
	other.alive()
}

// A proxy that gives the server another path does not matter, as the URL of messages is relative (rule C-02).
func TestBehindProxy(t *testing.T) {
	h := sse.NewHandler(tools(), &sse.HandlerOptions{Options: transport.Options{Pool: newPool(t)}})
	hs := httptest.NewServer(http.StripPrefix("/a/b", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/mcp" {
			t.Error(r.URL)
		}
		h.ServeHTTP(w, r)
	})))
	defer hs.Close()
	defer h.Close()
	s := &server{url: hs.URL + "/a/b/mcp?tenant=x"}
	c := s.dial(t, nil, nil)
	mustCall(t, c, "x")
	require.NoError(t, c.Close())
}

// A ResponseWriter that cannot be flushed ends the session, instead of keeping what is to be sent.
func TestNoFlush(t *testing.T) {
	var ended ends
	h := sse.NewHandler(tools(), &sse.HandlerOptions{Options: transport.Options{Pool: newPool(t), OnSessionEnd: ended.add}})
	w := &plainWriter{header: http.Header{}}
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://x/sse", nil))
	require.ErrorContains(t, ended.all()[0], "no Flush")
	require.NoError(t, h.Close())
}

type plainWriter struct {
	bytes.Buffer

	header http.Header
}

func (w *plainWriter) Header() http.Header { return w.header }
func (w *plainWriter) WriteHeader(int)     {}

// Many clients with the same ids, all at once: each gets its own answers (S6).
func TestManyClients(t *testing.T) {
	s := serve(t, tools(), nil)
	var wg sync.WaitGroup
	for n := range 50 {
		c := s.dial(t, nil, nil)
		wg.Go(func() {
			for i := range 20 {
				name := strconv.Itoa(n) + "-" + strconv.Itoa(i) + strings.Repeat("x", n*i)
				if got, err := callTool(t.Context(), c, name); err != nil || got != name {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	r := s.open(t)
	r.initialize(jsonrpc.Rev20241105)
	require.Empty(t, s.ends.all())
}
