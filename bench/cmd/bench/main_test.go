package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
)

// TestRun measures one message for a moment and looks for every part of the report.
func TestRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "RESULTS.md")
	cfg := config{commit: "abc1234", messages: "progress", codecs: "goccy", measure: measure.Options{Rounds: 1, Batch: 100 * time.Microsecond}}
	require.NoError(t, run(cfg, out))
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	for _, want := range []string{
		"abc1234", "goccy/go-json v0.12.0", "## Decode\n", "## Encode\n", "## Decode the whole message\n", "## Encode the whole message\n", "## Envelope\n",
		"progress+shuffled", "progress+unknown", "| memmove", "| goccy-nocopy", "utf8 raw skip ctrl / utf8 raw",
	} {
		require.Contains(t, string(text), want)
	}
	require.NotContains(t, string(text), "sampling-20", "only the message that was asked for")
	require.NotContains(t, string(text), "| jx ", "only the codecs that were asked for")
}

func TestRunReportsAnUnwritableFile(t *testing.T) {
	cfg := config{messages: "progress", codecs: "none of them", measure: measure.Options{Rounds: 1, Batch: time.Microsecond}}
	require.ErrorIs(t, run(cfg, filepath.Join(t.TempDir(), "missing", "RESULTS.md")), os.ErrNotExist)
}
