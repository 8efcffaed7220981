package streamable_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// over describes Streamable HTTP for the suite.
type over struct {
	http2  bool
	store  func() transport.EventStore // nil for none
	accept string                      // what the client takes; "" for both kinds of answers
	revs   []jsonrpc.Revision
}

func (x over) transport() transporttest.Transport {
	return transporttest.Transport{Revisions: x.revs, Serve: x.serve, Exchanges: true, Reconnects: true, Calls: 1000}
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
	s := httptest.NewUnstartedServer(wrapped)
	if s.EnableHTTP2 = x.http2; x.http2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		require.NoError(t, handler.Shutdown(context.Background()))
		s.Close()
	})
	return transporttest.Server{Dial: func(ctx context.Context, client jsonrpc.Handler, co *transport.ClientOptions) (transporttest.Client, error) {
		do := &streamable.DialOptions{ClientOptions: *co}
		if x.http2 {
			tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}}
			t.Cleanup(tr.CloseIdleConnections)
			do.HTTPClient = &http.Client{Transport: tr}
		}
		return streamable.Dial(ctx, s.URL, client, do)
	}}
}

// The contract suite, in each revision that Streamable HTTP has.
func TestSuite(t *testing.T) {
	all := []jsonrpc.Revision{jsonrpc.Rev20250326, jsonrpc.Rev20250618, jsonrpc.Rev20251125, jsonrpc.Rev20260728}
	two := []jsonrpc.Revision{jsonrpc.Rev20251125, jsonrpc.Rev20260728}
	memory := func() transport.EventStore { return transport.NewMemoryEventStore(nil) }
	for name, x := range map[string]over{
		"HTTP 1.1":          {revs: all},
		"HTTP 2":            {revs: two, http2: true},
		"event store":       {revs: all[:3], store: memory},
		"event streams":     {revs: two, accept: "text/event-stream"},
		"JSON if it may be": {revs: two, accept: "application/json, text/event-stream;q=0.5"},
	} {
		t.Run(name, func(t *testing.T) { transporttest.Run(t, x.transport()) })
	}
}
