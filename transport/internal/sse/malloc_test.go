//go:build !race && !purego && !pooldebug

package sse

import (
	"bytes"
	"io"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/mallocs"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

func TestReaderDoesNotAllocate(t *testing.T) {
	var events []byte
	for i := range 100 {
		events = AppendEvent(AppendComment(events, "x"), "", "stream-"+strconv.Itoa(1000+i), message(1<<10))
	}
	for name, src := range map[string]io.Reader{
		"one by one":  &alone{text: AppendEvent(nil, TypeMessage, "stream-1", message(1<<10))},
		"in a row":    &endless{text: events},
		"other types": &endless{text: AppendEvent(AppendEvent(nil, "other", "", message(100)), TypeEndpoint, "", []byte("/"))},
		"lines":       &endless{text: AppendEvent(nil, "", "", bytes.Repeat([]byte("line\n"), 100))},
		"large":       &endless{text: AppendEvent(nil, "", "", message(100<<10))},
	} {
		t.Run(name, func(t *testing.T) {
			for _, hold := range []bool{false, true} {
				r := NewReader(src, Config{Pool: pool.New(pool.Config{}), OnRead: func(int) {}})
				require.Zero(t, mallocs.OnOneProcessor(10_000, 0, func() {
					if _, err := r.Next(); err != nil {
						t.Fatal(err)
					}
					if hold {
						r.Hold().Drop()
					}
				}).Mallocs)
				r.Close()
			}
		})
	}
}

func TestWriterDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 4<<10)
	data := message(1 << 10)
	lines := bytes.Repeat([]byte("line\r\n"), 100)
	require.Zero(t, mallocs.OnOneProcessor(10_000, 0, func() {
		buf = AppendEvent(buf[:0], TypeMessage, "stream-1", data)
		buf = AppendEvent(buf, "", "", lines)
		buf = AppendEnd(append(AppendStart(buf, TypeMessage, "stream-1"), "{}"...))
		buf = AppendComment(AppendRetry(buf, 1500), "keep-alive")
	}).Mallocs)
}

// A line that never ends costs less than twice the limit, all memory counted that was ever taken for it.
func TestEndlessLine(t *testing.T) {
	for _, limit := range []int{1 << 20, 9 << 20, transport.DefaultEvent} {
		for _, begin := range []string{"data: ", "", ": ", "data: a\ndata: ", "id: "} {
			left := 3 * limit
			line := &endless{text: []byte("xxxxxxxx")}
			src := readFunc(func(p []byte) (int, error) {
				if left <= 0 {
					return 0, io.EOF
				}
				n, err := line.Read(p[:min(len(p), 4<<10)]) // as from net/http
				left -= n
				return n, err
			})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := NewReader(io.MultiReader(bytes.NewReader([]byte(begin)), src), Config{Limit: limit})
			_, err := r.Next()
			require.ErrorIs(t, err, transport.MessageTooLarge)
			_, err = r.Next()
			require.ErrorIs(t, err, io.EOF)
			runtime.ReadMemStats(&after)
			require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(2*limit), "limit %d, %q", limit, begin)
			require.LessOrEqual(t, left, 0, "read to its end")
		}
	}
}
