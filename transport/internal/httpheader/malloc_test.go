//go:build !race && !purego && !pooldebug

package httpheader_test

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// The headers that peers send cost nothing to check. Not parallel: the count is of the whole process.
func TestMallocs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	accept, body, name := []string{"application/json, text/event-stream"}, []string{"application/json"}, []string{"echo"}
	text, number := codec.MakeRaw([]byte(`"echo"`)), codec.MakeRaw([]byte("42"))
	r := request(loopback, "127.0.0.1:8080")
	r.Header.Set("Origin", "http://127.0.0.1:8080")
	r.Header[http.CanonicalHeaderKey("Mcp-Param-X")] = []string{"42"}
	guard := new(httpheader.Guard)
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 1000 {
			ok := httpheader.ParseAccept(accept) == httpheader.Accept{JSON: true, Events: true} && httpheader.IsJSONBody(body) &&
				httpheader.MediaType(body) == httpheader.JSON && httpheader.Encode("plain") == "plain" &&
				httpheader.MatchToken(name, "echo") == nil && httpheader.MatchString(name, "echo") == nil &&
				httpheader.Match(name, text) == nil && httpheader.Match(r.Header["Mcp-Param-X"], number) == nil && guard.Check(r) == nil
			if !ok {
				t.Fatal("refused")
			}
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	require.Zero(t, least)
}
