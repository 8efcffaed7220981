//go:build !race && !purego && !pooldebug

package codec_test

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
)

// Not parallel: the count is of the whole process.
func TestMallocs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	src := []byte(`{"x":5.0,"u":1,"y":-7,"name":"a\n\u00e9","v":{"w":[1,2,{}]},"tags":["a","b\t","c","d","e"],"open":{"big":[1,2.5,"x"]}}`)
	var d codec.Decoder
	var p point
	buf := make([]byte, 0, 1024)
	work := func() {
		d.Reset(src)
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if _, err := p.AppendJSON(buf); err != nil {
			t.Fatal(err)
		}
	}
	work()
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 5000 {
			work()
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	require.Zero(t, least)
}
