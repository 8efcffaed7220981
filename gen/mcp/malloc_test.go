//go:build !race && !purego && !pooldebug

package mcp_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/corpus"
	"github.com/mcpwire/mcpwire/internal/mallocs"
)

// Not parallel: the counts are of the whole process.
func TestCorpusMallocs(t *testing.T) {
	for _, m := range corpus.Variants() {
		payload, v := m.Payload(), newValue(m)
		rounds := 20
		if len(payload) < 10<<10 {
			rounds = 1000
		}
		var d codec.Decoder
		got := mallocs.OnOneProcessor(rounds, 0, func() {
			d.Reset(payload)
			if err := d.Decode(v); err != nil {
				t.Fatal(err)
			}
		})
		require.Zero(t, got.Mallocs, "decode %s", m.Name)

		buf := make([]byte, 0, 2*len(payload))
		got = mallocs.OnOneProcessor(rounds, 0, func() {
			if _, err := v.AppendJSON(buf); err != nil {
				t.Fatal(err)
			}
		})
		require.Zero(t, got.Mallocs, "encode %s", m.Name)
	}
}

// A new value with its memory: the value, a copy of the input, a text with escapes, each list and each variant of a union.
func TestUnmarshalMallocs(t *testing.T) {
	want := map[string]float64{
		"tools-call-request": 2, "initialize-request": 3, "progress": 2, "error": 3,
		"initialize-result": 5, // an icon and its sizes
		"tools-call-text":   6, // the list of content, its one element, and the audience of that
		"tools-list-50":     30,
	}
	for _, m := range corpus.Messages() {
		most, ok := want[m.Name]
		if !ok {
			continue
		}
		delete(want, m.Name)
		payload := m.Payload()
		got := mallocs.OnOneProcessor(100, most, func() {
			if err := codec.Unmarshal(payload, newValue(m)); err != nil {
				t.Fatal(err)
			}
		})
		require.LessOrEqual(t, got.Mallocs, most, m.Name)
	}
	require.Empty(t, want)
}

// The typed path from the params of one side to the handler of the other and back.
func TestCallToolMallocs(t *testing.T) {
	h := &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "s", Version: "1"},
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			out.AddText(r.Params.Name)
			d := r.Decoder(r.Params.Arguments)
			for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
				if key == "text" {
					out.AddText(d.String())
				} else {
					d.Skip()
				}
			}
			return d.End()
		},
	}
	for _, v := range []jsonrpc.Revision{jsonrpc.Rev20251125, jsonrpc.Rev20260728} {
		l := newLoop(h, v)
		ctx := context.Background()
		params := mcp.CallToolParams{Name: "echo", Arguments: codec.RawString(`{"a":[1,2,3],"text":"one\ntwo"}`)}
		var out mcp.CallToolResult
		var d codec.Decoder
		got := mallocs.OnOneProcessor(2000, 0.02, func() {
			if err := mcp.CallToolInto(ctx, l, &params, &out, &d); err != nil {
				t.Fatal(err)
			}
		})
		require.LessOrEqual(t, got.Mallocs, 0.02, "%s", v)
	}
}
