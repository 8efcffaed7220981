package transports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	gomcpclient "github.com/mark3labs/mcp-go/client"
	gomcp "github.com/mark3labs/mcp-go/mcp"
	gosdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// oneCall makes one call of the echo tool and checks the answer. Each goroutine has its own.
type oneCall func(ctx context.Context) error

// httpClient is a client of HTTP under load.
type httpClient struct {
	caller func() oneCall // for one goroutine
	close  func() error
	pool   *pool.Pool // nil for other libraries
}

// httpClientRow measures a client against the responder. What counts is what this process used.
func httpClientRow(name string, era Era, dial clientDialer) row {
	return row{name, httpResponder, era, func(s Scenario, o Options) (sample, error) {
		return driveHTTPClient(httpResponder, "/mcp", era, s, o, dial)
	}}
}

// clientDialer connects a client.
type clientDialer func(ctx context.Context, url string, era Era, f frame) (httpClient, error)

// httpClientRows begins with the floor: net/http's own client that posts bytes made in advance and reads what comes.
func httpClientRows() []row {
	floor := httpClientRow("net/http", Legacy, dialRaw)
	return []row{
		floor,
		again(floor),
		httpClientRow("mcpwire", Legacy, dialMCPwire(pooled())),
		httpClientRow("mcpwire", Modern, dialMCPwire(pooled())),
		httpClientRow("mcpwire, no pooling", Modern, dialMCPwire(unpooled())),
		httpClientRow("go-sdk", Legacy, dialGoSDK),
		httpClientRow("mcp-go", Legacy, dialMCPGo),
	}
}

func driveHTTPClient(server, path string, era Era, s Scenario, o Options, dial clientDialer) (got sample, err error) {
	f, err := newFrame(era, s)
	if err != nil {
		return got, err
	}
	p, addr, err := startHTTP(server, era, s, o.limit())
	if err != nil {
		return got, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.limit())
	defer cancel()
	c, err := dial(ctx, "http://"+addr+path, era, f)
	if err != nil {
		return got, errors.Join(err, p.stop())
	}
	defer func() { err = errors.Join(err, c.close(), p.stop()) }()
	if _, _, err := c.run(ctx, s.InFlight, o.warmUp()); err != nil {
		return got, fmt.Errorf("warm-up: %w", err)
	}
	before := ownUsage(c.pool)
	got.count, got.elapsed, err = c.run(ctx, s.InFlight, o.Load)
	got.used = ownUsage(c.pool).since(before)
	return got, err
}

// run calls from n goroutines until the time is over, and returns how many calls were answered in what time.
func (c httpClient) run(ctx context.Context, n int, limit time.Duration) (int, time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var total atomic.Int64
	var running sync.WaitGroup
	calls := make([]oneCall, n)
	for i := range calls {
		calls[i] = c.caller() // which may take time
	}
	start := time.Now()
	for _, call := range calls {
		running.Go(func() {
			count := 0
			for ; count < maxCount && time.Since(start) < limit; count++ {
				if err := call(ctx); err != nil {
					cancel(fmt.Errorf("call %d: %w", count, err))
					break
				}
			}
			total.Add(int64(count))
		})
	}
	running.Wait()
	return int(total.Load()), time.Since(start), context.Cause(ctx)
}

var errOtherText = errors.New("another content came back")

// httpTransport keeps a connection for each of eight goroutines, as clients need it that make many calls.
func httpTransport() *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
}

func dialRaw(_ context.Context, url string, _ Era, f frame) (httpClient, error) {
	t := httpTransport()
	client := &http.Client{Transport: t}
	header := http.Header{"Content-Type": jsonType, "Accept": {"application/json, text/event-stream"}, "Mcp-Protocol-Version": {"2025-11-25"}}
	caller := func() oneCall {
		body := bytes.Clone(f.body())
		reader := bytes.NewReader(body)
		answer := make([]byte, 0, len(body)+1<<10)
		id := firstID
		return func(ctx context.Context) error {
			id++
			putID(body, id)
			reader.Reset(body)
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, reader)
			if err != nil {
				return err
			}
			req.Header = header
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer func() { _ = resp.Body.Close() }() // all of it was read
			if answer, err = readAll(answer[:0], resp); err != nil {
				return err
			}
			if len(answer) < len(f.json) {
				return errOtherText
			}
			return nil
		}
	}
	return httpClient{caller: caller, close: func() error { t.CloseIdleConnections(); return nil }}, nil
}

// readAll appends the body of a response of known length.
func readAll(dst []byte, resp *http.Response) ([]byte, error) {
	if resp.ContentLength < 0 {
		rest, err := io.ReadAll(resp.Body)
		return append(dst, rest...), err
	}
	n := len(dst)
	for cap(dst)-n < int(resp.ContentLength) {
		dst = append(dst[:cap(dst)], 0)
	}
	dst = dst[:n+int(resp.ContentLength)]
	_, err := io.ReadFull(resp.Body, dst[n:])
	return dst, err
}

func dialMCPwire(o transport.Options) clientDialer {
	return func(ctx context.Context, url string, era Era, f frame) (httpClient, error) {
		h := &mcp.ClientHandler{ClientInfo: mcp.Implementation{Name: "load", Version: "1.0.0"}}
		opts := &streamable.DialOptions{ClientOptions: transport.ClientOptions{Options: o, Revision: jsonrpc.LatestLegacy}}
		if era == Modern {
			opts.Revision = jsonrpc.Latest
		}
		client, err := streamable.Dial(ctx, url, h, opts)
		if err != nil {
			return httpClient{}, err
		}
		return mcpwireClient(client, f, o), nil
	}
}

func mcpwireClient(client *transport.Client, f frame, o transport.Options) httpClient {
	params := mcp.CallToolParams{Name: toolName, Arguments: codec.RawString(`{"text":"` + f.json + `"}`)}
	caller := func() oneCall {
		res, d := new(mcp.CallToolResult), new(codec.Decoder)
		return func(ctx context.Context) error {
			if err := mcp.CallToolInto(ctx, client, &params, res, d); err != nil {
				return err
			}
			if text, ok := res.Content[0].(*mcp.TextContent); !ok || text.Text != f.text {
				return errOtherText
			}
			return nil
		}
	}
	return httpClient{caller, client.Close, o.Pool}
}

func dialGoSDK(ctx context.Context, url string, _ Era, f frame) (httpClient, error) {
	t := httpTransport()
	return connectGoSDK(ctx, &gosdk.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: t}, DisableStandaloneSSE: true}, t, f)
}

func connectGoSDK(ctx context.Context, over gosdk.Transport, t *http.Transport, f frame) (httpClient, error) {
	client := gosdk.NewClient(&gosdk.Implementation{Name: "load", Version: "1.0.0"}, nil)
	session, err := client.Connect(ctx, over, nil)
	if err != nil {
		return httpClient{}, err
	}
	args := map[string]any{"text": f.text}
	caller := func() oneCall {
		return func(ctx context.Context) error {
			res, err := session.CallTool(ctx, &gosdk.CallToolParams{Name: toolName, Arguments: args})
			if err != nil {
				return err
			}
			if text, ok := res.Content[0].(*gosdk.TextContent); !ok || text.Text != f.text {
				return errOtherText
			}
			return nil
		}
	}
	return httpClient{caller: caller, close: func() error {
		defer t.CloseIdleConnections()
		return session.Close()
	}}, nil
}

func dialMCPGo(ctx context.Context, url string, _ Era, f frame) (httpClient, error) {
	client, err := gomcpclient.NewStreamableHttpClient(url)
	return startMCPGo(ctx, client, err, f)
}

func startMCPGo(ctx context.Context, client *gomcpclient.Client, err error, f frame) (httpClient, error) {
	if err == nil {
		err = client.Start(ctx)
	}
	if err == nil {
		var hello gomcp.InitializeRequest
		hello.Params.ProtocolVersion = "2025-11-25"
		hello.Params.ClientInfo = gomcp.Implementation{Name: "load", Version: "1.0.0"}
		_, err = client.Initialize(ctx, hello)
	}
	if err != nil {
		return httpClient{}, err
	}
	var req gomcp.CallToolRequest
	req.Params.Name, req.Params.Arguments = toolName, map[string]any{"text": f.text}
	caller := func() oneCall {
		return func(ctx context.Context) error {
			res, err := client.CallTool(ctx, req)
			if err != nil {
				return err
			}
			if text, ok := res.Content[0].(gomcp.TextContent); !ok || text.Text != f.text {
				return errOtherText
			}
			return nil
		}
	}
	return httpClient{caller: caller, close: client.Close}, nil
}
