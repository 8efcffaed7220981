package streamable_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// S4, S5, D-67, D-68, E-50, H-01: where requests come from, with the zero options and with lists.
func TestOrigin(t *testing.T) {
	strict := newServer(t, tools(), nil)
	listed := newServer(t, tools(), &streamable.HandlerOptions{AllowedHosts: []string{"api.example.com"}, AllowedOrigins: []string{"https://app.example.com"}})
	own := strings.TrimPrefix(strict.URL, "http://")
	for _, row := range []struct {
		rule   string
		s      *server
		h      header
		status int
	}{
		{"S4 own", strict, header{"Host": own}, 200},
		{"S4 localhost", strict, header{"Host": "localhost"}, 200},
		{"S4 IPv6", strict, header{"Host": "[::1]:80"}, 200},
		{"S4 another", strict, header{"Host": "evil.test"}, 403},
		{"S4 alike", strict, header{"Host": "localhost.evil.test"}, 403},
		{"S4 alike", strict, header{"Host": "127.0.0.1.evil"}, 403},
		{"S4 a page of the same name", strict, header{"Host": "evil.test", "Origin": "http://evil.test"}, 403},
		{"S4 listed", listed, header{"Host": "api.example.com"}, 200},
		{"S4 not listed", listed, header{"Host": "example.com"}, 403},
		{"D-68 same origin", strict, header{"Origin": strict.URL}, 200},
		{"D-68 foreign", strict, header{"Origin": "http://evil.test"}, 403},
		{"D-68 null", strict, header{"Origin": "null"}, 403},
		{"S5 cross-site", strict, header{"Sec-Fetch-Site": "cross-site"}, 403},
		{"S5 same origin", strict, header{"Sec-Fetch-Site": "same-origin", "Origin": strict.URL}, 200},
		{"D-68 listed", listed, header{"Origin": "https://app.example.com", "Sec-Fetch-Site": "cross-site"}, 200},
		{"D-68 another port", listed, header{"Origin": "https://app.example.com:8443"}, 403},
	} {
		t.Run(row.rule, func(t *testing.T) {
			h := modern("tools/call", "x")
			for k, v := range row.h {
				h[k] = v
			}
			resp := row.s.do(http.MethodPost, call("1", "x"), h)
			body := read(t, resp)
			require.Equal(t, row.status, resp.StatusCode, body)
			for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodOptions, http.MethodPost} { // D-67, E-50: on all of them
				resp := row.s.do(method, "", row.h)
				read(t, resp)
				require.Equal(t, row.status == http.StatusForbidden, resp.StatusCode == http.StatusForbidden, method)
				require.Empty(t, resp.Header.Get("Access-Control-Allow-Origin"))
			}
		})
	}
	require.Panics(t, func() { streamable.NewHandler(tools(), &streamable.HandlerOptions{AllowedHosts: []string{"a b"}}) })
}

type userKey struct{}

// byHeader lets in who says so.
func byHeader(r *http.Request) (transport.Identity, error) {
	user := r.Header.Get("Authorization")
	switch user {
	case "":
		return transport.Identity{}, &transport.AuthError{}
	case "expired":
		return transport.Identity{}, &transport.AuthError{Code: "invalid_token", Err: errors.New("a secret")}
	case "weak":
		return transport.Identity{}, &transport.AuthError{Status: 403, Code: "insufficient_scope", Scope: "a b", ResourceMetadata: "https://x.test/\"\r\nEvil: 1"}
	case "malformed":
		return transport.Identity{}, fmt.Errorf("wrapped: %w", &transport.AuthError{Status: 400})
	case "broken":
		return transport.Identity{}, errors.New("a secret")
	}
	return transport.Identity{Principal: user, Context: context.WithValue(r.Context(), userKey{}, "value of "+user)}, nil
}

// I-03 to I-06: who is not let in, on each kind of request, before its body is looked at.
func TestAuthorize(t *testing.T) {
	h := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		value, _ := ctx.Value(userKey{}).(string)
		_ = w.Result(codec.RawString(`{"principal":"` + m.Info().Principal + `","value":"` + value + `","header":"` + m.Info().Header("x-test") + `","protocolVersion":"2025-06-18"}`))
	})
	s := newServer(t, h, &streamable.HandlerOptions{Authorize: byHeader, ResourceMetadata: "https://api.test/.well-known/oauth-protected-resource"})
	for _, row := range []struct {
		user      string
		status    int
		challenge string
	}{
		{"", 401, `Bearer resource_metadata="https://api.test/.well-known/oauth-protected-resource"`},
		{"expired", 401, `Bearer error="invalid_token", resource_metadata="https://api.test/.well-known/oauth-protected-resource"`},
		{"weak", 403, `Bearer error="insufficient_scope", scope="a b", resource_metadata="https://x.test/\"  Evil: 1"`},
		{"malformed", 400, ""},
		{"broken", 401, `Bearer resource_metadata="https://api.test/.well-known/oauth-protected-resource"`},
	} {
		for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
			resp := s.do(method, "no JSON", header{"Authorization": row.user})
			body := read(t, resp)
			require.Equal(t, row.status, resp.StatusCode, row.user)
			require.Equal(t, row.challenge, resp.Header.Get("WWW-Authenticate"))
			require.Empty(t, body)
		}
	}
	alice := with(modern("x", ""), "Authorization", "alice", "X-Test", "yes")
	require.Contains(t, read(t, s.do(http.MethodPost, request("1", "x", ""), alice)), `{"principal":"alice","value":"value of alice","header":"yes"`)
	session := s.openAs("2025-06-18", header{"Authorization": "alice", "X-Test": "yes"})
	require.Contains(t, read(t, s.do(http.MethodPost, `{"jsonrpc":"2.0","id":1,"method":"x"}`, session)), `{"principal":"alice","value":"value of alice","header":"yes"`)
}

// S7, S8, D-43, H-05, H-18, I-09: to another principal, a session looks like none, byte by byte; its owner notices nothing.
func TestSessionOfSomebodyElse(t *testing.T) {
	hub := new(transport.Hub)
	o := streamable.HandlerOptions{Authorize: byHeader, EventStore: transport.NewMemoryEventStore(nil)}
	o.Hub = hub
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		h := header{"Authorization": "alice"}
		resp := b.do(http.MethodPost, initialize("2025-11-25"), h)
		read(t, resp)
		h["Mcp-Session-Id"] = resp.Header.Get("Mcp-Session-Id")
		read(t, b.do(http.MethodPost, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, h))
		e := stream(t, b.do(http.MethodGet, "", h))
		e.next()
		first, _ := e.next()
		require.NotEmpty(t, first.id)
		for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
			for _, more := range []header{{}, {"Last-Event-ID": first.id}} {
				mallory := with(h, "Authorization", "mallory", "Last-Event-ID", more["Last-Event-ID"])
				one := b.do(method, legacyCall("1", "x"), mallory)
				mallory["Mcp-Session-Id"] = strings.Repeat("A", len(h["Mcp-Session-Id"]))
				two := b.do(method, legacyCall("1", "x"), mallory)
				require.Equal(t, http.StatusNotFound, one.StatusCode)
				one.Header.Del("Date")
				two.Header.Del("Date")
				require.Equal(t, two.Header, one.Header)
				require.Equal(t, read(t, two), read(t, one))
			}
		}
		_, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
		require.NoError(t, err)
		require.Contains(t, e.message(), "list_changed")
	})
}

// S16, F23: there are only so many sessions, and what is no initialize makes none.
func TestTooManySessions(t *testing.T) {
	o := streamable.HandlerOptions{}
	o.Limits.Sessions = 3
	refuse := false
	o.OnSession = func(context.Context, jsonrpc.Session) error {
		if refuse {
			return errors.New("a secret")
		}
		return nil
	}
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		for _, body := range []string{
			strings.Replace(initialize("2025-06-18"), `"protocolVersion":"2025-06-18"`, `"protocolVersion":7`, 1),
			`{"jsonrpc":"2.0","id":0,"method":"initialize","params":[]}`,
		} {
			resp := b.do(http.MethodPost, body, nil) // D-58: taken back
			require.Empty(t, resp.Header.Get("Mcp-Session-Id"))
			require.Contains(t, read(t, resp), `"error"`)
			require.Zero(t, b.h.Sessions())
		}
		refuse = true
		resp := b.do(http.MethodPost, initialize("2025-06-18"), nil)
		require.Equal(t, http.StatusForbidden, resp.StatusCode)
		require.NotContains(t, read(t, resp), "secret")
		require.Zero(t, b.h.Sessions())
		refuse = false

		var last header
		for range 3 {
			last = b.open("2025-06-18")
		}
		resp = b.do(http.MethodPost, initialize("2025-06-18"), nil)
		require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
		require.NotEmpty(t, resp.Header.Get("Retry-After"))
		require.Equal(t, 3, b.h.Sessions())
		read(t, b.do(http.MethodDelete, "", last))
		b.open("2025-06-18")
		time.Sleep(2 * transport.DefaultSession)
		synctest.Wait()
		require.Zero(t, b.h.Sessions())
		b.open("2025-06-18")
	})
}

// H-16: a session has so many streams and so many requests at a time.
func TestSessionLimits(t *testing.T) {
	o := streamable.HandlerOptions{}
	o.Limits.Streams, o.Limits.InFlight = 1, 1
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		h := b.open("2025-06-18")
		go func() { all(b.do(http.MethodPost, legacyCall("1", "sleep:1s"), h)) }()
		synctest.Wait()
		resp := b.do(http.MethodPost, legacyCall("2", "x"), h)
		require.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
		require.Contains(t, read(t, resp), `"id":2,"error"`)
		resp = b.do(http.MethodPost, legacyCall("1", "x"), h) // S26
		require.Equal(t, http.StatusBadRequest, resp.StatusCode)
		require.Contains(t, read(t, resp), `-32600`)
		time.Sleep(2 * time.Second)
		require.Contains(t, read(t, b.do(http.MethodPost, legacyCall("2", "x"), h)), `"result"`)
		for range 3 { // one that takes over does not count
			e := stream(t, b.do(http.MethodGet, "", h))
			e.next()
		}
	})
}

// E-11 to E-14, E-26 to E-29: arguments that headers mirror.
func TestToolSchema(t *testing.T) {
	const schema = `{"type":"object","properties":{
		"region":{"type":"string","x-mcp-header":"Region"}, "level":{"type":"integer","x-mcp-header":"Level"},
		"deep":{"type":"object","properties":{"on":{"type":"boolean","x-mcp-header":"On"}}}, "other":{"type":"string"}}}`
	schemas := map[string]string{
		"x": schema, "plain": `{"type":"object"}`, "empty": ``,
		"number": `{"properties":{"region":{"type":"number","x-mcp-header":"Region"}}}`,
		"twice":  `{"properties":{"region":{"type":"string","x-mcp-header":"Region"},"b":{"type":"string","x-mcp-header":"REGION"}}}`,
	}
	s := newServer(t, tools(), &streamable.HandlerOptions{ToolSchema: func(_ context.Context, tool string) (codec.Raw, bool) {
		text, ok := schemas[tool]
		return codec.RawString(text), ok
	}})
	for _, row := range []struct {
		rule, tool, arguments string
		h                     []string
		ok                    bool
	}{
		{"E-20 string", "x", `{"region":"Hello"}`, []string{"Mcp-Param-Region", "Hello"}, true},
		{"E-24 Base64", "x", `{"region":"Hello"}`, []string{"Mcp-Param-Region", "=?base64?SGVsbG8=?="}, true},
		{"E-24 bad padding", "x", `{"region":"Hello"}`, []string{"Mcp-Param-Region", "=?base64?SGVsbG8?="}, false},
		{"E-24 bad characters", "x", `{"region":"Hello"}`, []string{"Mcp-Param-Region", "=?base64?SGVs!!!bG8=?="}, false},
		{"E-24 literal", "x", `{"region":"SGVsbG8="}`, []string{"Mcp-Param-Region", "SGVsbG8="}, true},
		{"E-28 omitted", "x", `{"region":"Hello"}`, nil, false},
		{"E-28 differs", "x", `{"region":"Hello"}`, []string{"Mcp-Param-Region", "hello"}, false},
		{"E-28 absent", "x", `{}`, nil, true},
		{"E-28 null", "x", `{"region":null}`, nil, true},
		{"E-28 only the header", "x", `{}`, []string{"Mcp-Param-Region", "Hello"}, false},
		{"E-25 empty", "x", `{"region":""}`, []string{"Mcp-Param-Region", ""}, true},
		{"T-20 empty, omitted", "x", `{"region":""}`, nil, false},
		{"E-29 integer", "x", `{"level":42.0}`, []string{"Mcp-Param-Level", "42"}, true},
		{"E-29 another integer", "x", `{"level":42}`, []string{"Mcp-Param-Level", "43"}, false},
		{"E-14 nested", "x", `{"deep":{"on":true}}`, []string{"Mcp-Param-On", "true"}, true},
		{"E-14 nested differs", "x", `{"deep":{"on":true}}`, []string{"Mcp-Param-On", "false"}, false},
		{"T-21 two lines", "x", `{"region":"a"}`, []string{"Mcp-Param-Region", "a\na"}, false},
		{"E-27 unknown", "x", `{"other":"a"}`, []string{"Mcp-Param-Other", "b"}, true},
		{"E-27 unknown tool", "none", `{"region":"a"}`, []string{"Mcp-Param-Region", "b"}, true},
		{"no annotation", "plain", `{"region":"a"}`, []string{"Mcp-Param-Region", "b"}, true},
		{"no schema", "empty", `{"region":"a"}`, []string{"Mcp-Param-Region", "b"}, true},
		{"E-13 number", "number", `{"region":"a"}`, []string{"Mcp-Param-Region", "b"}, true},
		{"E-12 unique", "twice", `{"region":"a"}`, []string{"Mcp-Param-Region", "b"}, true},
	} {
		t.Run(row.rule, func(t *testing.T) {
			resp := s.do(http.MethodPost, request("1", "tools/call", `"name":"`+row.tool+`","arguments":`+row.arguments+`,`), with(modern("tools/call", row.tool), row.h...))
			body := read(t, resp)
			if row.ok {
				require.Equal(t, http.StatusOK, resp.StatusCode, body)
				return
			}
			require.Equal(t, http.StatusBadRequest, resp.StatusCode, body)
			require.Contains(t, body, `"id":1,"error":{"code":-32020`)
		})
	}
	resp := s.do(http.MethodPost, request("1", "tools/call", `"name":"x","arguments":{"region":"a","region":"b"},`), with(modern("tools/call", "x"), "Mcp-Param-Region", "a"))
	require.Contains(t, read(t, resp), "-32602", "S3")
	schemas["x"] = `{"properties":{"region":{"type":"string"}}}` // the newest schema counts
	resp = s.do(http.MethodPost, request("1", "tools/call", `"name":"x","arguments":{"region":"a"},`), modern("tools/call", "x"))
	require.Equal(t, http.StatusOK, resp.StatusCode)
}
