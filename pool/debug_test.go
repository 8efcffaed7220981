//go:build pooldebug

package pool_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/pool"
)

func TestLeaksHaveStacks(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{})
	b := p.Get(100)
	leaks := p.Leaks()
	require.Len(t, leaks, 1)
	require.Contains(t, leaks[0].Stack, "TestLeaksHaveStacks")
	require.Equal(t, 1<<10, leaks[0].Size)
	require.False(t, leaks[0].Lost)
	b.Release()
	require.Empty(t, p.Leaks())
}

// sync.Pool may drop what is put into it, and does so at random under the race detector: try until the memory
// comes back.
func TestWriteAfterRelease(t *testing.T) {
	t.Parallel()
	for range 1000 {
		p := pool.New(pool.Config{Name: "t"})
		b := p.Get(100)
		s := b.Bytes()[:10]
		b.Release()
		s[3] = 'x'
		message := func() (message string) {
			defer func() {
				if r := recover(); r != nil {
					message = fmt.Sprint(r)
				}
			}()
			p.Get(100)
			return ""
		}()
		if message != "" {
			require.Contains(t, message, "byte 3 of a buffer was written to after its Release")
			require.Contains(t, message, "TestWriteAfterRelease")
			return
		}
	}
	require.Fail(t, "no write after release was found")
}

func TestLostBuffersAreReported(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{})
	func() { p.Get(1 << 16) }()
	require.Eventually(t, func() bool {
		runtime.GC()
		leaks := p.Leaks()
		return len(leaks) == 1 && leaks[0].Lost
	}, time.Minute, time.Millisecond)
}

func TestStalePanicNamesTheRelease(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{})
	b := p.Get(1)
	b.Release()
	defer func() { require.Contains(t, fmt.Sprint(recover()), "TestStalePanicNamesTheRelease") }()
	b.Release()
}
