package mcp_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mailru/easyjson"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// value is what generated types and jsonrpc.Error can do.
type value interface {
	codec.Appender
	codec.Decodable
}

// newValue returns an empty value of the type that m's payload has.
func newValue(m corpus.Message) value {
	if m.Kind == corpus.Error {
		return new(jsonrpc.Error)
	}
	switch m.Method {
	case "tools/call":
		if m.Kind == corpus.Request {
			return new(mcp.CallToolParams)
		}
		return new(mcp.CallToolResult)
	case "initialize":
		if m.Kind == corpus.Request {
			return new(mcp.InitializeParams)
		}
		return new(mcp.InitializeResult)
	case "tools/list":
		return new(mcp.ListToolsResult)
	case "resources/read":
		return new(mcp.ReadResourceResult)
	case "notifications/progress":
		return new(mcp.ProgressNotificationParams)
	case "resources/list":
		return new(mcp.ListResourcesResult)
	case "sampling/createMessage":
		return new(mcp.CreateMessageParams)
	}
	return nil
}

// eachMessage runs f for every message of the corpus and its copies.
func eachMessage(t *testing.T, f func(t *testing.T, m corpus.Message, payload []byte)) {
	t.Helper()
	for _, m := range corpus.Variants() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			f(t, m, m.Payload())
		})
	}
}

// sameJSON fails unless a and b are the same JSON value, numbers compared by their text.
func sameJSON(t *testing.T, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	if diff := cmp.Diff(parse(t, want), parse(t, got)); diff != "" {
		t.Fatalf("JSON differs (-want +got):\n%.4000s", diff)
	}
}

func parse(t *testing.T, src []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v), "%.200s", src)
	return v
}

func TestCorpusMatchesEncodingJSON(t *testing.T) {
	t.Parallel()
	eachMessage(t, func(t *testing.T, m corpus.Message, payload []byte) {
		want := m.NewMirror()
		require.NoError(t, json.Unmarshal(payload, want))

		v := newValue(m)
		require.NoError(t, codec.Unmarshal(payload, v))
		got := m.NewMirror()
		fillMirror(t, got, v)
		if diff := cmp.Diff(want, got, rawAsJSON()); diff != "" {
			t.Fatalf("decoded value differs (-encoding/json +mcp):\n%.4000s", diff)
		}
	})
}

func TestCorpusRoundTrip(t *testing.T) {
	t.Parallel()
	eachMessage(t, func(t *testing.T, m corpus.Message, payload []byte) {
		v := newValue(m)
		src := bytes.Clone(payload)
		d := codec.GetDecoder()
		defer d.Release()
		d.Reset(src)
		require.NoError(t, d.Decode(v))
		out, err := v.AppendJSON(nil)
		require.NoError(t, err)
		sameJSON(t, payload, out)
		require.NoError(t, codec.Valid(out))
		require.Equal(t, payload, src, "decoding must not write to its input")
	})
}

// The messages are of revision 2025-11-25, so that form of them has everything, and it is valid.
func TestCorpusForRevision(t *testing.T) {
	t.Parallel()
	eachMessage(t, func(t *testing.T, m corpus.Message, payload []byte) {
		v := newValue(m)
		require.NoError(t, codec.Unmarshal(payload, v))
		r, ok := v.(interface {
			jsonrpc.RevisionAppender
			Validate(v jsonrpc.Revision) error
		})
		if !ok {
			require.Equal(t, corpus.Error, m.Kind)
			return
		}
		out, err := r.AppendJSONFor(nil, jsonrpc.Rev20251125)
		require.NoError(t, err)
		sameJSON(t, payload, out)
		require.NoError(t, r.Validate(jsonrpc.Rev20251125))
	})
}

func TestCorpusInterop(t *testing.T) {
	t.Parallel()
	eachMessage(t, func(t *testing.T, m corpus.Message, payload []byte) {
		v := newValue(m)
		require.NoError(t, json.Unmarshal(payload, v))
		out, err := json.Marshal(v)
		require.NoError(t, err)
		sameJSON(t, payload, out)

		out, err = json.Marshal(map[string]any{"k": v})
		require.NoError(t, err)
		sameJSON(t, append(append([]byte(`{"k":`), payload...), '}'), out)

		e, ok := newValue(m).(interface {
			easyjson.Marshaler
			easyjson.Unmarshaler
		})
		if !ok {
			require.Equal(t, corpus.Error, m.Kind)
			return
		}
		require.NoError(t, easyjson.Unmarshal(payload, e))
		out, err = easyjson.Marshal(e)
		require.NoError(t, err)
		sameJSON(t, payload, out)
	})
}

// Every way to read refuses the payload when any byte of it is replaced by one that breaks the grammar.
func TestCorpusTruncated(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Variants() {
		payload := m.Payload()
		if len(payload) > 4<<10 {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			for n := range payload {
				require.Error(t, codec.Unmarshal(payload[:n], newValue(m)), "%s", payload[:n])
			}
			require.Error(t, codec.Unmarshal([]byte(strings.Replace(string(payload), ":", ";", 1)), newValue(m)))
		})
	}
}

func TestCorpusClone(t *testing.T) {
	t.Parallel()
	eachMessage(t, func(t *testing.T, m corpus.Message, payload []byte) {
		src := bytes.Clone(payload)
		var d codec.Decoder
		d.Reset(src)
		v := newValue(m)
		require.NoError(t, d.Decode(v))
		c := cloneOf(t, v)
		clear(src) // what borrowed the input is garbage now
		d.Reset([]byte(`[]`))
		out, err := c.AppendJSON(nil)
		require.NoError(t, err)
		sameJSON(t, payload, out)
	})
}

// A value of codec.Unmarshal stays as it is, whatever becomes of the input, and of the decoders that it came through.
func TestCorpusUnmarshalOwns(t *testing.T) {
	t.Parallel()
	all := corpus.Variants()
	eachMessage(t, func(t *testing.T, m corpus.Message, payload []byte) {
		src := bytes.Clone(payload)
		v := newValue(m)
		require.NoError(t, codec.Unmarshal(src, v))
		for i := range src {
			src[i] = '1'
		}
		for _, other := range all {
			if p := other.Payload(); len(p) < 4<<10 {
				require.NoError(t, codec.Unmarshal(p, newValue(other)))
			}
		}
		out, err := v.AppendJSON(nil)
		require.NoError(t, err)
		sameJSON(t, payload, out)
	})
}
