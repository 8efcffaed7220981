package contract

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// events is the framing of the event streams that the servers of this package write: lines end with LF, an event has
// one line of data. endpoint gets the data of the event that has this name; comments are no messages.
func events(endpoint func(string)) framing {
	return func(buf []byte) (frame []byte, n int) {
		i := bytes.Index(buf, []byte("\n\n"))
		if i < 0 {
			return nil, 0
		}
		var name, data []byte
		for line := range bytes.SplitSeq(buf[:i], []byte("\n")) {
			if v, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
				name = v
			}
			if v, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
				data = v
			}
		}
		if string(name) == "endpoint" {
			endpoint(string(data))
			return nil, i + 2
		}
		return data, i + 2
	}
}

// appendEvent appends an event. data has no line breaks.
func appendEvent(dst []byte, name string, data []byte) []byte {
	dst = append(dst, "event: "+name+"\ndata: "...)
	dst = append(dst, data...)
	return append(dst, "\n\n"...)
}

// readBody reads a whole body, of a size that is known or not, into a block.
func readBody(p *pool.Pool, body io.Reader, length, limit int64) (b *block, frame []byte, err error) {
	if length > limit {
		return nil, nil, transport.TooLarge("body", length, limit)
	}
	size := max(length, 0) + 1 // room to see the end
	b = newBlock(p, int(size))
	n := 0
	for {
		if n == len(b.mem) {
			if int64(n) > limit {
				b.drop()
				return nil, nil, transport.TooLarge("body", -1, limit)
			}
			larger := newBlock(p, 2*n)
			copy(larger.mem, b.mem)
			b.drop()
			b = larger
		}
		k, err := body.Read(b.mem[n:])
		n += k
		if errors.Is(err, io.EOF) {
			return b, b.mem[:n], nil
		}
		if err != nil {
			b.drop()
			return nil, nil, err
		}
	}
}

// Header values that are shared by all responses and requests, as net/http allows if nobody changes them.
var (
	typeJSON   = []string{"application/json"}
	typeEvents = []string{"text/event-stream"}
	noCache    = []string{"no-cache"}
)

func eventHeaders(h http.Header) {
	h["Content-Type"] = typeEvents
	h["Cache-Control"] = noCache
}
