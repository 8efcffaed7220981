package transport_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// A Dial that fails says why, in time, and leaves nothing behind: no goroutine, no buffer, no open connection.
func TestDialFails(t *testing.T) {
	const timeout = 3 * time.Second
	for name, tt := range map[string]struct {
		server  func(r *raw) // what it does
		session error        // OnSession's
		want    transport.Code
	}{
		"it says nothing":        {func(*raw) {}, nil, transport.Timeout},
		"it does not read":       {nil, nil, transport.Timeout},
		"it hangs up":            {func(r *raw) { r.end() }, nil, transport.Closed},
		"it talks about":         {func(r *raw) { r.write("garbage", notice("note", "{}"), req(1, "ask")) }, nil, transport.Timeout},
		"it stops within a line": {func(r *raw) { _, _ = r.out.Write([]byte(`{"jsonrpc":`)) }, nil, transport.Timeout},
		"another revision": {func(r *raw) {
			r.write(`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"1999-01-01","capabilities":{}}}`)
		}, nil, transport.Protocol},
		"it answers with an error": {func(r *raw) { r.write(`{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}`) }, nil, transport.Unknown},
		"OnSession refuses":        {nil, errOnPurpose, transport.Closed},
	} {
		for _, closes := range []bool{true, false} {
			t.Run(name+map[bool]string{true: "", false: ", and cannot be closed"}[closes], func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r, s := link(t, 1<<10)
					if !closes {
						s.Close = nil
					}
					if tt.server != nil {
						go func() {
							r.read()
							tt.server(r)
						}()
					}
					o := transport.ClientOptions{Revision: jsonrpc.LatestLegacy}
					o.Pool = pool.New(pool.Config{Name: "test"})
					if tt.session != nil {
						o.OnSession = func(context.Context, jsonrpc.Session) error { return tt.session }
					}
					ctx, stop := context.WithTimeout(t.Context(), timeout)
					defer stop()
					began := time.Now()
					c, err := s.Dial(ctx, nil, &o)
					require.Nil(t, c)
					require.Error(t, err)
					require.Equal(t, tt.want, transport.CodeOf(err), "%v", err)
					require.LessOrEqual(t, time.Since(began), timeout+2*time.Second)
					r.end() // the reader that was left behind comes back
					synctest.Wait()
					require.Zero(t, o.Pool.Outstanding())
				})
			})
		}
	}
}
