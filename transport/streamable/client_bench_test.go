package streamable_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// echoes answers as fast as net/http can: what it knows of a request is its id.
type echoes struct {
	text   string
	stream bool
	head   map[string][]string
}

func newEchoes(size int, stream bool) *echoes {
	e := &echoes{text: `,"result":{"content":[{"type":"text","text":"` + strings.Repeat("x", size) + `"}]}}`, stream: stream}
	kind := "application/json"
	if stream {
		kind = "text/event-stream"
	}
	e.head = map[string][]string{"Content-Type": {kind}, "Date": {""}}
	return e
}

func (e *echoes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := make([]byte, max(r.ContentLength, 0))
	_, _ = io.ReadFull(r.Body, body)
	h := w.Header()
	for k, v := range e.head {
		h[k] = v
	}
	switch {
	case r.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	case bytes.Contains(body, []byte(`"initialize"`)):
		h["Mcp-Session-Id"] = []string{"s"}
		h["Content-Type"] = []string{"application/json"}
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":`+idIn(body)+`,"result":`+initialized+`}`)
		return
	case bytes.Contains(body, []byte(`server/discover"`)):
		h["Content-Type"] = []string{"application/json"}
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":`+idIn(body)+`,"result":`+discovered+`}`)
		return
	case bytes.Contains(body, []byte(`notifications/`)):
		w.WriteHeader(http.StatusAccepted)
		return
	}
	start, end := `{"jsonrpc":"2.0","id":`, ""
	if e.stream {
		start, end = "data: "+start, "\n\n"
	}
	if !e.stream {
		h["Content-Length"] = []string{strconv.Itoa(len(start) + len(idIn(body)) + len(e.text))}
	}
	_, _ = io.WriteString(w, start+idIn(body)+e.text+end)
}

// idIn finds the id in a request, which begins as ours do.
func idIn(body []byte) string {
	rest := body[min(len(`{"jsonrpc":"2.0","id":`), len(body)):]
	i := bytes.IndexByte(rest, ',')
	return string(rest[:max(i, 0)])
}

// floor is the plainest client of net/http that moves the same bytes.
type floor struct {
	http  http.Client
	url   string
	frame []byte
	buf   bytes.Buffer
}

func newFloor(url string, size int) *floor {
	f := &floor{url: url}
	f.http.Transport = &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: true}
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},`
	f.frame = []byte(`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{` + meta + `"name":"echo","arguments":{"text":"` + strings.Repeat("x", size) + `"}}}`)
	return f
}

func (f *floor) callTool(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url, bytes.NewReader(f.frame))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Mcp-Protocol-Version", "2026-07-28")
	r.Header.Set("Mcp-Method", "tools/call")
	r.Header.Set("Mcp-Name", "echo")
	resp, err := f.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	f.buf.Reset()
	_, err = f.buf.ReadFrom(resp.Body)
	return err
}

// typed calls the echo tool as programs do.
type typedCaller struct {
	c      *transport.Client
	params mcp.CallToolParams
	result mcp.CallToolResult
	d      *codec.Decoder
}

func newTyped(c *transport.Client, size int) *typedCaller {
	x := &typedCaller{c: c, d: codec.GetDecoder()}
	x.params.Name = "echo"
	x.params.Arguments = codec.RawString(`{"text":"` + strings.Repeat("x", size) + `"}`)
	return x
}

func (x *typedCaller) callTool(ctx context.Context) error {
	return mcp.CallToolInto(ctx, x.c, &x.params, &x.result, x.d)
}

// BenchmarkClient compares a typed call with what net/http alone needs.
func BenchmarkClient(b *testing.B) {
	for _, size := range []int{200, 64 << 10} {
		for _, form := range []string{"json", "sse"} {
			srv := httptest.NewServer(newEchoes(size, form == "sse"))
			name := "/" + strconv.Itoa(size) + "/" + form
			for _, again := range []string{"", "-again"} {
				b.Run("floor"+again+name, func(b *testing.B) {
					f := newFloor(srv.URL, size)
					defer f.http.CloseIdleConnections()
					b.ReportAllocs()
					for b.Loop() {
						if err := f.callTool(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			for _, v := range []jsonrpc.Revision{jsonrpc.Latest, jsonrpc.LatestLegacy} {
				b.Run(v.String()+name, func(b *testing.B) {
					o := new(streamable.DialOptions)
					o.Revision = v
					c, err := streamable.Dial(b.Context(), srv.URL, nil, o)
					require.NoError(b, err)
					defer c.Close()
					x := newTyped(c, size)
					defer x.d.Release()
					b.ReportAllocs()
					for b.Loop() {
						if err := x.callTool(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			srv.Close()
		}
	}
}
