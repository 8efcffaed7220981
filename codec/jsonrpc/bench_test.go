package jsonrpc_test

import (
	"encoding/json"
	"testing"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// envelopeMirror is the message as encoding/json can take it apart without decoding what is inside.
type envelopeMirror struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
}

func BenchmarkScan(b *testing.B) {
	for _, c := range corpus.Messages() {
		b.Run(c.Name+"/mcpwire", func(b *testing.B) {
			b.SetBytes(int64(len(c.Data)))
			b.ReportAllocs()
			var m jsonrpc.Message
			for b.Loop() {
				if err := jsonrpc.Scan(c.Data, &m); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.Name+"/valid", func(b *testing.B) { // the floor: the same checks, nothing found
			b.SetBytes(int64(len(c.Data)))
			for b.Loop() {
				if err := codec.Valid(c.Data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.Name+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(c.Data)))
			b.ReportAllocs()
			for b.Loop() {
				var m envelopeMirror
				if err := json.Unmarshal(c.Data, &m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendRewritten(b *testing.B) {
	for _, c := range corpus.Messages() {
		b.Run(c.Name, func(b *testing.B) {
			var m jsonrpc.Message
			if err := jsonrpc.Scan(c.Data, &m); err != nil {
				b.Fatal(err)
			}
			var id jsonrpc.ID
			if m.Kind != jsonrpc.Notification {
				id = jsonrpc.IntID(123456)
			}
			dst := make([]byte, 0, len(c.Data)+64)
			b.SetBytes(int64(len(c.Data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jsonrpc.AppendRewritten(dst, &m, id, ""); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
