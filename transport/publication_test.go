package transport

import (
	"bytes"
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// FuzzPublication compares with a twin that takes everything apart with encoding/json (rule A-47).
func FuzzPublication(f *testing.F) {
	for _, tt := range spliceRows {
		f.Add([]byte(tt.params))
	}
	for _, params := range []string{
		`{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}`, `{"a":1,"_meta":{"x":1,"io.modelcontextprotocol\/subscriptionId":"1","y":2},"b":2}`,
		`{"_meta":{"io.modelcontextprotocol/subscriptionId":1,"io.modelcontextprotocol/subscriptionId":2}}`, "{\r\"_meta\":\n{ } , \"a\" : 1}",
	} {
		f.Add([]byte(params))
	}
	f.Fuzz(func(t *testing.T, params []byte) {
		if !json.Valid(params) || codec.Valid(params) != nil {
			return
		}
		n, err := newPublication(methodToolsChanged, codec.MakeRaw(params), nil)
		if bytes.TrimLeft(params, " \t\r\n")[0] != '{' {
			require.Error(t, err)
			return
		}
		top, dup := object(t, params)
		text := bytes.TrimSpace(top["_meta"])
		if text == nil || string(text) == "null" {
			text = []byte("{}")
		}
		var uri string
		if dup["_meta"] || text[0] != '{' || dup["uri"] || json.Unmarshal(top["uri"], &uri) != nil && top["uri"] != nil {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		meta, metaDup := object(t, text)
		_, foreign := meta[peek.KeySubscriptionID]
		delete(meta, peek.KeySubscriptionID)
		delete(metaDup, peek.KeySubscriptionID)
		for frame, id := range map[string]string{string(n.session(nil)): "", string(n.listen(nil, jsonrpc.StringID("é\""))): `"é\""`} {
			require.NotContains(t, frame, "\n")
			require.NotContains(t, frame, "\r")
			var m jsonrpc.Message
			require.NoError(t, jsonrpc.Scan([]byte(frame), &m))
			require.Equal(t, methodToolsChanged, m.Method)
			gotTop, gotDup := object(t, m.Params.Bytes())
			require.Equal(t, dup, gotDup)
			if id == "" && !foreign {
				require.Equal(t, compact(t, top), compact(t, gotTop))
				continue
			}
			gotMeta, gotMetaDup := object(t, gotTop["_meta"])
			require.Equal(t, metaDup, gotMetaDup)
			got := compact(t, gotMeta)
			require.Equal(t, id, got[peek.KeySubscriptionID])
			delete(got, peek.KeySubscriptionID)
			require.Equal(t, compact(t, meta), got)
			delete(gotTop, "_meta")
			rest := maps.Clone(top)
			delete(rest, "_meta")
			require.Equal(t, compact(t, rest), compact(t, gotTop))
		}
	})
}
