package transports

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	gomcpclient "github.com/mark3labs/mcp-go/client"
	gosdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

func sseClientRow(name string, dial clientDialer) row {
	return row{name, sseFloor, Legacy, func(s Scenario, o Options) (sample, error) {
		return driveHTTPClient(sseFloor, "/sse", Legacy, s, o, dial)
	}}
}

// sseClientRows begins with the floor.
func sseClientRows() []row {
	floor := sseClientRow("net/http", dialRawSSE)
	return []row{
		floor,
		again(floor),
		sseClientRow("mcpwire", dialMCPwireSSE(pooled())),
		sseClientRow("mcpwire, no pooling", dialMCPwireSSE(unpooled())),
		sseClientRow("go-sdk", dialGoSDKSSE),
		sseClientRow("mcp-go", dialMCPGoSSE),
	}
}

func dialMCPwireSSE(o transport.Options) clientDialer {
	return func(ctx context.Context, url string, _ Era, f frame) (httpClient, error) {
		h := &mcp.ClientHandler{ClientInfo: mcp.Implementation{Name: "load", Version: "1.0.0"}}
		client, err := sse.Dial(ctx, url, h, &sse.DialOptions{ClientOptions: transport.ClientOptions{Options: o, Revision: jsonrpc.LatestLegacy}})
		if err != nil {
			return httpClient{}, err
		}
		return mcpwireClient(client, f, o), nil
	}
}

func dialGoSDKSSE(ctx context.Context, url string, _ Era, f frame) (httpClient, error) {
	t := httpTransport()
	return connectGoSDK(ctx, &gosdk.SSEClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: t}}, t, f)
}

func dialMCPGoSSE(ctx context.Context, url string, _ Era, f frame) (httpClient, error) {
	client, err := gomcpclient.NewSSEMCPClient(url)
	return startMCPGo(ctx, client, err, f)
}

// dialRawSSE is net/http's own client; each goroutine has a stream.
func dialRawSSE(ctx context.Context, url string, _ Era, f frame) (httpClient, error) {
	t := httpTransport()
	client := &http.Client{Transport: t}
	life, cancel := context.WithCancel(ctx)
	caller := func() oneCall {
		r := &rawSSE{client: client, body: bytes.Clone(f.body()), size: len(f.json), id: firstID}
		err := r.open(life, url)
		return func(ctx context.Context) error {
			if err != nil {
				return err
			}
			return r.call(ctx)
		}
	}
	return httpClient{caller: caller, close: func() error {
		cancel()
		t.CloseIdleConnections()
		return nil
	}}, nil
}

// rawSSE is a stream, and requests that are answered on it.
type rawSSE struct {
	client *http.Client
	url    string // to post to
	in     *bufio.Reader
	body   []byte
	reader bytes.Reader
	size   int // of the text that comes back
	id     int
}

func (r *rawSSE) open(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	r.in = bufio.NewReaderSize(resp.Body, lineBuffer)
	ref, err := r.next()
	if err == nil {
		var target *url.URL
		if target, err = resp.Request.URL.Parse(string(ref)); err == nil {
			r.url = target.String()
		}
	}
	if err != nil {
		return errors.Join(err, resp.Body.Close())
	}
	return nil
}

// next returns the data of the next event.
func (r *rawSSE) next() ([]byte, error) {
	for {
		line, err := r.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			return bytes.TrimSuffix(data, []byte("\n")), nil
		}
	}
}

func (r *rawSSE) call(ctx context.Context) error {
	r.id++
	putID(r.body, r.id)
	r.reader.Reset(r.body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, &r.reader)
	if err != nil {
		return err
	}
	req.ContentLength = int64(len(r.body))
	req.Header = http.Header{"Content-Type": jsonType}
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return errors.Join(err, resp.Body.Close())
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("status %s", resp.Status)
	}
	data, err := r.next()
	if err != nil {
		return err
	}
	if len(data) < r.size {
		return errOtherText
	}
	return nil
}
