// Command server is the server that the public conformance suite tests: all that the suite asks a server to have, written as a user of mcpwire
// would write it. One process serves clients of every revision of the protocol.
//
//	server -http 127.0.0.1:8080   Streamable HTTP, at /mcp
//	server -sse 127.0.0.1:8081    HTTP+SSE, at /sse and /message
//	server -stdio                 standard input and output
//
// Any of them may be given together; the process ends when one does, or when it is told to.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
	"github.com/mcpwire/mcpwire/transport/stdio"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

func main() {
	httpAddr := flag.String("http", "", "serve Streamable HTTP at `address`/mcp")
	sseAddr := flag.String("sse", "", "serve HTTP+SSE at `address`/sse and /message")
	useStdio := flag.Bool("stdio", false, "serve standard input and output")
	unpooled := flag.Bool("unpooled", false, "do without pools of buffers")
	streams := flag.Bool("streams", false, "answer each request over HTTP with an event stream")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *httpAddr, *sseAddr, *useStdio, *unpooled, *streams); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends or one of the servers does.
func run(ctx context.Context, httpAddr, sseAddr string, useStdio, unpooled, streams bool) error {
	s := newServer()
	o := transport.Options{Hub: &s.hub, Pool: pool.New(pool.Config{Name: "conformance", Disabled: unpooled})}
	ends := make(chan error, 3)
	running := 0
	if httpAddr != "" {
		set := &streamable.HandlerOptions{Options: o, EventStore: transport.NewMemoryEventStore(nil), ToolSchema: s.toolSchema, EventStreams: streams}
		h := streamable.NewHandler(s.handler(), set)
		end, err := listen(httpAddr, "/mcp", h, h.Shutdown, ends)
		if err != nil {
			return err
		}
		defer end()
		running++
	}
	if sseAddr != "" {
		set := &sse.HandlerOptions{Options: o, MessagePath: "/message"}
		h := sse.NewHandler(s.handler(), set)
		end, err := listen(sseAddr, "/", h, h.Shutdown, ends)
		if err != nil {
			return err
		}
		defer end()
		running++
	}
	if useStdio {
		if err := stdio.ProtectStdout(); err != nil {
			return err
		}
		go func() { ends <- stdio.Serve(ctx, s.handler(), &stdio.ServeOptions{Options: o}) }()
		running++
	}
	if running == 0 {
		return errors.New("nothing to serve: see -help")
	}
	select {
	case err := <-ends:
		return err
	case <-ctx.Done():
		return nil
	}
}

// listen serves h at path, and says where to on standard error once it does. The function that it returns ends that.
func listen(addr, path string, h http.Handler, shutdown func(context.Context) error, ends chan<- error) (end func(), err error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(path, h)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { ends <- srv.Serve(l) }()
	fmt.Fprintf(os.Stderr, "serving http://%s%s\n", l.Addr(), path)
	return func() {
		ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		if err := errors.Join(shutdown(ctx), srv.Shutdown(ctx)); err != nil {
			log.Print(err)
		}
	}, nil
}
