package peek_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// What is remembered is what Read finds, in whatever order messages come, and none of it borrows them.
func TestMemory(t *testing.T) {
	all := []string{
		``, `{}`, `{"_meta":null}`, `{"_meta":{}}`, `{"_meta":{"x":1}}`,
		`{"_meta":{` + version + `:"2026-07-28",` + caps + `:{}}}`,
		`{"_meta":{` + version + `:"2026-07-28",` + caps + `:{} }}`,
		`{"_meta":{` + version + `:"2026-07-28",` + caps + `:{"roots":{}},` + level + `:"info","progressToken":"t",` + sub + `:7}}`,
		`{"_meta":{` + version + `:"2026-07-28",` + caps + `:{"x":"` + strings.Repeat("x", 2000) + `"}}}`,
		`{"_meta":{` + version + `:"\u0041",` + caps + `:{}}}`,
		`{"_meta":{` + version + `:1}}`, `{"_meta":{},"_meta":{}}`, `{"_meta":[]}`,
	}
	var y peek.Memory
	for round := range 100 {
		for i := range 3 {
			m := message(t, all[(round*7+i/2)%len(all)])
			var want, room peek.Meta
			wantErr := want.Read(m)
			got, err := y.Read(m, &room)
			require.Equal(t, wantErr, err)
			if err != nil {
				continue
			}
			same := cmp.Comparer(func(a, b codec.Raw) bool { return a.String() == b.String() })
			require.Empty(t, cmp.Diff(want, *got, same, cmp.Comparer(func(a, b jsonrpc.ID) bool { return a == b })))
			clear(m.Frame())
		}
	}
}

// The second message that says the same costs no reading: what is returned is not the room. One that is too long is not kept, nor are all of
// many that differ.
func TestMemoryRemembers(t *testing.T) {
	var y peek.Memory
	remembers := func(text string) bool {
		var room peek.Meta
		got, err := y.Read(message(t, `{"_meta":{`+version+`:"`+text+`"}}`), &room)
		require.NoError(t, err)
		return got != &room
	}
	require.False(t, remembers("a"))
	require.True(t, remembers("a"))
	for i := range 20 {
		require.False(t, remembers(strconv.Itoa(i)))
	}
	require.True(t, remembers("a"), "others do not displace it at once")
	learned := 0
	for range 40 {
		if remembers("b") {
			learned++
		}
	}
	require.Positive(t, learned, "but what comes again and again does")
	long := strings.Repeat("x", 1<<10)
	for range 100 {
		require.False(t, remembers(long))
	}
}

func TestMemoryOfMany(t *testing.T) {
	var y peek.Memory
	var wg sync.WaitGroup
	for i := range 8 {
		m := message(t, `{"_meta":{`+version+`:"`+strconv.Itoa(i%3)+`"}}`)
		wg.Go(func() {
			for range 1000 {
				var room peek.Meta
				if got, err := y.Read(m, &room); err != nil || got.Version != strconv.Itoa(i%3) {
					t.Errorf("%v, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}
