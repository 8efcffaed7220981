package sse_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// Where a request comes from (rules C-05, H-01), on a loopback address, with default options: the same for the stream and for messages.
func TestWhereFrom(t *testing.T) {
	s := serve(t, tools(), nil)
	r := s.open(t)
	host := strings.TrimPrefix(strings.TrimSuffix(s.url, "/sse"), "http://")
	_, port, err := net.SplitHostPort(host)
	require.NoError(t, err)
	for _, row := range []struct {
		name, host, header, value string
		status                    int
	}{
		{"S4 own address", host, "", "", 200},
		{"S4 name", "localhost:" + port, "", "", 200},
		{"S4 no port", "localhost", "", "", 200},
		{"S4 IPv6", "[::1]:" + port, "", "", 200},
		{"S4 another name", "evil.test", "", "", 403},
		{"S4 looks like it", "localhost.evil.test", "", "", 403},
		{"S4 looks like it too", "127.0.0.1.evil", "", "", 403},
		{"S5 C-05 own origin", host, "Origin", "http://" + host, 200},
		{"S5 C-05 another origin", host, "Origin", "http://evil.test", 403},
		{"S5 C-05 no origin at all", host, "Origin", "null", 403},
		{"S5 another site", host, "Sec-Fetch-Site", "cross-site", 403},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(row.name+" "+method, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				u, body, want := s.url, io.Reader(nil), row.status
				if method == http.MethodPost {
					u, body = r.post, strings.NewReader(`{"jsonrpc":"2.0","method":"notifications/x"}`)
					want = max(want, 202)
				}
				req, err := http.NewRequestWithContext(ctx, method, u, body)
				require.NoError(t, err)
				req.Host = row.host
				req.Header.Set("Content-Type", "application/json")
				if row.header != "" {
					req.Header.Set(row.header, row.value)
				}
				resp, err := s.http.Do(req)
				require.NoError(t, err)
				defer resp.Body.Close()
				require.Equal(t, want, resp.StatusCode)
				require.Empty(t, resp.Header.Values("Access-Control-Allow-Origin"), "H-17")
			})
		}
	}
	r.alive()
}

func TestAllowed(t *testing.T) {
	s := serve(t, tools(), &sse.HandlerOptions{AllowedHosts: []string{"api.test"}, AllowedOrigins: []string{"https://app.test"}})
	for header, status := range map[[2]string]int{
		{"api.test", ""}: 200, {"other.test", ""}: 403, {"127.0.0.1", ""}: 200,
		{"api.test", "https://app.test"}: 200, {"api.test", "https://app.test:1"}: 403,
	} {
		ctx, stop := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
		require.NoError(t, err)
		req.Host = header[0]
		if header[1] != "" {
			req.Header.Set("Origin", header[1])
		}
		resp, err := s.http.Do(req)
		require.NoError(t, err)
		require.Equal(t, status, resp.StatusCode, header)
		stop()
		resp.Body.Close()
	}
	for _, o := range []sse.HandlerOptions{{AllowedHosts: []string{"a b"}}, {AllowedOrigins: []string{"x"}}, {MessagePath: "http://[::1"}} {
		require.Panics(t, func() { sse.NewHandler(nil, &o) })
	}
}

// Requests that are refused before anything is handled, and what they are told.
func TestRefused(t *testing.T) {
	const limit = 1000
	var handled atomic.Int32
	h := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method != "ping" && m.Method != "initialize" {
			handled.Add(1)
		}
		jsonrpc.NotFound(context.Background(), w, m)
	})
	o := new(sse.HandlerOptions)
	o.Limits.Message = limit
	var seen transport.Counters
	o.Observer = &seen
	s := serve(t, h, o)
	r := s.open(t)
	good := `{"jsonrpc":"2.0","method":"notifications/x"}`
	for _, row := range []struct {
		name, method, body string
		header             []string
		query              func(q url.Values)
		status             int
		want               string // in the body
	}{
		{name: "RFC 9110 DELETE", method: "DELETE", body: good, status: 405},
		{name: "RFC 9110 PUT", method: "PUT", body: good, status: 405},
		{name: "CORS preflight H-17", method: "OPTIONS", body: good, status: 405},
		{name: "Accept", method: "GET", header: []string{"Accept", "application/json"}, status: 406},
		{name: "S5 D-09 no type", body: good, header: []string{"Content-Type", ""}, status: 415},
		{name: "S5 D-09 text", body: good, header: []string{"Content-Type", "text/plain"}, status: 415},
		{name: "S5 D-09 form", body: good, header: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415},
		{name: "S5 D-09 looks like it", body: good, header: []string{"Content-Type", "application/jsonx"}, status: 415},
		{name: "S5 D-09 charset", body: good, header: []string{"Content-Type", "application/json; charset=utf-8"}, status: 202},
		{name: "S17 encoded", body: good, header: []string{"Content-Encoding", "gzip"}, status: 415},
		{name: "S17 not encoded", body: good, header: []string{"Content-Encoding", "identity"}, status: 202},
		{name: "C-10 no session", body: good, query: func(q url.Values) { q.Del("sessionId") }, status: 400},
		{name: "C-10 two sessions", body: good, query: func(q url.Values) { q.Add("sessionId", q.Get("sessionId")) }, status: 400},
		{name: "C-10 among others", body: good, query: func(q url.Values) { q.Set("a", "b c") }, status: 202},
		{name: "C-10 empty session", body: good, query: func(q url.Values) { q.Set("sessionId", "") }, status: 404},
		{name: "C-10 unknown session", body: good, query: func(q url.Values) { q.Set("sessionId", "x") }, status: 404},
		{name: "C-10 in another case", body: good, query: func(q url.Values) { q.Set("sessionId", strings.ToLower(q.Get("sessionId"))) }, status: 404},
		{name: "S13 F6 at the limit", body: good + strings.Repeat(" ", limit-len(good)), status: 202},
		{name: "S13 F6 above the limit", body: good + strings.Repeat(" ", limit+1-len(good)), status: 413, want: "the limit is 1000 bytes"},
		{name: "S13 F6 far above", body: strings.Repeat("x", 100*limit), status: 413},
		{name: "S12 empty", body: "", status: 400, want: "-32700"},
		{name: "S12 not JSON", body: "hello", status: 400, want: "-32700"},
		{name: "S12 broken off", body: `{"jsonrpc":"2.0","id":1,"method":"x"`, status: 400, want: "-32700"},
		{name: "S12 two messages", body: good + good, status: 400, want: "-32700"},
		{name: "A-02 not UTF-8", body: "{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", status: 400, want: "-32700"},
		{name: "depth", body: strings.Repeat("[", limit), status: 400, want: "-326"},
		{name: "A-01 version", body: `{"jsonrpc":"1.0","id":1,"method":"x"}`, status: 400, want: `"id":1,"error":{"code":-32600`},
		{name: "A-04 id null", body: `{"jsonrpc":"2.0","id":null,"method":"x"}`, status: 400, want: "-32600"},
		{name: "A-17 params", body: `{"jsonrpc":"2.0","id":"a","method":"x","params":[]}`, status: 400, want: `"id":"a","error":{"code":-32600`},
		{name: "A-19 S3 twice", body: `{"jsonrpc":"2.0","method":"x","method":"y"}`, status: 400, want: "-32600"},
		{name: "S1 another case", body: `{"jsonrpc":"2.0","Method":"x","id":1}`, status: 400, want: "-32600"},
		{name: "A-28 batch before there is a revision", body: "[" + good + "]", status: 400, want: "-32600"},
	} {
		t.Run(row.name, func(t *testing.T) {
			before, refused := handled.Load(), seen.Count(transport.BadMessage)
			u, err := url.Parse(r.post)
			require.NoError(t, err)
			if q := u.Query(); row.query != nil {
				row.query(q)
				u.RawQuery = q.Encode()
			}
			if row.method == "" {
				row.method = http.MethodPost
			}
			for _, body := range []io.Reader{strings.NewReader(row.body), iotest.OneByteReader(strings.NewReader(row.body))} { // with a length, and in chunks
				req, err := http.NewRequestWithContext(t.Context(), row.method, u.String(), body)
				require.NoError(t, err)
				req.Header.Set("Content-Type", "application/json")
				for i := 0; i < len(row.header); i += 2 {
					req.Header.Del(row.header[i])
					if row.header[i+1] != "" {
						req.Header.Set(row.header[i], row.header[i+1])
					}
				}
				resp, err := s.http.Do(req)
				if errors.Is(err, io.EOF) || err != nil && strings.Contains(err.Error(), "broken pipe") || err != nil && strings.Contains(err.Error(), "reset") {
					require.Equal(t, 413, row.status, "S13: the rest of it is not read")
					continue
				}
				require.NoError(t, err)
				text, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				require.Equal(t, row.status, resp.StatusCode, string(text))
				require.Contains(t, string(text), row.want)
				if resp.StatusCode == http.StatusMethodNotAllowed {
					require.Equal(t, "GET, POST", resp.Header.Get("Allow"))
				}
				if resp.StatusCode == http.StatusRequestEntityTooLarge {
					require.True(t, resp.Close, "S13: the connection is closed")
				}
			}
			if row.status == http.StatusAccepted {
				require.Greater(t, handled.Load(), before)
			} else {
				require.Equal(t, before, handled.Load())
				require.Greater(t, seen.Count(transport.BadMessage), refused)
			}
			r.alive() // S12: the session goes on
		})
	}
}

// A body of which only the size is too much is refused before any of it is sent (rule S13).
func TestTooLargeUnread(t *testing.T) {
	s := serve(t, tools(), nil)
	r := s.open(t)
	u, err := url.Parse(r.post)
	require.NoError(t, err)
	c, err := net.Dial("tcp", u.Host)
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Write([]byte("POST " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nContent-Type: application/json\r\nContent-Length: " +
		strconv.Itoa(transport.DefaultServerMessage+1) + "\r\n\r\n"))
	require.NoError(t, err)
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(answer, []byte("HTTP/1.1 413 ")), string(answer))
	r.alive()
}

// S7 H-05: for others than who has opened it, a session does not exist.
func TestPrincipal(t *testing.T) {
	o := &sse.HandlerOptions{ResourceMetadata: "https://as.test/meta", Authorize: func(r *http.Request) (transport.Identity, error) {
		switch token := r.Header.Get("Authorization"); token {
		case "":
			return transport.Identity{}, nil
		case "Bearer bad":
			return transport.Identity{}, errors.New("a secret of the server")
		case "Bearer weak":
			return transport.Identity{}, &transport.AuthError{Status: 403, Code: "insufficient_scope", Scope: `a "b"`}
		default:
			return transport.Identity{Principal: token, Context: context.WithValue(r.Context(), key{}, token)}, nil
		}
	}}
	var who atomic.Value
	h := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method == "who" {
			who.Store([3]any{m.Info().Principal, ctx.Value(key{}), m.Info().Header("authorization")})
		}
		tools().ServeMessage(ctx, w, m)
	})
	s := serve(t, h, o)
	alice := s.open(t, "Authorization", "Bearer alice")
	alice.initialize(jsonrpc.Rev20241105)
	unknown := *alice
	unknown.post = s.url + "?sessionId=X"
	status, want := unknown.send(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	require.Equal(t, 404, status)
	for _, token := range []string{"Bearer mallory", "Bearer alicE", ""} {
		status, got := alice.send(`{"jsonrpc":"2.0","id":1,"method":"ping"}`, "Authorization", token)
		require.Equal(t, 404, status)
		require.Equal(t, want, got, "the same bytes")
	}
	status, text := alice.send(`{"jsonrpc":"2.0","id":1,"method":"ping"}`, "Authorization", "Bearer bad")
	require.Equal(t, 401, status)
	require.NotContains(t, text, "secret", "H-20")
	alice.accepted(`{"jsonrpc":"2.0","id":2,"method":"who"}`)
	require.Contains(t, alice.next(), `"id":2`)
	require.Equal(t, [3]any{"Bearer alice", "Bearer alice", "Bearer alice"}, who.Load())

	for token, challenge := range map[string]string{
		"Bearer bad":  `Bearer resource_metadata="https://as.test/meta"`,
		"Bearer weak": `Bearer error="insufficient_scope", scope="a \"b\"", resource_metadata="https://as.test/meta"`,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", token)
		resp, err := s.http.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, challenge, resp.Header.Get("WWW-Authenticate"))
	}
}

type key struct{}
