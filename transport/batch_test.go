package transport_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// The role of the reader is taken while it writes what was held back, with a batch or a notification as the next message.
func TestRoleTakenBeforeBatch(t *testing.T) {
	for name, next := range map[string]string{
		"batch":        `[` + req(2, "echo") + `,` + notice("note", "{}") + `]`,
		"notification": notice("note", "{}"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				noted := 0
				x := serve(t, methods{"echo": echo, "note": func(context.Context, writer, *message) { noted++ }},
					transport.Options{}, jsonrpc.Rev20250326, sized(32), withoutTry)
				x.write(req(1, "echo"), next) // the answer does not fit the pipe
				time.Sleep(time.Second)
				require.Equal(t, []string{"1"}, x.answered(1))
				if name == "batch" {
					line, err := x.in.ReadBytes('\n')
					require.NoError(t, err)
					require.Equal(t, `[{"jsonrpc":"2.0","id":2,"result":{"text":"x"}}]`+"\n", string(line))
				}
				synctest.Wait()
				require.Equal(t, 1, noted)
			})
		})
	}
}
