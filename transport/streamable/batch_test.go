package streamable_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// answers takes the answers to a batch apart, in the order of their text.
func answers(t *testing.T, body string) []string {
	t.Helper()
	var all []string
	for element, err := range jsonrpc.ScanBatch([]byte(body)) {
		require.NoError(t, err, body)
		all = append(all, string(element))
	}
	slices.Sort(all)
	return all
}

func TestBatch(t *testing.T) {
	o := &streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)}
	o.Limits.Batch = 10
	s := newServer(t, tools(), o)
	h := s.open("2025-03-26")
	const note, response = `{"jsonrpc":"2.0","method":"x"}`, `{"jsonrpc":"2.0","id":1,"result":{}}`
	result := func(id, tool string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"result":{"content":[{"type":"text","text":"` + tool + `"}]}}`
	}
	for _, row := range []struct {
		rule   string
		batch  []string
		status int
		want   []string // nil for one answer, or none
	}{
		{"A-22 requests and a notification", []string{legacyCall("1", "a"), note, legacyCall("2", "b")}, 200, []string{result("1", "a"), result("2", "b")}},
		{"A-22 one request", []string{legacyCall("1", "a")}, 200, []string{result("1", "a")}},
		{"A-29 notifications", []string{note, note}, 202, nil},
		{"A-25 responses", []string{response, response}, 202, nil},
		{"A-25 mixed", []string{response, legacyCall("1", "a")}, 400, nil},
		{"A-29 a bad one", []string{"7", legacyCall("1", "a")}, 200, []string{`{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid request: the message is not an object"}}`, result("1", "a")}},
		{"A-29 nothing but a bad one", []string{"7"}, 200, []string{`{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid request: the message is not an object"}}`}},
		{"A-24 initialize", []string{strings.Replace(initialize("2025-03-26"), `"id":0`, `"id":9`, 1)}, 200, []string{`{"jsonrpc":"2.0","id":9,"error":{"code":-32600,"message":"invalid request: initialize in a batch"}}`}},
		{"A-29 empty", nil, 400, nil},
		{"S13 too many", slices.Repeat([]string{note}, 11), 400, nil},
	} {
		t.Run(row.rule, func(t *testing.T) {
			resp := s.do(http.MethodPost, "["+strings.Join(row.batch, " , ")+"]", h)
			body := read(t, resp)
			require.Equal(t, row.status, resp.StatusCode, body)
			if row.want != nil {
				require.Equal(t, row.want, answers(t, body))
			}
		})
	}
	// with an event stream, answers are its events.
	e := stream(t, s.do(http.MethodPost, "["+legacyCall("1", "progress")+","+legacyCall("2", "b")+"]", h))
	require.Contains(t, e.message(), "notifications/progress")
	rest := []string{e.message(), e.message()}
	slices.Sort(rest)
	require.Equal(t, []string{result("1", "progress"), result("2", "b")}, rest)
	require.Empty(t, e.message())

	for _, v := range []string{"2024-11-05", "2025-06-18", "2025-11-25"} {
		resp := s.do(http.MethodPost, "["+legacyCall("1", "a")+"]", s.open(v))
		require.Equal(t, http.StatusBadRequest, resp.StatusCode)
		require.Contains(t, read(t, resp), `"code":-32600`)
	}
}
