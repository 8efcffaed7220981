package transports

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

const goroutineServer = "goroutine per request"

// goroutines is the design that mcpwire's stdio transport does not have: each request is copied, and served by a goroutine of its
// own that writes the answer under a mutex. Scan, codecs and handler are the same, and buffers are pooled, so that the
// difference is the hop from one goroutine to another.
type goroutines struct {
	handler jsonrpc.Handler
	info    jsonrpc.Info
	pool    sync.Pool // of *exchange
	mu      sync.Mutex
	out     io.Writer
}

// exchange is one request and its answer.
type exchange struct {
	server  *goroutines
	message jsonrpc.Message
	frame   []byte
	answer  []byte
}

func serveGoroutines(ctx context.Context, _ frame) error {
	g := &goroutines{handler: echoHandler(), info: jsonrpc.Info{Revision: jsonrpc.LatestLegacy}, out: os.Stdout}
	in := bufio.NewReaderSize(os.Stdin, lineBuffer)
	var running sync.WaitGroup
	defer running.Wait()
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("stdin: %w", err)
		}
		x, ok := g.pool.Get().(*exchange)
		if !ok {
			x = &exchange{server: g}
		}
		x.frame = append(x.frame[:0], line...)
		running.Add(1)
		go func() {
			defer running.Done()
			x.serve(ctx)
			g.pool.Put(x)
		}()
	}
}

// serve answers the frame of x.
func (x *exchange) serve(ctx context.Context) {
	x.answer = x.answer[:0]
	if err := jsonrpc.Scan(x.frame, &x.message); err != nil {
		var e *jsonrpc.Error
		if errors.As(err, &e) {
			_ = x.Error(e)
		}
		return
	}
	x.message.SetInfo(&x.server.info)
	x.server.handler.ServeMessage(ctx, x, &x.message)
}

var errUnsupported = errors.New("this server only answers")

// Result writes the answer.
func (x *exchange) Result(v codec.Appender) error {
	b, err := jsonrpc.AppendResult(x.answer, x.message.ID, v, x.server.info.Revision)
	return x.write(b, err)
}

// Error writes the answer.
func (x *exchange) Error(e *jsonrpc.Error) error {
	b, err := jsonrpc.AppendError(x.answer, x.message.ID, e)
	return x.write(b, err)
}

func (x *exchange) write(b []byte, err error) error {
	if err != nil {
		return err
	}
	b = append(b, '\n')
	x.answer = b
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	_, err = x.server.out.Write(x.answer)
	return err
}

// Forward is not needed here.
func (x *exchange) Forward(*jsonrpc.Message) error { return errUnsupported }

// NewCall is not needed here.
func (x *exchange) NewCall(method string) *jsonrpc.Call {
	c := new(jsonrpc.Call)
	jsonrpc.InitCall(c, method, nil)
	return c
}

// Do is not needed here.
func (x *exchange) Do(context.Context, *jsonrpc.Call) error { return errUnsupported }

// Notify is not needed here.
func (x *exchange) Notify(context.Context, string, codec.Appender) error { return errUnsupported }
