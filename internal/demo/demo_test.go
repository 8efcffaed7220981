package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

func TestEveryMessageHasAType(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Messages() {
		require.NotNil(t, newValue(m), m.Name)
	}
}

func TestMeasureMessage(t *testing.T) {
	m := corpus.Messages()[0]
	r, err := measureMessage(m, time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, len(m.Payload()), r.bytes)
	for _, f := range []figure{r.decode, r.encode, r.decodeStandard, r.encodeStdLib} {
		require.Positive(t, f.ns)
	}
	require.GreaterOrEqual(t, r.decodeStandard.allocs, 1.0)
	var out bytes.Buffer
	printTable(&out, []row{r})
	require.Contains(t, out.String(), m.Name)
	require.Contains(t, out.String(), "geometric mean")
}

func TestMeasureReportsErrors(t *testing.T) {
	t.Parallel()
	_, err := measure(func() error { return io.ErrUnexpectedEOF }, time.Millisecond, true)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestAllocationsFail(t *testing.T) {
	t.Parallel()
	require.NoError(t, allocations([]row{{name: "a"}}))
	require.ErrorContains(t, allocations([]row{{name: "a", decode: figure{allocs: 1}}}), "a: 1.00 allocations to decode")
	require.ErrorContains(t, allocations([]row{{name: "a", encode: figure{allocs: 0.5}}}), "a: 0.50 allocations to encode")
}

func TestCompareDirs(t *testing.T) {
	t.Parallel()
	write := func(dir, name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	a, b := t.TempDir(), t.TempDir()
	require.ErrorContains(t, compareDirs(a, b), "no generated files")
	write(a, "x_gen.go", "1")
	require.ErrorContains(t, compareDirs(a, b), "x_gen.go is missing")
	write(b, "x_gen.go", "2")
	require.ErrorContains(t, compareDirs(a, b), "x_gen.go differs")
	write(b, "x_gen.go", "1")
	write(b, "doc.go", "by hand")
	require.NoError(t, compareDirs(a, b))
	write(b, "y_gen.go", "1")
	require.ErrorContains(t, compareDirs(a, b), "y_gen.go is not generated any more")
}

func TestReport(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, report(&out, "all is well", nil))
	require.ErrorContains(t, report(&out, "all is well", io.EOF), "not so: all is well")
	require.Equal(t, "   yes: all is well\n   NO:  all is well: EOF\n", out.String())
}

func TestRunWantsTheRoot(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, run(io.Discard, t.TempDir(), time.Millisecond), "root of the repository")
}
