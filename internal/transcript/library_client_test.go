package transcript_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/memnet"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
	"github.com/mcpwire/mcpwire/transport/stdio"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// libraryClient is the library as the client.
type libraryClient struct {
	s      *scene
	h      *clientProgram
	told   *queue
	client *transport.Client // nil before it is there
	acts   map[string]*act
	dial   func(context.Context, *transport.ClientOptions) (*transport.Client, error)
	ends   []func() error
}

func (s *scene) setClient(*testing.T) {
	x := &libraryClient{s: s, told: s.newQueue("the client's program"), acts: map[string]*act{}}
	s.lib = x
	x.h = newClientProgram(func(what string) { x.told.put(item{kind: isTold, text: what}) })
	if s.on == onStdio {
		wire, lib := s.connectLines()
		s.wire = wire
		x.dial = func(ctx context.Context, o *transport.ClientOptions) (*transport.Client, error) {
			return stdio.DialConn(ctx, lib, x.h, o)
		}
		x.ends = append(x.ends, wire.close, lib.Close)
		return
	}
	s.asked = s.newRequests()
	hc := x.listen(s.asked)
	url := baseURL(s.on).String()
	if s.on == onSSE {
		s.wire = &eventsWire{r: s.asked}
		x.dial = func(ctx context.Context, o *transport.ClientOptions) (*transport.Client, error) {
			return sse.Dial(ctx, url, x.h, &sse.DialOptions{ClientOptions: *o, HTTPClient: hc})
		}
		return
	}
	s.wire = &repliesWire{r: s.asked}
	x.dial = func(ctx context.Context, o *transport.ClientOptions) (*transport.Client, error) {
		return streamable.Dial(ctx, url, x.h, &streamable.DialOptions{ClientOptions: *o, HTTPClient: hc})
	}
}

// listen serves the script in memory, for the library's client.
func (x *libraryClient) listen(h http.Handler) *http.Client {
	l := memnet.Listen()
	hs := &http.Server{Handler: h}
	served := make(chan error, 1)
	go func() { served <- hs.Serve(l) }()
	rt := &http.Transport{DialContext: l.Dial, DisableCompression: true, MaxIdleConnsPerHost: 100}
	x.ends = append(x.ends, func() error {
		rt.CloseIdleConnections()
		if err := hs.Close(); err != nil {
			return err
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return &http.Client{Transport: rt}
}

// end ends the client.
func (x *libraryClient) end() error {
	for _, a := range x.acts {
		a.stop()
	}
	synctest.Wait() // a client that was about to be there is there, or is not
	var errs []error
	if x.client != nil {
		errs = append(errs, x.client.Close())
	}
	for _, f := range x.ends {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

// start makes the client, pinned to a revision if there is one.
func (x *libraryClient) start(pinned jsonrpc.Revision) error {
	o := &transport.ClientOptions{Revision: pinned, InputRounds: x.s.opts.rounds}
	o.Pool, o.Limits, o.Timeouts = x.s.pool, x.s.opts.limits, x.s.opts.timeouts
	return x.do(starting, func(ctx context.Context, _ *act) (string, error) {
		c, err := x.dial(ctx, o)
		if err != nil {
			return "", err
		}
		x.client = c
		info, _ := c.Server()
		return `{"revision":` + text(c.Revision().String()) + `,"server":` + orNull(info.String()) + `}`, nil
	})
}

// playStart is the step start [REVISION].
func (x *libraryClient) playStart(st *step) error {
	name, err := x.s.vars.fill(st.arg(0))
	if err != nil || name == "" {
		return errors.Join(err, x.start(0))
	}
	v, ok := jsonrpc.ParseRevision(name)
	if !ok {
		return fmt.Errorf("there is no revision %s", name)
	}
	return x.start(v)
}

// connect starts the client in the revision of the scene, and answers what it asks first.
func (x *libraryClient) connect() error {
	s := x.s
	if err := x.start(s.rev); err != nil {
		return err
	}
	if err := s.wire.open(); err != nil {
		return err
	}
	if err := x.welcome(); err != nil {
		return err
	}
	_, err := x.outcome(starting, false)
	return err
}

const serverSays = `"capabilities":{"tools":{},"resources":{},"prompts":{},"logging":{}}`

// welcome answers what the client asks first.
func (x *libraryClient) welcome() error {
	s := x.s
	first, err := s.wire.next()
	if err != nil {
		return err
	}
	if s.rev.Modern() {
		if err := s.vars.matchJSON(`{"jsonrpc":"2.0","id":"$open","method":"server/discover","params":{"...":""}}`, first); err != nil {
			return err
		}
		return s.wire.send(`{"jsonrpc":"2.0","id":` + s.vars["open"] + `,"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private",` +
			`"supportedVersions":[` + s.vars["revision"] + `],` + serverSays + `}}`)
	}
	err = s.vars.matchJSON(`{"jsonrpc":"2.0","id":"$open","method":"initialize","params":{"protocolVersion":"$revision","...":""}}`, first)
	if err != nil {
		return err
	}
	result := `{"jsonrpc":"2.0","id":` + s.vars["open"] + `,"result":{"protocolVersion":` + s.vars["revision"] + `,` + serverSays +
		`,"serverInfo":{"name":"script","version":"1"}}}`
	w, replies := s.wire.(*repliesWire)
	if replies {
		s.vars["session"] = text("s-1")
		w.header = http.Header{"Mcp-Session-Id": {"s-1"}}
	}
	if err := s.wire.send(result); err != nil {
		return err
	}
	second, err := s.wire.next()
	if err != nil {
		return err
	}
	if err := s.vars.matchJSON(`{"jsonrpc":"2.0","method":"notifications/initialized"}`, second); err != nil || !replies {
		return err
	}
	w.header = nil
	return w.take()
}
