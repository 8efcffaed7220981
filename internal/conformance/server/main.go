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

// flags are those of the command.
type flags struct {
	http, sse                string // addresses
	stdio, streams, unpooled bool
}

func main() {
	var f flags
	flag.StringVar(&f.http, "http", "", "serve Streamable HTTP at `address`/mcp")
	flag.StringVar(&f.sse, "sse", "", "serve HTTP+SSE at `address`/sse and /message")
	flag.BoolVar(&f.stdio, "stdio", false, "serve standard input and output")
	flag.BoolVar(&f.streams, "streams", false, "answer each request of Streamable HTTP with an event stream")
	flag.BoolVar(&f.unpooled, "unpooled", false, "do without pools of buffers")
	flag.Parse()
	if err := serve(f); err != nil {
		log.Fatal(err)
	}
}

// serve serves until the process is told to end, and looks for what was left behind.
func serve(f flags) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := transport.Options{Hub: new(transport.Hub), Pool: pool.New(pool.Config{Name: "conformance", Disabled: f.unpooled})}
	err := run(ctx, f, o)
	if n := o.Pool.Outstanding(); n > 0 && !f.stdio { // a read of standard input may be left behind
		err = errors.Join(err, fmt.Errorf("%d buffers were not given back", n))
	}
	return err
}

// run serves until ctx ends or one of the servers does.
func run(ctx context.Context, f flags, o transport.Options) error {
	handler, schemas := newServer(o.Hub)
	defer func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		if end := handler.Close(ctx); end != nil {
			log.Print(end)
		}
	}()
	ends := make(chan error, 3)
	if f.http != "" {
		h := streamable.NewHandler(handler, &streamable.HandlerOptions{
			Options: o, EventStore: transport.NewMemoryEventStore(nil), ToolSchema: schemas, EventStreams: f.streams,
		})
		end, err := listen(ctx, f.http, "/mcp", h, h.Shutdown, ends)
		if err != nil {
			return err
		}
		defer end()
	}
	if f.sse != "" {
		h := sse.NewHandler(handler, &sse.HandlerOptions{Options: o, MessagePath: "/message"})
		end, err := listen(ctx, f.sse, "/", h, h.Shutdown, ends)
		if err != nil {
			return err
		}
		defer end()
	}
	if f.stdio {
		if err := stdio.ProtectStdout(); err != nil {
			return err
		}
		go func() { ends <- stdio.Serve(ctx, handler, &stdio.ServeOptions{Options: o}) }()
	}
	if f.http == "" && f.sse == "" && !f.stdio {
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
func listen(ctx context.Context, addr, path string, h http.Handler, shutdown func(context.Context) error, ends chan<- error) (end func(), err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(path, h)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { ends <- srv.Serve(l) }()
	fmt.Fprintf(os.Stderr, "serving http://%s%s\n", l.Addr(), path)
	return func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		if err := errors.Join(shutdown(ctx), srv.Shutdown(ctx)); err != nil {
			log.Print(err)
		}
	}, nil
}
