package bench

import (
	"bytes"
	"testing"

	"github.com/mcpwire/mcpwire/bench/peers"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// BenchmarkDecode is BenchmarkDecode/<message>/<codec>: the payload into a typed value that is used again.
func BenchmarkDecode(b *testing.B) { decodeAll(b, corpus.Messages(), peers.All(), peers.Payload) }

// BenchmarkMessage is BenchmarkDecode for the whole message.
func BenchmarkMessage(b *testing.B) { decodeAll(b, corpus.Messages(), peers.All(), peers.Whole) }

// BenchmarkEnvelope finds the members of the envelope and leaves the payload raw.
func BenchmarkEnvelope(b *testing.B) {
	decodeAll(b, corpus.Messages(), peers.Routers(), peers.Outer)
}

// BenchmarkCopies is BenchmarkDecode for the copies with another member order and with unknown members.
func BenchmarkCopies(b *testing.B) {
	var copies []corpus.Message
	for _, m := range corpus.Variants() {
		if m.Name != m.Base() {
			copies = append(copies, m)
		}
	}
	decodeAll(b, copies, peers.All(), peers.Payload)
}

func decodeAll(b *testing.B, messages []corpus.Message, codecs []peers.Codec, view peers.View) {
	for _, m := range messages {
		for _, c := range codecs {
			target := peers.NewTarget(c, m, view)
			if target == nil {
				continue
			}
			data := view.Data(m)
			reset := peers.Resetter(c, target)
			b.Run(m.Name+"/"+c.Name(), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					reset()
					if err := c.Decode(data, target); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkEncode is BenchmarkEncode/<message>/<codec>: the payload into a buffer that is used again, where the codec
// can do that.
func BenchmarkEncode(b *testing.B) {
	for _, m := range corpus.Messages() {
		for _, c := range peers.All() {
			source := peers.NewTarget(c, m, peers.Payload)
			if source == nil {
				continue
			}
			data := m.Payload()
			if err := c.Decode(data, source); err != nil {
				b.Fatal(err)
			}
			b.Run(m.Name+"/"+c.Name(), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Encode(source); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkLimits is what the machine can do at all: copy, and look for one byte.
func BenchmarkLimits(b *testing.B) {
	for _, m := range corpus.Messages() {
		dst := make([]byte, len(m.Data))
		b.Run(m.Name+"/memmove", func(b *testing.B) {
			b.SetBytes(int64(len(m.Data)))
			b.ReportAllocs()
			for b.Loop() {
				copy(dst, m.Data)
			}
		})
		b.Run(m.Name+"/IndexByte", func(b *testing.B) {
			b.SetBytes(int64(len(m.Data)))
			b.ReportAllocs()
			for b.Loop() {
				if bytes.IndexByte(m.Data, 0) >= 0 {
					b.Fatal("a zero byte in JSON")
				}
			}
		})
	}
}
