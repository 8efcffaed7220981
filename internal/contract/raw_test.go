package contract

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// raw is the other end of a pipe, by hand: it writes what it likes, when it likes.
type raw struct {
	t   *testing.T
	rwc io.ReadWriteCloser
	in  *bufio.Reader
}

// counting counts writes.
type counting struct {
	io.ReadWriteCloser

	writes int
}

func (c *counting) Write(p []byte) (int, error) {
	c.writes++ // the coalescer writes one at a time
	return c.ReadWriteCloser.Write(p)
}

// startRaw makes a connection whose peer is a raw one.
func startRaw(t *testing.T, h jsonrpc.Handler, limits transport.Limits) (*conn, *raw, *transport.Counters, *counting) {
	t.Helper()
	a, b := memPipe(1 << 16)
	p, seen, out := pool.New(pool.Config{Name: "contract"}), new(transport.Counters), &counting{ReadWriteCloser: a}
	c := serveStream(out, h, p, transport.Options{Observer: seen, Limits: limits})
	endsClean(t, p, c)
	return c, &raw{t, b, bufio.NewReader(b)}, seen, out
}

// write writes messages with one Write.
func (r *raw) write(messages ...string) {
	r.t.Helper()
	_, err := io.WriteString(r.rwc, strings.Join(messages, "\n")+"\n")
	require.NoError(r.t, err)
}

func (r *raw) read() *message {
	r.t.Helper()
	line, err := r.in.ReadBytes('\n')
	require.NoError(r.t, err)
	m := new(message)
	require.NoError(r.t, jsonrpc.Scan(line[:len(line)-1], m))
	return m
}

// answered reads n answers and returns their ids in the order they came in.
func (r *raw) answered(n int) []string {
	r.t.Helper()
	ids := make([]string, n)
	for i := range ids {
		m := r.read()
		require.Equal(r.t, jsonrpc.Response, m.Kind, "%s", m.Frame())
		ids[i] = m.ID.String()
	}
	return ids
}

func req(id int, method string) string {
	return `{"jsonrpc":"2.0","id":` + strconv.Itoa(id) + `,"method":"` + method + `","params":{"text":"x"}}`
}

func notice(method, params string) string {
	return `{"jsonrpc":"2.0","method":"` + method + `","params":` + params + `}`
}
