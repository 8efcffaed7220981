//go:build unix

package stdio_test

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// endless is a line of so many bytes that repeats a text.
type endless struct {
	n    int
	text string
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	b = b[:min(len(b), e.n)]
	for n := 0; n < len(b); {
		k := copy(b[n:], e.text[e.at:])
		n, e.at = n+k, (e.at+k)%len(e.text)
	}
	e.n -= len(b)
	return len(b), nil
}

// S14, at a server: a line without an end costs no more than a message may, is refused at the limit, and the message after it is
// answered.
func TestServeEndlessLine(t *testing.T) {
	for name, tt := range map[string]struct {
		limit, size         int
		begin, text, answer string
	}{
		"garbage":         {transport.DefaultMessage, max(fewer(1<<30), 20<<20), "", strings.Repeat("x", 64*kilo), `{"jsonrpc":"2.0",`},
		"in a string":     {1 << 20, 8 << 20, `{"jsonrpc":"2.0","id":7,"method":"m","params":{"x":"`, strings.Repeat("long", 16*kilo), `{"jsonrpc":"2.0","id":7,`},
		"escapes":         {1 << 20, 8 << 20, `{"jsonrpc":"2.0","method":"m","params":{"x":"`, strings.Repeat(`\"`, 32*kilo), `{"jsonrpc":"2.0",`},
		"arrays":          {1 << 20, 8 << 20, `{"jsonrpc":"2.0","id":"a","method":"m","params":`, strings.Repeat("[", 64*kilo), `{"jsonrpc":"2.0","id":"a",`},
		"members":         {1 << 20, 8 << 20, "{", strings.Repeat(`"key":1,`, 8*kilo), `{"jsonrpc":"2.0",`},
		"an endless name": {1 << 20, 8 << 20, `{"`, strings.Repeat("n", 64*kilo), `{"jsonrpc":"2.0",`},
	} {
		t.Run(name, func(t *testing.T) {
			o := new(stdio.ServeOptions)
			o.Limits.Message = tt.limit
			o.Pool = pool.New(pool.Config{Name: "test"})
			seen := new(transport.Counters)
			o.Observer = seen
			s := &script{Reader: io.MultiReader(
				strings.NewReader(tt.begin), &endless{n: tt.size, text: tt.text}, strings.NewReader("\n"+ping+"\n"))}
			alloc, system := heapDuring(func() {
				require.NoError(t, stdio.ServeConn(t.Context(), s, serverFor(), o))
			})
			t.Logf("heap grew by %d KiB, by %d KiB from the system", alloc>>10, system>>10)
			require.Less(t, alloc, int64(max(2*tt.limit, 4<<20))) // what else the test has makes a difference to a small one
			tooLarge := fmt.Sprintf(`"error":{"code":-32700,"message":"the message is too large: the limit is %d bytes"}}`+"\n", tt.limit)
			require.Equal(t, tt.answer+tooLarge+pong, s.out.String())
			require.Equal(t, int64(1), seen.Count(transport.BadMessage))
			require.Zero(t, o.Pool.Outstanding())
		})
	}
}

// S14, at a client: the same of what a server writes.
func TestStartEndlessLine(t *testing.T) {
	seen := new(transport.Counters)
	o := new(stdio.StartOptions)
	o.Observer = seen
	c := start(t, "serve", o)
	alloc, system := heapDuring(func() {
		_, err := callTool(c, "endless:"+strconv.Itoa(max(fewer(1<<30), 20<<20)))
		require.NoError(t, err)
	})
	t.Logf("heap grew by %d KiB, by %d KiB from the system", alloc>>10, system>>10)
	require.Less(t, alloc, int64(2*transport.DefaultMessage))
	require.Equal(t, int64(1), seen.Count(transport.BadMessage))
	alive(t, c)
}

// An answer that is too large fails its call, with both figures if it came to its end, and nothing else.
func TestStartTooLarge(t *testing.T) {
	o := new(stdio.StartOptions)
	o.Limits.Message = 64 * kilo
	c := startCommand(t, command("large answers"), o)
	for size, want := range map[int]string{
		10 * kilo:  "",
		64 * kilo:  "message too large: message: ",
		100 * kilo: "the limit is 65536 bytes",
		50 << 20:   "the limit is 65536 bytes",
	} {
		text, err := callTool(c, "repeat:"+strconv.Itoa(size))
		if want == "" {
			require.NoError(t, err)
			require.Len(t, text, size)
			continue
		}
		require.Equal(t, transport.MessageTooLarge, transport.CodeOf(err))
		require.ErrorContains(t, err, want)
		var e *transport.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, int64(64*kilo), e.Limit())
	}
	alive(t, c)
}
