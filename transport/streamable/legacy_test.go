package streamable_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

var legacyRevisions = []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}

// A session from its first message to its last, in each revision.
func TestSession(t *testing.T) {
	s := newServer(t, tools(), nil)
	for _, v := range legacyRevisions {
		t.Run(v, func(t *testing.T) {
			h := s.open(v)
			require.Regexp(t, `^[\x21-\x7E]{16,128}$`, h["Mcp-Session-Id"]) // D-49, D-50
			resp := s.do(http.MethodPost, legacyCall("1", "x"), h)
			require.Equal(t, "application/json", resp.Header.Get("Content-Type"), "D-07")
			require.Equal(t, `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"x"}]}}`, read(t, resp))
			resp = s.do(http.MethodPost, `{"jsonrpc":"2.0","id":"2","method":"ping"}`, h)
			require.Equal(t, `{"jsonrpc":"2.0","id":"2","result":{}}`, read(t, resp))

			// D-18: what belongs to the request comes before its answer, on its stream.
			e := stream(t, s.do(http.MethodPost, legacyCall("3", "progress"), h))
			require.Contains(t, e.message(), `"method":"notifications/progress"`)
			require.Contains(t, e.message(), `"id":3,"result"`)
			require.Empty(t, e.message(), "D-21: the stream ends with the answer")

			require.Equal(t, `{"jsonrpc":"2.0","id":4,"error":{"code":-32603,"message":"internal error"}}`, read(t, s.do(http.MethodPost, legacyCall("4", "fail"), h)))
			resp = s.do(http.MethodPost, `{"jsonrpc":"2.0","id":5,"method":"x"}`, h)
			require.Equal(t, http.StatusOK, resp.StatusCode, "T-02: 404 would mean that the session is gone")
			require.Contains(t, read(t, resp), "-32601")

			resp = s.do(http.MethodPost, initialize(v), h) // S27
			require.Equal(t, http.StatusBadRequest, resp.StatusCode)
			require.Contains(t, read(t, resp), "-32600")

			resp = s.do(http.MethodDelete, "", h) // D-55
			require.Equal(t, http.StatusNoContent, resp.StatusCode)
			require.Empty(t, read(t, resp))
			for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} { // D-52
				resp = s.do(method, legacyCall("6", "x"), h)
				require.Equal(t, http.StatusNotFound, resp.StatusCode)
				read(t, resp)
			}
		})
	}
}

// The header of the version, in a session (rules D-62 to D-66).
func TestVersionHeader(t *testing.T) {
	s := newServer(t, tools(), nil)
	h := s.open("2025-06-18")
	for _, row := range []struct {
		rule, value string
		status      int
	}{
		{"D-63 the session's", "2025-06-18", 200},
		{"D-64 absent", "-", 200},
		{"D-66 another", "2025-03-26", 200},
		{"D-65 unknown", "2099-01-01", 400},
		{"D-65 malformed", "x", 400},
		{"D-65 empty", "", 400},
		{"F-23 modern", "2026-07-28", 400},
	} {
		t.Run(row.rule, func(t *testing.T) {
			resp := s.do(http.MethodPost, legacyCall("1", "x"), with(h, "MCP-Protocol-Version", row.value))
			body := read(t, resp)
			require.Equal(t, row.status, resp.StatusCode, body)
		})
	}
	require.Equal(t, http.StatusOK, s.do(http.MethodPost, initialize("2025-06-18"), header{"MCP-Protocol-Version": "2025-06-18"}).StatusCode)
}
