package transcript_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/internal/memnet"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
	"github.com/mcpwire/mcpwire/transport/stdio"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// libraryServer is the library as the server.
type libraryServer struct {
	s    *scene
	hub  *transport.Hub
	told *queue // what handlers have to tell

	serve    chan error // of stdio: how Serve has ended
	stop     context.CancelFunc
	shutdown func(context.Context) error // of HTTP
	ends     []func() error
}

func (s *scene) setServer(t *testing.T) {
	x := &libraryServer{s: s, hub: new(transport.Hub), told: s.newQueue("the server's program")}
	s.lib = x
	o := transport.Options{Hub: x.hub, Pool: s.pool, Limits: s.opts.limits, Timeouts: s.opts.timeouts}
	h := newServer(func(what string) { x.told.put(item{kind: isTold, text: what}) })
	switch s.on {
	case onStdio:
		wire, lib := s.connectLines()
		s.wire, x.serve = wire, make(chan error, 1)
		var ctx context.Context
		ctx, x.stop = context.WithCancel(context.WithoutCancel(t.Context()))
		go func() { x.serve <- stdio.ServeConn(ctx, lib, h, &stdio.ServeOptions{Options: o}) }()
	case onSSE:
		handler := sse.NewHandler(h, &sse.HandlerOptions{Options: o, AllowedOrigins: s.opts.origins, Authorize: s.opts.authorize()})
		x.listen(handler, handler.Close)
		x.shutdown = handler.Shutdown
		s.wire = &streamWire{x: s.posts, in: s.newQueue("the server")}
	case onHTTP:
		ho := &streamable.HandlerOptions{Options: o, AllowedOrigins: s.opts.origins, EventStreams: s.opts.events, Authorize: s.opts.authorize()}
		if s.opts.store {
			ho.EventStore = transport.NewMemoryEventStore(nil)
		}
		handler := streamable.NewHandler(h, ho)
		x.listen(handler, handler.Close)
		x.shutdown = handler.Shutdown
		s.wire = &postWire{x: s.posts, in: s.newQueue("the server")}
	}
}

// begin opens a connection for a transcript that says what it wants, but does not say how.
func (x *libraryServer) begin(steps []step) error {
	says := func(st step) bool { return st.verb == ofClient || st.verb == ofServer }
	opens := func(st step) bool { return st.verb == "connect" }
	if !slices.ContainsFunc(steps, says) || slices.ContainsFunc(steps, opens) {
		return nil
	}
	return x.s.wire.open()
}

// listen serves h in memory, for the script's client.
func (x *libraryServer) listen(h http.Handler, end func() error) {
	l := memnet.Listen()
	hs := &http.Server{Handler: h}
	served := make(chan error, 1)
	go func() { served <- hs.Serve(l) }()
	rt := &http.Transport{DialContext: l.Dial, DisableCompression: true, MaxIdleConnsPerHost: 100}
	s := x.s
	s.posts = &exchanges{s: s, client: &http.Client{Transport: rt}, base: baseURL(s.on), byName: map[string]*exchange{}}
	x.ends = append(x.ends, end, func() error {
		for _, e := range s.posts.byName {
			e.stop()
		}
		rt.CloseIdleConnections()
		if err := hs.Close(); err != nil {
			return err
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
}

// end ends the server.
func (x *libraryServer) end() error {
	var errs []error
	if x.serve != nil {
		x.stop()
		errs = append(errs, x.s.wire.close())
		if err, ok := <-x.serve; ok && !errors.Is(err, transport.Canceled) {
			errs = append(errs, err)
		}
	}
	for _, f := range x.ends {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

// ended finds that Serve has returned, with an error as the step has it, or none.
func (x *libraryServer) ended(st *step) error {
	if x.serve == nil {
		return errors.New("this is for stdio")
	}
	for waited := time.Duration(0); waited < patience && len(x.serve) == 0; waited += glance {
		time.Sleep(glance)
	}
	if len(x.serve) == 0 {
		return errors.New("the server goes on")
	}
	err := <-x.serve
	close(x.serve)
	return x.s.matchError(strings.TrimSpace(st.body), err)
}

// publish sends what concerns all clients that want it: a method and its params on each line.
func (x *libraryServer) publish(st *step) error {
	for _, line := range st.lines() {
		method, params, err := methodAndParams(line)
		if err != nil {
			return err
		}
		if _, err = x.hub.Publish(context.Background(), method, params, nil); err != nil {
			return err
		}
	}
	return nil
}

// methodAndParams takes a line apart.
func methodAndParams(line string) (method string, params codec.Appender, err error) {
	method, rest, _ := strings.Cut(line, " ")
	if rest = strings.TrimSpace(rest); rest == "" {
		return method, nil, nil
	}
	raw, err := codec.ParseRaw([]byte(rest))
	if err != nil {
		return "", nil, fmt.Errorf("params: %w", err)
	}
	return method, raw, nil
}

// connect opens a session, if the revision has that.
func (x *libraryServer) connect() error {
	s := x.s
	if err := s.wire.open(); err != nil || s.rev.Modern() {
		return err
	}
	err := s.wire.send(`{"jsonrpc":"2.0","id":"open","method":"initialize","params":{"protocolVersion":` + text(s.rev.String()) +
		`,"capabilities":{"sampling":{},"elicitation":{},"roots":{}},"clientInfo":{"name":"script","version":"1"}}}`)
	if err != nil {
		return err
	}
	answer, err := s.wire.next()
	if err != nil {
		return err
	}
	err = s.vars.matchJSON(`{"jsonrpc":"2.0","id":"open","result":{"protocolVersion":"$revision","...":""}}`, answer)
	if err != nil {
		return err
	}
	if s.posts != nil && s.posts.usual != nil {
		s.vars["session"] = text(s.posts.usual.Get("Mcp-Session-Id"))
	}
	return s.wire.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}
