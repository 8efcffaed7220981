package transport_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

// A call gets its turn, its answer, its cancellation and the end of the connection all at once: each call ends, once, with
// one of them, and the next use of its memory is not confused.
func TestCallsWaitingForTheirTurn(t *testing.T) {
	for range 100 {
		o := new(transport.PipeOptions)
		o.Client.Limits.InFlight = 1
		c := connect(t, methods{"echo": echo}, nil, o)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 20 {
					ctx, cancel := context.WithCancel(within(t))
					go cancel()
					s := strconv.Itoa(i*100 + j)
					got, err := call(ctx, c, "echo", s)
					if err == nil && got != s || err != nil && !errors.Is(err, transport.Canceled) && !errors.Is(err, transport.Closed) {
						t.Error(got, s, err)
					}
					if i == 0 && j == 10 {
						_ = c.Session().Close()
					}
				}
			})
		}
		wg.Wait()
		require.NoError(t, c.Close())
		holdsNothing(t, c.Session())
	}
}
