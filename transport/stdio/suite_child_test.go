//go:build unix

package stdio_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// serveSuite is the server of TestSuiteChild. Whatever it has to complain about goes to its standard error.
func serveSuite() int {
	o := new(stdio.ServeOptions)
	o.Pool = pool.New(pool.Config{Name: "child"})
	o.Timeouts.Shutdown = 100 * time.Millisecond
	o.Observer = new(transport.Counters) // or panics of handlers, which are wanted, are logged
	h := transporttest.Handler()
	var left atomic.Int64
	watch := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method == "test/close" {
			left.Store(1) // of the read that goes on
		}
		h.ServeMessage(ctx, w, m)
	})
	if err := stdio.Serve(context.Background(), watch, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for end := time.Now().Add(2 * time.Second); o.Pool.Outstanding() > int(left.Load()); time.Sleep(time.Millisecond) { // before it is killed
		if time.Now().After(end) {
			fmt.Fprintln(os.Stderr, o.Pool.Outstanding(), "buffers are left")
			return 1
		}
	}
	return 0
}

// Each client starts a server.
func TestSuiteChild(t *testing.T) {
	transporttest.Run(t, transporttest.Transport{
		OtherProcess: true,
		Serve: func(t testing.TB, _ jsonrpc.Handler, _ *transport.Options) transporttest.Server {
			return transporttest.Server{
				Dial: func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (transporttest.Client, error) {
					cmd := command("suite")
					cmd.Env = append(cmd.Env, "GORACE=atexit_sleep_ms=0") // of the race detector, a second for each child
					return stdio.Start(ctx, cmd, h, &stdio.StartOptions{
						ClientOptions: *o,
						Stderr:        func(line []byte) { t.Errorf("the server says %q", line) },
					})
				},
			}
		},
	})
}
