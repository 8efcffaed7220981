package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
	"github.com/mcpwire/mcpwire/bench/internal/report"
	"github.com/mcpwire/mcpwire/bench/peers"
	"github.com/mcpwire/mcpwire/bench/transports"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

func TestMain(m *testing.M) {
	transports.RunChild()
	runJob()
	os.Exit(m.Run())
}

// TestRun measures one message for a moment and looks for every part of the report.
func TestRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "RESULTS.md")
	cfg := config{
		commit: "abc1234", messages: "progress", codecs: "p", measure: measure.Options{Rounds: 1, Batch: 100 * time.Microsecond},
		load: transports.Options{Rounds: 1, Load: time.Millisecond, Rows: "again", Scenarios: "300 B, 8 in flight",
			Crowds: []int{5}, TTL: time.Second, Wait: time.Second},
	}
	require.NoError(t, run(cfg, out))
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	for _, want := range []string{
		"abc1234", "goccy/go-json v0.12.0", "## Decode\n", "## Encode\n", "## Decode the whole message\n", "## Encode the whole message\n", "## Envelope\n",
		"## Targets\n", "## Decode into new values\n", "## The first call\n", "## Kernels\n", "| memmove ", "## Event streams\n", "| AppendEvent/1024 ",
		"### Encode: mcpwire at each level\n", "### How mcpwire does, purego\n", "progress+shuffled", "progress+unknown", "| memmove", "| goccy-nocopy", "utf8 raw skip ctrl / utf8 raw",
		"## stdio servers\n", "## stdio clients\n", "line echo, again", "go-sdk v1.8.0", "### 300 B, 8 in flight, batched\n", "## HTTP servers, JSON answers\n", "## HTTP servers, event streams\n", "raw net/http, again",
		"## Where the time goes, JSON answers\n", "## Where the time goes, event streams: functions\n",
		"## HTTP+SSE servers\n", "## HTTP+SSE clients\n",
		"## 5 idle sessions with their stream\n", "## 5 idle sessions without a stream\n", "## One notification to 5 streams\n", "of which 1 do not read\n",
	} {
		require.Contains(t, string(text), want)
	}
	require.NotContains(t, string(text), "sampling-20", "only the message that was asked for")
	require.NotContains(t, string(text), "| jx ", "only the codecs that were asked for")
	require.NotContains(t, string(text), "64 KiB,", "only the load that was asked for")

	for _, name := range []string{"decode-size", "decode-peers", "encode-size", "encode-peers"} {
		require.Contains(t, string(text), "](charts/"+name+".svg)\n")
		svg, err := os.ReadFile(filepath.Join(filepath.Dir(out), "charts", name+".svg"))
		require.NoError(t, err)
		require.Contains(t, string(svg), "goccy-nocopy")
	}

	cfg.only, cfg.commit = []string{"stdio"}, "def5678"
	require.NoError(t, run(cfg, out))
	again, err := os.ReadFile(out)
	require.NoError(t, err)
	codecs := func(text []byte) string {
		before, _, ok := strings.Cut(string(text), "<!-- begin targets -->")
		require.True(t, ok)
		return before
	}
	require.Equal(t, codecs(text), codecs(again), "what did not run stays")
	require.Contains(t, string(again), "def5678")

	cfg.only = []string{"tcp"}
	require.EqualError(t, run(cfg, out), `there is no part "tcp"`)
}

func TestCrowds(t *testing.T) {
	var cfg config
	require.NoError(t, cfg.crowds("5000,10"))
	require.Equal(t, []int{5000, 10}, cfg.load.Crowds)
	for _, list := range []string{"", "5,", "0", "-1", "many"} {
		require.ErrorContains(t, cfg.crowds(list), "is no number of sessions", list)
	}
}

func TestRunReportsAnUnwritableFile(t *testing.T) {
	cfg := config{only: []string{"codec"}, plain: true, messages: "progress", codecs: "none of them", measure: measure.Options{Rounds: 1, Batch: time.Microsecond}}
	require.ErrorIs(t, run(cfg, filepath.Join(t.TempDir(), "missing", "RESULTS.md")), os.ErrNotExist)
}

// Each note is about a target, which has to exist.
func TestNotes(t *testing.T) {
	for id, note := range notes {
		require.Contains(t, report.TargetIDs(), id)
		require.NotEmpty(t, note)
	}
}

// A child is what it was made to be, or there is no result.
func TestLevelChecksTheChild(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	j := job{Titles: []string{report.Envelope}, Messages: "progress", Codecs: "none of them", Measure: measure.Options{Rounds: 1, Batch: time.Microsecond}}
	l := report.Level{Name: "a child"}
	require.ErrorContains(t, j.level(&l, self, levelResult{Purego: true}), "was not what it should be")
	require.Empty(t, l.Sections)
	require.NoError(t, j.level(&l, self, levelResult{}, "GODEBUG="+godebug(noAVX512)))
	require.Len(t, l.Sections, 1)
	require.Equal(t, report.Envelope, l.Sections[0].Title)
	require.Len(t, l.Sections[0].Rows, 1)
}

func TestJobErrors(t *testing.T) {
	require.ErrorContains(t, doJob("no JSON"), envJob)
	_, err := firstCall{Codec: "none"}.measure(measure.Options{})
	require.EqualError(t, err, `there is no codec "none"`)
}

// The first encode is that of a value which its codec has not seen: all codecs can be given one.
func TestFirstCallTasks(t *testing.T) {
	for _, c := range peers.All() {
		for _, encode := range []bool{false, true} {
			got, err := firstCall{Codec: c.Name(), Encode: encode}.measure(measure.Options{Rounds: 1, Batch: time.Microsecond})
			require.NoError(t, err, c.Name())
			require.Positive(t, got.First, c.Name())
			require.Positive(t, got.Later, c.Name())
		}
	}
}

func TestGodebug(t *testing.T) {
	t.Setenv("GODEBUG", "")
	require.Equal(t, "a=b", godebug("a=b"))
	t.Setenv("GODEBUG", "c=d")
	require.Equal(t, "c=d,a=b", godebug("a=b"))
}

// A codec that decodes again, as peers.Probe lets it, takes away what an earlier value has borrowed.
func TestEncodeTaskNoticesAnotherValue(t *testing.T) {
	all := corpus.Messages()
	m := all[slices.IndexFunc(all, func(m corpus.Message) bool { return m.Name == "error" })]
	c := peers.All()[slices.IndexFunc(peers.All(), func(c peers.Codec) bool { return c.Name() == "mcpwire" })]
	run, check, err := encodeTask(c, peers.NewTarget(c, m, peers.Payload), m.Payload())
	require.NoError(t, err)
	require.NoError(t, run())
	require.NoError(t, check())
	other := strings.ReplaceAll(string(m.Payload()), "project", "nothing")
	require.NoError(t, c.Decode([]byte(other), peers.NewTarget(c, m, peers.Payload)))
	require.ErrorIs(t, check(), errChanged)
}
