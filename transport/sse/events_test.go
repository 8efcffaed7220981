package sse_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// There are two endpoints, with one path each or with the same: the stream is for GET, messages are for POST (rule C-01). All that the server says
// is an event of the type message, and a POST is answered with nothing (rule C-04).
func TestEvents(t *testing.T) {
	for _, message := range []string{"", "/message"} {
		t.Run("messages at "+message, func(t *testing.T) {
			h := sse.NewHandler(tools(), &sse.HandlerOptions{MessagePath: message, Options: transport.Options{Pool: newPool(t)}})
			hs := httptest.NewServer(h)
			defer hs.Close()
			defer h.Close()
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			get, err := http.NewRequestWithContext(ctx, http.MethodGet, hs.URL+"/sse", nil)
			require.NoError(t, err)
			stream, err := hs.Client().Do(get)
			require.NoError(t, err)
			defer stream.Body.Close()
			require.Equal(t, "text/event-stream", stream.Header.Get("Content-Type"))
			text := ""
			until := func(end string) string { // what comes up to the next end
				for !strings.Contains(text, end) {
					b := make([]byte, 1000)
					n, err := stream.Body.Read(b)
					text += string(b[:n])
					require.NoError(t, err, text)
				}
				before, after, _ := strings.Cut(text, end)
				text = after
				return before
			}
			_, endpoint, ok := strings.Cut(until("\n\n"), "data: ")
			require.True(t, ok)
			u, err := url.Parse(hs.URL + "/sse")
			require.NoError(t, err)
			u, err = u.Parse(endpoint)
			require.NoError(t, err)
			for body, kind := range map[string]string{
				`{"jsonrpc":"2.0","id":1,"method":"ping"}`:             "result",
				`{"jsonrpc":"2.0","id":2,"method":"no/such"}`:          "error",
				`{"jsonrpc":"2.0","method":"notifications/cancelled"}`: "",
			} {
				resp, err := hs.Client().Post(u.String(), "application/json", strings.NewReader(body))
				require.NoError(t, err)
				answer, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				resp.Body.Close()
				require.Equal(t, http.StatusAccepted, resp.StatusCode)
				require.Empty(t, answer, "C-04")
				if kind == "" {
					continue
				}
				line := until("\n\n")
				fields := strings.Split(line, "\n")
				if len(fields) == 2 { // message is the type of events without one
					require.Equal(t, "event: message", fields[0])
					fields = fields[1:]
				}
				data, ok := strings.CutPrefix(fields[0], "data: ")
				require.True(t, ok, line)
				var m map[string]json.RawMessage
				require.NoError(t, json.Unmarshal([]byte(data), &m), data)
				require.Contains(t, m, kind)
			}
		})
	}
}
