package sse

import (
	"bytes"
	"io"
	"strconv"
	"testing"

	"github.com/mcpwire/mcpwire/pool"
)

// message returns a JSON text of size bytes.
func message(size int) []byte {
	head, tail := `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"`, `"}]}}`
	return []byte(head + string(bytes.Repeat([]byte("x"), size-len(head)-len(tail))) + tail)
}

// endless is a stream of the same text again and again.
type endless struct {
	text []byte
	pos  int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		k := copy(p[n:], e.text[e.pos:])
		n += k
		e.pos = (e.pos + k) % len(e.text)
	}
	return n, nil
}

// alone gives a Reader one event with each read, as a server does that is not in a hurry.
type alone struct {
	text []byte
	pos  int
}

func (a *alone) Read(p []byte) (int, error) {
	n := copy(p, a.text[a.pos:])
	a.pos = (a.pos + n) % len(a.text)
	return n, nil
}

func BenchmarkReader(b *testing.B) {
	for _, size := range []int{256, 1 << 10, 64 << 10} {
		text := AppendEvent(nil, TypeMessage, "", message(size))
		crlf := bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		for name, src := range map[string]io.Reader{
			"LF": &endless{text: text}, "CRLF": &endless{text: crlf}, "CR": &endless{text: bytes.ReplaceAll(text, []byte("\n"), []byte("\r"))},
			"alone": &alone{text: text},
		} {
			b.Run(strconv.Itoa(size)+"/"+name, func(b *testing.B) {
				r := NewReader(src, Config{Pool: pool.New(pool.Config{})})
				defer r.Close()
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					if e, err := r.Next(); err != nil || len(e.Data) != size {
						b.Fatal(len(e.Data), err)
					}
				}
			})
		}
	}
}

func BenchmarkAppendEvent(b *testing.B) {
	for _, size := range []int{256, 1 << 10, 64 << 10} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			data := message(size)
			dst := AppendEvent(nil, TypeMessage, "stream-1/42", data)
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for b.Loop() {
				dst = AppendEvent(dst[:0], TypeMessage, "stream-1/42", data)
			}
		})
	}
}
