//go:build !race && !purego && !pooldebug

package contract

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// mallocsPer counts the mallocs of the whole process over many calls of f, with everything warm and without garbage collection, since
// that empties pools. testing.AllocsPerRun would round down.
func mallocsPer(t *testing.T, f func()) float64 {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const warm, runs = 2000, 30_000
	for range warm {
		f()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / runs
}

// maxMallocs for each call, both sides and both messages together. What is left are the handles.
const maxMallocs = 0.02

func TestTypedCallDoesNotAllocate(t *testing.T) {
	r := startPipe(t, mux(map[string]echoFunc{"echo": answerEcho}), nil)
	ctx, p, d := t.Context(), sample, codec.GetDecoder()
	defer d.Release()
	got := mallocsPer(t, func() {
		var out echoResult
		p.Seq++
		if err := echoInto(ctx, r.client, "echo", &p, &out, d); err != nil || out.Seq != p.Seq {
			t.Fatal(err, out.Seq)
		}
	})
	t.Logf("%.4f mallocs for each call", got)
	require.Less(t, got, maxMallocs)
}

func TestGeneratedCallDoesNotAllocate(t *testing.T) {
	h := &mcp.ServerHandler{
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			out.AddText(r.Params.Name)
			return nil
		},
	}
	r := startPipe(t, h, nil)
	ctx, d := t.Context(), codec.GetDecoder()
	defer d.Release()
	args, err := codec.ParseRaw([]byte(`{"city":"Oslo","days":3}`))
	require.NoError(t, err)
	params := mcp.CallToolParams{Name: "weather", Arguments: args}
	var out mcp.CallToolResult
	got := mallocsPer(t, func() {
		err := mcp.CallToolInto(ctx, r.client, &params, &out, d)
		if err != nil || len(out.Content) != 1 {
			t.Fatal(err, out.Content)
		}
	})
	t.Logf("%.4f mallocs for each call", got)
	require.Less(t, got, maxMallocs)
}

// A notification costs no more than a handle, on either side.
func TestNotifyDoesNotAllocate(t *testing.T) {
	got := make(chan int64)
	seen := echoFunc(func(_ context.Context, r *echoRequest, _ *echoResult) error {
		got <- r.Params.Seq
		return nil
	})
	r := startPipe(t, mux(map[string]echoFunc{"seen": seen}), nil)
	ctx, p := t.Context(), sample
	mallocs := mallocsPer(t, func() {
		p.Seq++
		if err := r.client.Notify(ctx, "seen", &p); err != nil {
			t.Fatal(err)
		}
		if seq := <-got; seq != p.Seq {
			t.Fatal(seq)
		}
	})
	t.Logf("%.4f mallocs for each notification", mallocs)
	require.Less(t, mallocs, maxMallocs)
}

// A handler that calls back costs the Done channel of its context.
func TestNestedCallAllocatesLittle(t *testing.T) {
	r := startPipe(t,
		mux(map[string]echoFunc{"nested": func(ctx context.Context, r *echoRequest, out *echoResult) error {
			d := codec.GetDecoder()
			defer d.Release()
			var back echoResult
			err := echoInto(ctx, r, "echo", &r.Params, &back, d)
			out.Seq = back.Seq + 1
			return err
		}}),
		mux(map[string]echoFunc{"echo": answerEcho}))
	ctx, p, d := t.Context(), sample, codec.GetDecoder()
	defer d.Release()
	var out echoResult
	got := mallocsPer(t, func() {
		p.Seq++
		if err := echoInto(ctx, r.client, "nested", &p, &out, d); err != nil || out.Seq != p.Seq+1 {
			t.Fatal(err, out.Seq)
		}
	})
	t.Logf("%.4f mallocs for each call with a call back", got)
	require.Less(t, got, 1+2*maxMallocs)
}

var _ jsonrpc.Session = (*conn)(nil)
