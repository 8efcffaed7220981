package transports

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// againstHTTP runs two connections against a server in this process, which turns each request into what it sends back.
func againstHTTP(t *testing.T, answer func(w http.ResponseWriter, request []byte)) (sample, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		answer(w, body)
	}))
	defer server.Close()
	f, err := newFrame(Modern, small)
	require.NoError(t, err)
	var conns []*httpConn
	for i := range 2 {
		c, err := dialHTTP(strings.TrimPrefix(server.URL, "http://"), Modern, f, firstID+i*100, false)
		require.NoError(t, err)
		defer func() { _ = c.conn.Close() }()
		conns = append(conns, c)
	}
	return runHTTP(conns, load{count: 20, time: time.Minute})
}

// echoed is the right answer to a request.
func echoed(t *testing.T, request []byte) string {
	f, err := newFrame(Modern, small)
	require.NoError(t, err)
	id, err := parseID(request[len(beforeID) : len(beforeID)+idDigits])
	require.NoError(t, err)
	return strings.TrimSpace(answerTo(id, f.text))
}

func TestHTTPDriverReads(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter, text string){
		"a length": func(w http.ResponseWriter, text string) { _, _ = io.WriteString(w, text) },
		"chunks": func(w http.ResponseWriter, text string) {
			for _, part := range []string{text[:10], text[10:]} {
				_, _ = io.WriteString(w, part)
				w.(http.Flusher).Flush()
			}
		},
		"events": func(w http.ResponseWriter, text string) {
			_, _ = io.WriteString(w, "id: 1\ndata:\n\n: still here\n\nevent: message\ndata: "+text+"\n\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := againstHTTP(t, func(w http.ResponseWriter, request []byte) { answer(w, echoed(t, request)) })
			require.NoError(t, err)
			require.Equal(t, 20, got.count)
			require.GreaterOrEqual(t, got.p99, got.p50)
		})
	}
}

func TestHTTPDriverDetects(t *testing.T) {
	for name, tt := range map[string]struct {
		answer func(w http.ResponseWriter, request []byte)
		want   string
	}{
		"a status": {func(w http.ResponseWriter, _ []byte) { http.Error(w, "no luck", http.StatusBadGateway) }, "502"},
		"another text": {func(w http.ResponseWriter, r []byte) {
			_, _ = w.Write(bytes.Replace([]byte(echoed(t, r)), []byte("Rain"), []byte("Rust"), 1))
		}, "not the one text"},
		"another id": {func(w http.ResponseWriter, r []byte) {
			putID(r, 123456789)
			_, _ = io.WriteString(w, echoed(t, r))
		}, "the answer to 123456789 came to"},
		"nothing": {func(http.ResponseWriter, []byte) {}, "unexpected end"},
		"the end": {func(http.ResponseWriter, []byte) { panic(http.ErrAbortHandler) }, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := againstHTTP(t, tt.answer)
			require.ErrorContains(t, err, tt.want)
		})
	}
}
