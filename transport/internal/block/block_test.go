package block_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/leaks"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport/internal/block"
)

func TestMain(m *testing.M) { leaks.Main(m) }

func TestLastDropGivesTheBufferBack(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{Classes: []int{64}})
	b := block.New(p, 10)
	require.Len(t, b.Mem, 64, "all the room there is")
	require.True(t, b.Alone())
	require.Same(t, b, b.Hold())
	require.False(t, b.Alone())
	b.Drop()
	require.True(t, b.Alone())
	require.Equal(t, 1, p.Outstanding())
	b.Drop()
	require.Zero(t, p.Outstanding())
}

func TestDropTooMany(t *testing.T) {
	t.Parallel()
	var b block.Block
	require.PanicsWithValue(t, "block: Drop of a block that nobody holds", b.Drop)
}

// Holders on many goroutines: what one reads stays as it is until it drops the block.
func TestHolders(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{})
	var wg sync.WaitGroup
	for i := range 200 {
		b := block.New(p, 100)
		b.Mem[0] = byte(i)
		for range 3 {
			b.Hold()
			wg.Go(func() {
				defer b.Drop()
				if b.Mem[0] != byte(i) {
					t.Errorf("block %d was used again", i)
				}
			})
		}
		b.Drop()
	}
	wg.Wait()
	require.Zero(t, p.Outstanding())
}

func TestNilPool(t *testing.T) {
	t.Parallel()
	b := block.New(nil, 3)
	require.GreaterOrEqual(t, len(b.Mem), 3)
	b.Drop()
}
