package transports

import (
	"bufio"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestChildIsKilledInTime leaves a child alone that would wait for its stdin forever.
func TestChildIsKilledInTime(t *testing.T) {
	p, err := start(floorServer, Legacy, small, 50*time.Millisecond)
	require.NoError(t, err)
	_, err = bufio.NewReader(p.out).ReadByte()
	require.ErrorIs(t, err, io.EOF)
	_, err = p.usage()
	require.Error(t, err, "a dead child tells nothing, and nobody waits for it")
	require.ErrorContains(t, p.stop(), "signal: killed")
	require.NoError(t, p.stop(), "only the first one says how it ended")
}

func TestChildErrorsAreQuoted(t *testing.T) {
	p, err := start("no such thing", Legacy, small, time.Minute)
	require.NoError(t, err)
	_, err = io.ReadAll(p.out)
	require.NoError(t, err)
	require.EqualError(t, p.stop(), "exit status 1, stderr: no such thing: there is no such server")
}

func TestChildTellsItsUsage(t *testing.T) {
	p, err := start(floorServer, Legacy, small, time.Minute)
	require.NoError(t, err)
	first, err := p.usage()
	require.NoError(t, err)
	require.NotZero(t, first.Mallocs)
	require.NotZero(t, first.Bytes)
	require.NotZero(t, first.CPU)
	second, err := p.usage()
	require.NoError(t, err)
	used := second.since(first)
	require.Less(t, used.Mallocs, uint64(50), "doing nothing costs nothing, but for the question")
	require.Positive(t, used.CPU)
	require.NoError(t, p.stop(), "the floor leaves in good order when its stdin ends")
}

func TestChildIsProfiled(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(EnvProfile, dir)
	p, err := start(floorServer, Legacy, small, time.Minute)
	require.NoError(t, err)
	require.NoError(t, p.stop())
	files, err := filepath.Glob(filepath.Join(dir, "line-echo.*.pprof"))
	require.NoError(t, err)
	require.Len(t, files, 1)
}

func TestStderrIsBounded(t *testing.T) {
	var h head
	require.Equal(t, "nothing", h.String())
	for range 100 {
		n, err := h.Write(make([]byte, 1000))
		require.NoError(t, err)
		require.Equal(t, 1000, n)
	}
	require.Len(t, h.String(), 4<<10)
}
