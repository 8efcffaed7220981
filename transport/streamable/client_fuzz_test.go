package streamable_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// oracle answers requests with what the fuzzer wants.
type oracle struct {
	mu   sync.Mutex
	data []byte
}

func (o *oracle) next(n int) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	n = min(n, len(o.data))
	b := o.data[:n:n]
	o.data = o.data[n:]
	return b
}

func (o *oracle) byte() byte {
	if b := o.next(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// goodResults are what a server in its right mind answers, by method.
var goodResults = map[string]string{
	"server/discover": discovered, "initialize": initialized, "tools/call": okResult,
	"tools/list": `{"tools":[{"name":"echo","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}},{"name":"x","inputSchema":{"x-mcp-header":1}}]}`,
}

func (o *oracle) RoundTrip(r *http.Request) (*http.Response, error) {
	id, method := "1", ""
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		var m jsonrpc.Message
		if jsonrpc.Scan(body, &m) == nil {
			id, method = m.ID.String(), m.Method
		}
	}
	how, what := o.byte(), o.byte()
	if how == 0xff {
		return nil, errors.New("no connection")
	}
	resp := &http.Response{Header: http.Header{}, ContentLength: -1, Request: r}
	resp.StatusCode = []int{200, 200, 200, 202, 400, 404, 401, 503}[how&7]
	kind := []string{"application/json", "text/event-stream", "text/html", ""}[how>>3&3]
	if kind != "" {
		resp.Header.Set("Content-Type", kind)
	}
	if how>>5&1 == 1 {
		resp.Header.Set("Mcp-Session-Id", string(o.next(3)))
	}
	message := `{"jsonrpc":"2.0","id":` + id
	switch what & 3 {
	case 0:
		message += `,"result":` + goodResults[method] + `}`
	case 1:
		message += `,"error":{"code":` + []string{"-32020", "-32601", "-32022", "7"}[what>>2&3] + `,"message":"m","data":{"supported":["2026-07-28"]}}}`
	case 2:
		message = string(o.next(int(o.byte())))
	case 3:
		message = `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":` + id + `}}`
	}
	body := &oracleBody{ctx: r.Context(), done: make(chan struct{}), text: message}
	if kind == "text/event-stream" {
		body.text = "id: " + string(o.next(1)) + "\nretry: " + string(o.next(2)) + "\n" + string(o.next(int(what>>4))) + "\ndata: " + message + "\n\n"
	}
	switch how >> 6 {
	case 1:
		body.hangs = true
	case 2:
		body.err = io.ErrUnexpectedEOF
	case 3:
		body.again = what&0x80 != 0
		resp.ContentLength = int64(what)
	}
	resp.Body = body
	return resp, nil
}

// oracleBody is read a few bytes at a time.
type oracleBody struct {
	text   string
	at     int
	hangs  bool // it does not end
	again  bool // it begins anew when it ends
	err    error
	ctx    context.Context
	done   chan struct{}
	closed sync.Once
}

func (b *oracleBody) Read(p []byte) (int, error) {
	if b.again && b.text != "" && b.at == len(b.text) {
		b.at = 0
		time.Sleep(time.Millisecond) // so that time goes by
	}
	select {
	case <-b.done:
		return 0, errors.New("closed")
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	default:
	}
	if b.at < len(b.text) {
		n := copy(p[:min(len(p), 1000)], b.text[b.at:])
		b.at += n
		return n, nil
	}
	switch {
	case b.hangs:
		select {
		case <-b.done:
		case <-b.ctx.Done():
		}
		return 0, errors.New("closed")
	case b.err != nil:
		return 0, b.err
	}
	return 0, io.EOF
}

func (b *oracleBody) Close() error { b.closed.Do(func() { close(b.done) }); return nil }

// Whatever a server answers, calls end in bounded time and memory, and nothing is left.
func FuzzHTTPClient(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 0, 0, 0})                                 // modern
	f.Add([]byte{4, 2, 0, 32, 0, 'a', 'b', 'c', 3, 0, 12, 0, 0, 0}) // legacy
	f.Add(append([]byte{8, 0}, bytes.Repeat([]byte{9, 0, '1', '1', '0'}, 20)...))
	f.Add(append([]byte{4, 2, 0, 32, 0, 'a', 'b', 'c'}, bytes.Repeat([]byte{8, 2, 0, '1', '1', '0'}, 20)...))
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Add(bytes.Repeat([]byte{0xc8, 0x80}, 40))
	f.Add([]byte(strings.Repeat("id: 1\n\n", 40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			p := pool.New(pool.Config{Name: "fuzz"})
			o := new(streamable.DialOptions)
			o.Pool = p
			o.HTTPClient = &http.Client{Transport: &oracle{data: data}}
			o.Limits = transport.Limits{Message: 16 << 10, Event: 16 << 10}
			o.Timeouts = transport.Timeouts{Call: time.Second, Probe: time.Second, IdleStream: 10 * time.Second, ResponseHeader: time.Second}
			h := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, _ *jsonrpc.Message) { _ = w.Result(nil) })
			c, err := streamable.Dial(t.Context(), "http://test/mcp", h, o)
			if err == nil {
				for _, method := range []string{"tools/call", "tools/list", "tools/call"} {
					_, err := do(t, c, method, callEcho)
					var answer *jsonrpc.Error
					if err != nil && !errors.As(err, &answer) {
						var e *transport.Error
						require.ErrorAs(t, err, &e)
					}
				}
				require.NoError(t, c.Close())
			}
			require.Less(t, time.Since(began), 10*time.Minute)
			synctest.Wait()
			require.Zero(t, p.Outstanding())
		})
	})
}
