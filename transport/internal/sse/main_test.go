package sse

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/leaks"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// result is an event, or tooLarge in place of one, in memory of its own.
type result struct {
	Type, ID, Data string
	Retry          time.Duration
}

var tooLarge = result{Type: "too large"}

// stream is all that a Reader says of a text.
type stream struct {
	Events []result
	LastID string
	Retry  time.Duration
}

// chunks gives a Reader the text in pieces of these sizes, again and again. The last piece comes together with io.EOF if
// early is set.
type chunks struct {
	text  []byte
	sizes []byte // each plus one; none is for all at once
	early bool
	n     int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.text) == 0 {
		return 0, io.EOF
	}
	k := len(c.text)
	if len(c.sizes) > 0 {
		k = min(k, int(c.sizes[c.n%len(c.sizes)])+1)
		c.n++
	}
	n := copy(p, c.text[:k])
	c.text = c.text[n:]
	if c.early && len(c.text) == 0 {
		return n, io.EOF
	}
	return n, nil
}

// readAll reads src to its end. Every second event is held until then, and must not have changed.
func readAll(t *testing.T, src io.Reader, c Config) stream {
	t.Helper()
	type held struct {
		event Event
		was   []byte
		drop  func()
	}
	var kept []held
	var s stream
	c.Pool = pool.New(pool.Config{Classes: []int{16, 64, 256, 1024, 16 << 10}})
	r := NewReader(src, c)
	for {
		e, err := r.Next()
		if errors.Is(err, transport.MessageTooLarge) {
			s.Events = append(s.Events, tooLarge)
			continue
		}
		if err != nil {
			require.ErrorIs(t, err, io.EOF)
			break
		}
		if s.Events = append(s.Events, result{e.Type, string(e.ID), string(e.Data), e.Retry}); len(s.Events)%2 == 0 {
			kept = append(kept, held{e, slices.Clone(e.Data), r.Hold().Drop})
		}
	}
	_, err := r.Next()
	require.ErrorIs(t, err, io.EOF, "the end stays")
	for _, k := range kept {
		require.Equal(t, string(k.was), string(k.event.Data), "held, and changed")
		k.drop()
	}
	require.Zero(t, c.Pool.Outstanding())
	s.LastID, s.Retry = r.LastEventID(), r.Retry()
	return s
}
