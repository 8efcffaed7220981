package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// suiteSays makes a folder as the suite leaves it, and returns what is read from it.
func suiteSays(t *testing.T, leg, text string, checks map[string]string) (result, error) {
	t.Helper()
	dir := t.TempDir()
	for name, c := range checks {
		sub := filepath.Join(dir, filepath.FromSlash(name)+"-2026-11-26T08-32-49-106Z")
		require.NoError(t, os.MkdirAll(sub, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(sub, "checks.json"), []byte(c), 0o600))
	}
	return read(leg, run{"2025-11-25", false, 1}, text, dir)
}

const (
	good   = `[{"id":"a","status":"SUCCESS"},{"id":"b","status":"INFO"}]`
	bad    = `[{"id":"a","status":"SUCCESS"},{"id":"b","status":"WARNING","errorMessage":"not quite"}]`
	closed = `[{"id":"a","status":"SUCCESS"},{"id":"stream-closed","status":"INFO"}]`
	back   = `[{"id":"a","status":"SUCCESS"},{"id":"incoming-sse-event","status":"INFO","description":"Received SSE event on GET reconnection stream (id: x)"}]`
)

// What the verdict is on what the suite has found.
func TestVerdict(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, leg, text string
		checks          map[string]string
		want            string // of the error; "" for none
	}{
		{"good", "server", "✓ ping: 1 passed, 0 failed", map[string]string{"server-ping": good}, ""},
		{"a warning", "server", "✓ ping: 1 passed, 0 failed", map[string]string{"server-ping": bad}, "ping: WARNING b: not quite"},
		{"left out", "client", "✗ auth/dpop: 1 passed, 1 failed", map[string]string{"auth/dpop": bad}, ""},
		{"left out, and good", "client", "✓ auth/dpop: 1 passed, 0 failed", map[string]string{"auth/dpop": good}, "do not leave it out"},
		{"too few", "server", "✓ ping: 0 passed, 0 failed", map[string]string{"server-ping": "[]"}, "0 checks have passed, and not 1"},
		{"not resumed", "server", "✓ server-sse-polling: 1 passed, 0 failed", map[string]string{"server-server-sse-polling": closed}, "not resumed"},
		{"resumed", "server", "✓ server-sse-polling: 1 passed, 0 failed", map[string]string{"server-server-sse-polling": back}, ""},
	} {
		res, err := suiteSays(t, row.leg, "=== SUMMARY ===\n"+row.text+"\n", row.checks)
		require.NoError(t, err, row.name)
		err = (&runner{table: []result{res}}).verdict()
		if row.want == "" {
			require.NoError(t, err, row.name)
		} else {
			require.ErrorContains(t, err, row.want, row.name)
		}
	}
	_, err := suiteSays(t, "server", "✓ ping: 1 passed, 0 failed", nil)
	require.ErrorContains(t, err, "ping has no results")
	_, err = suiteSays(t, "server", "unknown suite", nil)
	require.ErrorIs(t, err, errNothing)
}

// Failures of what is left out are counted apart.
func TestCount(t *testing.T) {
	t.Parallel()
	res, err := suiteSays(t, "client", "✓ x: 1 passed, 1 failed\n✗ auth/dpop: 1 passed, 1 failed", map[string]string{"x": bad, "auth/dpop": bad})
	require.NoError(t, err)
	got := map[string]int{}
	for _, s := range statuses {
		got[s] = res.count(s)
	}
	require.Equal(t, map[string]int{"SUCCESS": 2, "FAILURE": 0, "WARNING": 1, "LEFT OUT": 1, "SKIPPED": 0, "INFO": 0}, got)
}
