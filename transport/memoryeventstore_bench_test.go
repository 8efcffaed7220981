package transport_test

import (
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/mcpwire/mcpwire/transport"
)

func BenchmarkMemoryEventStoreAppend(b *testing.B) {
	for name, size := range map[string]int{"200 B": 200, "4 KiB": 4 << 10, "64 KiB": 64 << 10} {
		data := make([]byte, size)
		b.Run(name, func(b *testing.B) { // into a full store: each Append forgets an event
			s := new(transport.MemoryEventStore)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Append(b.Context(), alice, "1", data, false); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+" parallel", func(b *testing.B) { // with a session for each goroutine
			s := new(transport.MemoryEventStore)
			var sessions atomic.Int64
			b.SetBytes(int64(size))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				o := transport.StreamOwner{Session: strconv.FormatInt(sessions.Add(1), 10), Principal: "alice"}
				for pb.Next() {
					if _, err := s.Append(b.Context(), o, "1", data, false); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// A stream for each request: a priming event and an answer.
func BenchmarkMemoryEventStoreStream(b *testing.B) {
	s := new(transport.MemoryEventStore)
	data := make([]byte, 300)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		stream := strconv.Itoa(n)
		for _, final := range []bool{false, true} {
			if _, err := s.Append(b.Context(), alice, stream, data, final); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkMemoryEventStoreAfter(b *testing.B) {
	for _, events := range []int{1, 100, 10_000} {
		b.Run(strconv.Itoa(events), func(b *testing.B) {
			s := new(transport.MemoryEventStore)
			data := make([]byte, 300)
			first := appendEvent(b, s, alice, "1", "", false)
			for range events - 1 {
				appendEvent(b, s, alice, "1", string(data), false)
			}
			b.ReportAllocs()
			for b.Loop() {
				replay, err := s.After(b.Context(), alice, first)
				if err != nil {
					b.Fatal(err)
				}
				for _, err := range replay.Events {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(events), "ns/event")
		})
	}
}

// Closing the largest session that the defaults allow.
func BenchmarkMemoryEventStoreSessionClosed(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := new(transport.MemoryEventStore)
		for i := range 160_000 {
			if _, err := s.Append(b.Context(), alice, strconv.Itoa(i%16), nil, false); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		if err := s.SessionClosed(b.Context(), alice); err != nil {
			b.Fatal(err)
		}
	}
}
