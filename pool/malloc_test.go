//go:build !race && !purego && !pooldebug

package pool_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/mallocs"
	"github.com/mcpwire/mcpwire/pool"
)

// Not parallel: the count is of the whole process.
func TestMallocs(t *testing.T) {
	p := pool.New(pool.Config{})
	require.Zero(t, mallocs.OnOneProcessor(10_000, 0, func() {
		b := p.Get(100)
		b.Set(append(b.Bytes(), "abc"...))
		b.Release()
	}).Mallocs)
}
