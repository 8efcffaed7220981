//go:build !race && !purego && !pooldebug

package httpheader_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/internal/mallocs"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// The headers that peers send cost nothing to check. Not parallel: the count is of the whole process.
func TestMallocs(t *testing.T) {
	accept, body, name := []string{"application/json, text/event-stream"}, []string{"application/json"}, []string{"echo"}
	text, number := codec.MakeRaw([]byte(`"echo"`)), codec.MakeRaw([]byte("42"))
	r := request(loopback, "127.0.0.1:8080")
	r.Header.Set("Origin", "http://127.0.0.1:8080")
	r.Header[http.CanonicalHeaderKey("Mcp-Param-X")] = []string{"42"}
	guard := new(httpheader.Guard)
	require.Zero(t, mallocs.OnOneProcessor(1000, 0, func() {
		ok := httpheader.ParseAccept(accept) == httpheader.Accept{JSON: true, Events: true} && httpheader.IsJSONBody(body) &&
			httpheader.MediaType(body) == httpheader.JSON && httpheader.Encode("plain") == "plain" &&
			httpheader.MatchToken(name, "echo") == nil && httpheader.MatchString(name, "echo") == nil &&
			httpheader.Match(name, text) == nil && httpheader.Match(r.Header["Mcp-Param-X"], number) == nil && guard.Check(r) == nil
		if !ok {
			t.Fatal("refused")
		}
	}).Mallocs)
}
