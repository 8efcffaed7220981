package sse

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/pool"
)

// readFunc is a function as an io.Reader.
type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// The data of an event with one line is where it was read to, and has no room behind it.
func TestOneLineIsNotCopied(t *testing.T) {
	t.Parallel()
	text := []byte("data: " + strings.Repeat("x", 2*maxFirst) + "\n\ndata: abc\n\ndata: d\n\n")
	var last []byte
	src := &chunks{text: text}
	r := NewReader(readFunc(func(p []byte) (int, error) { last = p; return src.Read(p) }), Config{})
	_, err := r.Next()
	require.NoError(t, err)
	e, err := r.Next()
	require.NoError(t, err)
	require.Same(t, &last[bytes.Index(last, []byte("abc"))], &e.Data[0])
	require.Equal(t, 3, cap(e.Data))
	r.Close()
}

// Several lines are joined where the first of them is.
func TestLinesAreJoinedInPlace(t *testing.T) {
	t.Parallel()
	r := NewReader(strings.NewReader("data: a\ndata: b\ndata:c\n\ndata: next\n\n"), Config{})
	e, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, "a\nb\nc", string(e.Data))
	require.Same(t, &r.b.Mem[len("data: ")], &e.Data[0])
	r.Close()
}

// A Reader holds no block while nothing has come of the next event, and gives a large one back.
func TestIdle(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{})
	events := []string{"data: a\n\n", "data: " + strings.Repeat("b", 3*maxBlock) + "\r\n\r\n", ": comment\n", "data: c\r\r", "\ndata: d\n\n", "data", ": e\n\n"}
	idle := []bool{true, true, true, true, true, true, false, true}
	n := 0
	r := NewReader(readFunc(func(b []byte) (int, error) {
		if n > 0 && len(events[n-1]) > 0 { // more of what has begun
			k := copy(b, events[n-1])
			events[n-1] = events[n-1][k:]
			return k, nil
		}
		require.Equal(t, idle[n], p.Outstanding() == 0, "before read %d", n)
		if n++; n > len(events) {
			return 0, io.EOF
		}
		k := copy(b, events[n-1])
		events[n-1] = events[n-1][k:]
		return k, nil
	}), Config{Pool: p})
	var got []string
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		got = append(got, string(e.Data[:1]))
	}
	require.Equal(t, []string{"a", "b", "c", "d", "e"}, got)
	require.Zero(t, p.Outstanding())
}

// A large block is left when little is in it, also if the Reader is never idle.
func TestLargeBlockIsLeft(t *testing.T) {
	t.Parallel()
	text := "data: " + strings.Repeat("b", 3*maxBlock) + "\n\n" + strings.Repeat("data: "+strings.Repeat("c", 1000)+"\n\n", 1000)
	r := NewReader(&chunks{text: []byte(text)}, Config{})
	_, err := r.Next()
	require.NoError(t, err)
	require.Greater(t, len(r.b.Mem), 3*maxBlock)
	for range 999 {
		_, err := r.Next()
		require.NoError(t, err)
	}
	require.Len(t, r.b.Mem, firstBlock)
	r.Close()
}

// Handlers keep events while other goroutines go on reading, each for one event. The race detector looks on.
func TestHandover(t *testing.T) {
	t.Parallel()
	var text []byte
	const n = 500
	for i := range n {
		text = AppendEvent(text, "", strconv.Itoa(i), bytes.Repeat([]byte{byte('a' + i%26), '\n'}, 1+i*7%700))
	}
	p := pool.New(pool.Config{})
	r := NewReader(&chunks{text: text, sizes: []byte{255, 0, 90}}, Config{Pool: p, Buffer: 4 << 10})
	var wg sync.WaitGroup
	var read func(i int)
	read = func(i int) {
		e, err := r.Next()
		if err != nil {
			if i != n || !errors.Is(err, io.EOF) {
				t.Errorf("event %d: %v", i, err)
			}
			return
		}
		b := r.Hold()
		defer b.Drop()
		was := slices.Clone(e.Data)
		wg.Go(func() { read(i + 1) }) // the role is given away, and then the handler goes on
		for range 20 {
			if !bytes.Equal(was, e.Data) || e.Data[0] != byte('a'+i%26) {
				t.Errorf("event %d has changed", i)
			}
		}
	}
	wg.Go(func() { read(0) })
	wg.Wait()
	require.Zero(t, p.Outstanding())
}

// OnRead hears of all bytes, be they comments or the middle of an event.
func TestOnRead(t *testing.T) {
	t.Parallel()
	text := "\uFEFF: comment\n\n:\n\ndata: a\n\nid: 1\n"
	var got []int
	c := Config{OnRead: func(n int) { got = append(got, n) }}
	readAll(t, &chunks{text: []byte(text), sizes: []byte{9, 0}}, c)
	require.Equal(t, []int{10, 1, 10, 1, 10}, got)
	total := 0
	for _, n := range got {
		require.Positive(t, n)
		total += n
	}
	require.Len(t, text, total)
}

// A stream that resumes another goes on from its last id.
func TestLastEventID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"data: a\n\n": "7", "": "7", "id: 8\n": "7", "id: 8\n\n": "8", "id\n\n": "", "id: \x00\n\n": "7"} {
		got := readAll(t, strings.NewReader(text), Config{LastEventID: "7"})
		require.Equal(t, want, got.LastID, "%q", text)
		for _, e := range got.Events {
			require.Equal(t, want, e.ID)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, row := range map[string]struct {
		src  io.Reader
		want error
	}{
		"the source's":      {io.MultiReader(strings.NewReader("data: a\n\ndata: b\n"), iotest.ErrReader(broken)), broken},
		"with bytes":        {iotest.DataErrReader(io.MultiReader(strings.NewReader("data: a\n\ndata: b\n"), iotest.ErrReader(broken))), broken},
		"nothing, for ever": {io.MultiReader(strings.NewReader("data: a\n\n"), readFunc(func([]byte) (int, error) { return 0, nil })), io.ErrNoProgress},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pool.New(pool.Config{})
			r := NewReader(row.src, Config{Pool: p})
			e, err := r.Next()
			require.NoError(t, err)
			require.Equal(t, "a", string(e.Data))
			for range 3 {
				_, err = r.Next()
				require.Equal(t, row.want, err)
				require.Zero(t, p.Outstanding())
			}
			r.Close()
			_, err = r.Next()
			require.Equal(t, row.want, err, "the first error stays")
		})
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{})
	r := NewReader(strings.NewReader("id: 1\ndata: a\n\ndata: b\n\n"), Config{Pool: p})
	e, err := r.Next()
	require.NoError(t, err)
	b := r.Hold()
	r.Close()
	r.Close()
	require.Equal(t, 1, p.Outstanding())
	require.Equal(t, "a", string(e.Data), "held")
	b.Drop()
	require.Zero(t, p.Outstanding())
	_, err = r.Next()
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.Equal(t, "1", r.LastEventID())
	NewReader(strings.NewReader(""), Config{}).Close()
}
