//go:build !race && !purego && !pooldebug

package codec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/internal/mallocs"
)

// Not parallel: the count is of the whole process.
func TestMallocs(t *testing.T) {
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
	require.Zero(t, mallocs.OnOneProcessor(5000, 0, work).Mallocs)
}
