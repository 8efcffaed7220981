package contract

import (
	"bufio"
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// sample makes requests of 300 bytes.
var sample = echoParams{Text: strings.Repeat("A typed echo. ", 14), Tags: []string{"one", "two", "three"}}

// callMany makes n typed calls, from as many goroutines as inFlight says.
func callMany(b *testing.B, c jsonrpc.Caller, n, inFlight int) {
	var wg sync.WaitGroup
	for i := range inFlight {
		wg.Go(func() {
			ctx, p, d := context.Background(), sample, codec.GetDecoder()
			defer d.Release()
			var out echoResult
			for j := i; j < n; j += inFlight {
				p.Seq = int64(j)
				if err := echoInto(ctx, c, "echo", &p, &out, d); err != nil || out.Seq != p.Seq {
					b.Error(err, out.Seq)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkPipeEcho is a typed call of 300 bytes over the pipe, both sides in this process.
func BenchmarkPipeEcho(b *testing.B) {
	for _, x := range []struct {
		name     string
		inFlight int
	}{{"1", 1}, {"8", 8}} {
		b.Run(x.name, func(b *testing.B) {
			r := startPipe(b, mux(map[string]echoFunc{"echo": answerEcho}), nil)
			b.ReportAllocs()
			b.ResetTimer()
			callMany(b, r.client, b.N, x.inFlight)
		})
	}
}

// BenchmarkHTTPEcho is the same over loopback, with one call in flight.
func BenchmarkHTTPEcho(b *testing.B) {
	h := mux(map[string]echoFunc{"echo": answerEcho})
	for _, x := range []struct {
		name  string
		start starter
	}{
		{"sse", startSSE},
		{"streamable", startStreamable},
		{"modern", func(t testing.TB, h, _ jsonrpc.Handler) rig { return startModern(t, h) }},
	} {
		b.Run(x.name, func(b *testing.B) {
			r := x.start(b, h, nil)
			b.ReportAllocs()
			b.ResetTimer()
			callMany(b, r.client, b.N, 1)
		})
	}
}

// BenchmarkLineEcho is the floor of BenchmarkPipeEcho/1: the same lines over the same pipe, not looked into.
func BenchmarkLineEcho(b *testing.B) {
	x, y := memPipe(64 << 10)
	line, err := jsonrpc.AppendRequest(nil, jsonrpc.IntID(1), "echo", func() []byte {
		p, _ := sample.AppendJSON(nil) // strings and numbers cannot fail
		return p
	}())
	if err != nil {
		b.Fatal(err)
	}
	line = append(line, '\n')
	var wg sync.WaitGroup
	wg.Go(func() {
		in := bufio.NewReader(x)
		for {
			s, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			if _, err := x.Write(s); err != nil {
				return
			}
		}
	})
	in := bufio.NewReader(y)
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := y.Write(line); err != nil {
			b.Fatal(err)
		}
		if _, err := in.ReadSlice('\n'); err != nil {
			b.Fatal(err)
		}
	}
	_ = y.Close()
	wg.Wait()
}
