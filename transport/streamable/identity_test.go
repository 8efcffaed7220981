package streamable_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// Who sends a request is what Authorize says of that request (rule I-09), and nothing else: no session (rule H-04), no state that
// the client hands back (rule H-06), no header (rule H-08), which does not say either what is asked for.
func TestIdentity(t *testing.T) {
	asked := 0
	authorize := func(r *http.Request) (transport.Identity, error) {
		asked++
		return byHeader(r)
	}
	h := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method == "initialize" || m.Kind != jsonrpc.Request {
			tools().ServeMessage(ctx, w, m)
			return
		}
		var p mcp.CallToolParams
		if err := codec.UnmarshalRaw(m.Params, &p); err != nil {
			t.Error(err)
		}
		_ = w.Result(text(m.Info().Principal + " " + m.Method + " " + p.Name))
	})
	s := newServer(t, h, &streamable.HandlerOptions{Authorize: authorize})
	const state = `"requestState":"alice","inputResponses":{"a":{"principal":"alice"}},"name":"x",`
	body := request("1", "tools/call", state)
	claims := with(modern("tools/call", "x"), "Mcp-Param-Principal", "alice", "X-User", "alice", "Mcp-Session-Id", "alice", "Last-Event-ID", "alice")
	for user, want := range map[string]int{"alice": 200, "mallory": 200, "": 401, "expired": 401, "weak": 403} {
		before := asked
		resp := s.do(http.MethodPost, body, with(claims, "Authorization", user))
		got := read(t, resp)
		require.Equal(t, want, resp.StatusCode, got)
		require.Equal(t, before+1, asked, "I-09")
		if want == http.StatusOK {
			require.Contains(t, got, user+" tools/call x", "H-06, H-08")
		}
	}
	for header, value := range map[string]string{"Mcp-Method": "ping", "Mcp-Name": "harmless"} { // a proxy would have let it through for that
		resp := s.do(http.MethodPost, body, with(claims, "Authorization", "mallory", header, value))
		require.Contains(t, read(t, resp), "-32020", "H-08")
	}

	session := s.openAs("2025-06-18", header{"Authorization": "alice"})
	for user, want := range map[string]int{"alice": 200, "mallory": 404, "": 401, "expired": 401, "weak": 403} {
		for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
			if user == "alice" && method != http.MethodPost {
				continue
			}
			before := asked
			resp := s.do(method, legacyCall("1", "x"), with(session, "Authorization", user))
			read(t, resp)
			require.Equal(t, want, resp.StatusCode, "H-04: %s of %q", method, user)
			require.Equal(t, before+1, asked, "I-09: %s of %q", method, user)
		}
	}
}

// text is a result.
type text string

func (x text) AppendJSON(dst []byte) ([]byte, error) {
	b, err := json.Marshal(map[string]any{"content": []any{map[string]string{"type": "text", "text": string(x)}}})
	return append(dst, b...), err
}

// A token is looked at before anything is read of what comes with it, and is for this server only (rule I-08): a gateway that sends requests on
// sends its own token, or none.
func TestTokenStaysHere(t *testing.T) {
	for name, own := range map[string]string{"no token": "", "its own token": "gateway"} {
		t.Run(name, func(t *testing.T) {
			upstream := newScript(modernServer)
			o := new(streamable.DialOptions)
			if own != "" {
				o.Token = func(context.Context) (string, error) { return own, nil }
			}
			c := mustDial(t, upstream, nil, o)
			gateway := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
				out := c.NewCall(strings.Clone(m.Method))
				defer out.Release()
				out.Forward(m)
				if err := c.Do(ctx, out); err != nil {
					t.Error(err)
					return
				}
				_ = w.Forward(&out.Reply)
			})
			s := newServer(t, gateway, &streamable.HandlerOptions{Authorize: byHeader})
			h := with(modern("tools/call", "echo"), "Authorization", "alice", "Cookie", "alice=1")
			require.Contains(t, read(t, s.do(http.MethodPost, call("7", "echo"), h)), `"id":7,"result"`)
			sent := upstream.requests(callTool)
			require.Len(t, sent, 1)
			for key, values := range sent[0].Header {
				require.NotContains(t, strings.Join(values, ","), "alice", key)
			}
			if own == "" {
				require.Empty(t, sent[0].Header["Authorization"])
			} else {
				require.Equal(t, []string{"Bearer " + own}, sent[0].Header["Authorization"])
			}
			resp := s.do(http.MethodPost, "no JSON", with(h, "Authorization", "expired"))
			require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
			require.Empty(t, read(t, resp))
		})
	}
}
