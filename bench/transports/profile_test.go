package transports

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/owners"
)

// TestOwnersSheet has shares of the time for a request, which are not those of the profile, whose loads may differ.
func TestOwnersSheet(t *testing.T) {
	t.Parallel()
	floor := profiled{
		"floor", Result{CPU: 10_000, Mallocs: 30, Bytes: 2500},
		owners.Times{Total: 100, Owner: map[string]int64{owners.HTTP: 50, owners.SystemCalls: 40, ownBench: 10}},
	}
	server := profiled{
		"server", Result{CPU: 12_000, Mallocs: 28.5, Bytes: 2600},
		owners.Times{
			Total: 1000, Owner: map[string]int64{owners.HTTP: 500, owners.SystemCalls: 250, "codec": 200, "transport": 50},
			Function: map[string]int64{"codec.A": 150, "codec.B": 50, "transport.C": 50},
		},
	}
	s := ownersSheet(profileScenarios()[0], []profiled{floor, server}, Options{Rounds: 3, Load: time.Second})
	require.Equal(t, []string{"", "floor", "server", "above the floor"}, s.Head)
	require.Equal(t, [][]string{
		{owners.HTTP, "5.00", "6.00", "+1.00"},
		{owners.SystemCalls, "4.00", "3.00", "-1.00"},
		{"codec", "0.00", "2.40", "+2.40"},
		{ownBench, "1.00", "0.00", "-1.00"},
		{"transport", "0.00", "0.60", "+0.60"},
		{"all packages of mcpwire", "0.00", "3.00", "+3.00"},
		{"all CPU time", "10.00", "12.00", "+2.00"},
		{"times the floor's", "1.000", "1.200", "+0.200"},
		{"allocations", "30.00", "28.50", "-1.50"},
		{"bytes allocated", "2500", "2600", "+100"},
	}, s.Rows)

	f := functionsSheet("Time", []profiled{server})
	require.Equal(t, "Time: functions", f.Title)
	require.Equal(t, [][]string{{"codec.A", "1.80"}, {"codec.B", "0.60"}, {"transport.C", "0.60"}}, f.Rows)
}

// TestProfile finds samples in the profiles of children. Whose they are is a matter of chance in so short a time.
func TestProfile(t *testing.T) {
	sheets, err := Profile(Options{Rounds: 1, Load: 30 * time.Millisecond}, io.Discard)
	require.NoError(t, err)
	require.Len(t, sheets, 4)
	for i := 0; i < len(sheets); i += 2 {
		n := len(sheets[i].Rows) - 5 // sums and counts
		require.Positive(t, n)
		require.Equal(t, "all packages of mcpwire", sheets[i].Rows[n][0])
		require.Equal(t, "all CPU time", sheets[i].Rows[n+1][0])
	}
}
