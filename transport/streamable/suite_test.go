package streamable_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/memnet"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// over describes Streamable HTTP for the suite.
type over struct {
	http2  bool
	memory bool                        // connections are pipes in memory
	store  func() transport.EventStore // nil for none
	accept string                      // what the client takes; "" for both kinds of answers
	revs   []jsonrpc.Revision
}

func (x over) transport() transporttest.Transport {
	calls := 1000
	if x.http2 { // as many as one connection has streams: net/http's server gives others up that take 2 s to begin, as they may under load
		calls = 200
	}
	return transporttest.Transport{Revisions: x.revs, Serve: x.serve, ServeRaw: x.serveRaw, Posts: true, Exchanges: true, Reconnects: true, Bubble: x.memory, Calls: calls}
}

func (x over) serve(t testing.TB, h jsonrpc.Handler, o *transport.Options) transporttest.Server {
	so := &streamable.HandlerOptions{Options: *o}
	if x.store != nil {
		so.EventStore = x.store()
	}
	handler := streamable.NewHandler(h, so)
	var wrapped http.Handler = handler
	if x.accept != "" {
		wrapped = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				r.Header.Set("Accept", x.accept)
			}
			handler.ServeHTTP(w, r)
		})
	}
	url, client := x.listen(t, wrapped)
	t.Cleanup(func() { require.NoError(t, handler.Shutdown(context.Background())) })
	return transporttest.Server{Dial: func(ctx context.Context, h jsonrpc.Handler, co *transport.ClientOptions) (transporttest.Client, error) {
		return streamable.Dial(ctx, url, h, &streamable.DialOptions{ClientOptions: *co, HTTPClient: client()})
	}}
}

// listen serves h, until after all that is cleaned up later, and returns a URL and what makes clients for it; nil for what is usual.
func (x over) listen(t testing.TB, h http.Handler) (url string, client func() *http.Client) {
	if x.memory {
		l, hs, served := memnet.Listen(), &http.Server{Handler: h}, make(chan error, 1)
		open := count(hs)
		go func() { served <- hs.Serve(l) }()
		t.Cleanup(func() {
			require.NoError(t, hs.Close())
			require.ErrorIs(t, <-served, http.ErrServerClosed)
			open.Wait()
		})
		return "http://127.0.0.1:1/", func() *http.Client { return own(t, &http.Transport{DialContext: l.Dial, MaxIdleConnsPerHost: 1000}) }
	}
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that are closed break off handshakes
	t.Cleanup(s.Close)
	if s.EnableHTTP2 = x.http2; !x.http2 {
		s.Start()
		return s.URL, func() *http.Client { return nil }
	}
	s.StartTLS()
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return s.URL, func() *http.Client {
		return own(t, &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}})
	}
}

// count makes hs count its connections, some of which outlast Close for a while.
func count(hs *http.Server) *sync.WaitGroup {
	open := new(sync.WaitGroup)
	hs.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Done()
		}
	}
	return open
}

// own returns a client whose connections are closed with the test.
func own(t testing.TB, tr *http.Transport) *http.Client {
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// The contract suite, in each revision that Streamable HTTP has.
func TestSuite(t *testing.T) {
	all := []jsonrpc.Revision{jsonrpc.Rev20250326, jsonrpc.Rev20250618, jsonrpc.Rev20251125, jsonrpc.Rev20260728}
	two := []jsonrpc.Revision{jsonrpc.Rev20251125, jsonrpc.Rev20260728}
	memory := func() transport.EventStore { return transport.NewMemoryEventStore(nil) }
	for name, x := range map[string]over{
		"HTTP 1.1":          {revs: all},
		"HTTP 2":            {revs: two, http2: true},
		"memory":            {revs: all, memory: true},
		"event store":       {revs: all[:3], store: memory},
		"event streams":     {revs: two, accept: "text/event-stream"},
		"JSON if it may be": {revs: two, accept: "application/json, text/event-stream;q=0.5"},
	} {
		t.Run(name, func(t *testing.T) { transporttest.Run(t, x.transport()) })
	}
}
