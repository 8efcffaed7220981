package streamable_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// What a client has found out of a server is asked again when it is true no more (rule F-21, trap T-34).
func TestEraChanges(t *testing.T) {
	t.Parallel()
	const call = "POST tools/call"
	noSession := failure(400, -32000, "")
	gone := failure(404, -32001, "")
	twice := func(first, then map[string][]step) map[string][]step { // each kind of request once by first, and by then from the second on
		all := withSteps(then, nil)
		for what, steps := range first {
			all[what] = append(steps[:1:1], then[what]...)
		}
		return all
	}
	stillModern := withSteps(modernServer, map[string][]step{call: {result(okResult), status(400, "text/plain", "no")}})
	for _, row := range []struct {
		rule  string
		steps map[string][]step
		want  jsonrpc.Revision // after the second call
		fails func(*testing.T, error)
		whats []string // from the second call on
	}{
		{
			"T-34 taken back: text in a 400", twice(modernServer, withSteps(legacyServer, map[string][]step{call: {status(400, "text/plain", "no"), result(okResult)}})),
			jsonrpc.LatestLegacy, nil, []string{call, probe, probe, open, ready, call},
		},
		{
			"T-34 taken back: an old code, of an answer, which is not asked for again",
			twice(modernServer, withSteps(legacyServer, map[string][]step{call: {noSession, result(okResult)}})),
			jsonrpc.LatestLegacy, wantCode(-32000), []string{call, probe, probe, open, ready, call},
		},
		{
			"T-34 it was something else", stillModern, jsonrpc.Latest,
			func(t *testing.T, err error) { require.Equal(t, 400, statusOf(err)) }, []string{call, probe},
		},
		{
			"A-31 a modern error says that it is modern", withSteps(modernServer, map[string][]step{call: {result(okResult), failure(400, jsonrpc.CodeHeaderMismatch, "")}}),
			jsonrpc.Latest, wantCode(jsonrpc.CodeHeaderMismatch), nil,
		},
		{
			"A-30 an error of the method", withSteps(modernServer, map[string][]step{call: {result(okResult), failure(200, -32602, "")}}),
			jsonrpc.Latest, wantCode(-32602), []string{call},
		},
		{
			"D-72 it is only down", withSteps(modernServer, map[string][]step{call: {result(okResult), status(400, "", "")}, probe: {result(discovered), status(503, "", "")}}),
			jsonrpc.Latest, func(t *testing.T, err error) { require.Equal(t, 400, statusOf(err)) }, []string{call, probe},
		},
		{
			"F-21 a new version is rolled out",
			withSteps(legacyServer, map[string][]step{
				probe: {legacyServer[probe][0], result(discovered)},
				open:  {legacyServer[open][0], status(400, "text/plain", "no such method")},
				call:  {result(okResult), gone, result(okResult)},
			}),
			jsonrpc.Latest, nil, []string{call, open, probe, call},
		},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			s := newScript(row.steps)
			o := new(streamable.DialOptions)
			o.DisableStandaloneSSE = true
			c := mustDial(t, s, nil, o)
			_, err := do(t, c, "tools/call", callEcho)
			require.NoError(t, err)
			before := len(s.whats())
			text, err := do(t, c, "tools/call", callEcho)
			if row.fails != nil {
				row.fails(t, err)
				if row.want.Legacy() {
					_, err = do(t, c, "tools/call", callEcho)
					require.NoError(t, err)
				}
			} else {
				require.NoError(t, err)
				require.Equal(t, okResult, text)
			}
			require.Equal(t, row.want, c.Revision())
			if row.whats != nil {
				require.Equal(t, row.whats, s.whats()[before:])
			}
		})
	}

	t.Run("asked once for all", func(t *testing.T) {
		t.Parallel()
		s := newScript(stillModern)
		c := mustDial(t, s, nil, nil)
		_, err := do(t, c, "tools/call", callEcho)
		require.NoError(t, err)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := do(t, c, "tools/call", callEcho); transport.CodeOf(err) != transport.Rejected {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Len(t, s.requests(probe), 2)
	})
}
