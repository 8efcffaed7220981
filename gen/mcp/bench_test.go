package mcp_test

import (
	"testing"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// BenchmarkDecode is BenchmarkDecode/<message>: the payload into a value that is used again and borrows.
func BenchmarkDecode(b *testing.B) {
	for _, m := range corpus.Messages() {
		b.Run(m.Name, func(b *testing.B) {
			payload, v := m.Payload(), newValue(m)
			var d codec.Decoder
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				d.Reset(payload)
				if err := d.Decode(v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecodeScanned is BenchmarkDecode after jsonrpc.Scan, whose verdict is not asked for again.
func BenchmarkDecodeScanned(b *testing.B) {
	for _, m := range corpus.Messages() {
		if m.Kind == corpus.Error {
			continue
		}
		b.Run(m.Name, func(b *testing.B) {
			v := newValue(m)
			var d codec.Decoder
			var msg jsonrpc.Message
			b.SetBytes(int64(len(m.Data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := jsonrpc.Scan(m.Data, &msg); err != nil {
					b.Fatal(err)
				}
				decode := msg.DecodeParams
				if m.Kind == corpus.Result {
					decode = msg.DecodeResult
				}
				if err := decode(&d, v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEncode is BenchmarkEncode/<message>: the payload into a buffer that is used again.
func BenchmarkEncode(b *testing.B) {
	for _, m := range corpus.Messages() {
		b.Run(m.Name, func(b *testing.B) {
			payload, v := m.Payload(), newValue(m)
			if err := codec.Unmarshal(payload, v); err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 0, 2*len(payload))
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.AppendJSON(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
