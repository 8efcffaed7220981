package sse

import (
	"bytes"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

const byteOrderMark = "\xef\xbb\xbf"

// line returns the first line of what is to be read, without its end, as indexes into the block: start is -1 if there is no whole one,
// equal to end for a blank one.
func (r *Reader) line() (start, end int) {
	if r.b == nil {
		return -1, -1
	}
	mem := r.b.Mem[:r.to]
	if !r.begun && !r.begin(mem) {
		return -1, -1
	}
	for r.pos < r.to {
		if r.afterCR {
			r.afterCR = false
			if mem[r.pos] == '\n' {
				r.pos++
				continue
			}
		}
		start, end = r.pos, r.ends.next(mem, r.pos)
		if end < 0 {
			break
		}
		r.pos, r.afterCR = end+1, mem[end] == '\r'
		if !r.cut {
			return start, end
		}
		r.cut = false
		if r.cutData {
			r.lose(mem[start:end])
		}
	}
	if r.cut {
		if r.cutData {
			r.lose(mem[r.pos:])
		}
		r.pos = r.to
	}
	return -1, -1
}

// begin skips the byte order mark, if the stream begins with one. It reports whether enough is there to see.
func (r *Reader) begin(mem []byte) bool {
	head := mem[r.pos:min(r.pos+len(byteOrderMark), len(mem))]
	if len(head) < len(byteOrderMark) && string(head) == byteOrderMark[:len(head)] {
		return false
	}
	r.begun = true
	if string(head) == byteOrderMark {
		r.pos += len(byteOrderMark)
	}
	return true
}

// split returns the name and the value of the field in a line.
func split(line []byte) (name, value []byte) {
	i := bytes.IndexByte(line, ':')
	if i < 0 {
		return line, line[len(line):]
	}
	name, value = line[:i], line[i+1:]
	if len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	return name, value
}

// field takes in a line that is not blank.
func (r *Reader) field(start, end int) error {
	line := r.b.Mem[start:end]
	name, value := split(line)
	if !r.fits(len(line)) {
		return r.overLimit(name, value)
	}
	if !r.lost && line[0] != ':' {
		r.size += len(line) + 1
	}
	switch string(name) {
	case "data":
		r.data(value, end)
	case "event":
		return r.event(value)
	case "id":
		return r.newID(value)
	case "retry":
		r.setRetry(value)
	}
	return nil // any other is ignored, as are comments: their name is empty
}

// data takes in a value that ends at the index end. The first one stays where it is; others move up behind what there is, which is always shorter
// than the lines that it was in.
func (r *Reader) data(value []byte, end int) {
	switch {
	case r.lost:
		r.lose(value)
	case !r.hasData:
		r.hasData, r.from, r.at = true, end-len(value), end
	default:
		r.b.Mem[r.at] = '\n'
		r.at += 1 + copy(r.b.Mem[r.at+1:], value)
	}
}

func (r *Reader) event(value []byte) error {
	switch {
	case r.lost:
	case len(value) > MaxField:
		return r.giveUp(transport.TooLarge("name of an event", int64(len(value)), MaxField))
	case string(value) == TypeMessage: // constants cost no memory
		r.kind = TypeMessage
	case string(value) == TypeEndpoint:
		r.kind = TypeEndpoint
	default:
		if string(value) != r.lastKind {
			r.lastKind = string(value)
		}
		r.kind = r.lastKind
	}
	return nil
}

func (r *Reader) newID(value []byte) error {
	switch {
	case bytes.IndexByte(value, 0) >= 0: // such a field is ignored
	case len(value) > MaxField && r.lost: // it is what failed already
	case len(value) > MaxField:
		return r.giveUp(transport.TooLarge("id of an event", int64(len(value)), MaxField))
	default:
		r.id, r.hasID = append(r.id[:0], value...), true
	}
	return nil
}

func (r *Reader) setRetry(value []byte) {
	if len(value) == 0 {
		return
	}
	const most = int64(MaxRetry / time.Millisecond)
	n := int64(0)
	for _, c := range value {
		if c < '0' || c > '9' {
			return
		}
		n = min(10*n+int64(c-'0'), most)
	}
	r.retry = time.Duration(n) * time.Millisecond
}

// dispatch ends the event, and returns it if there is something to be told of it.
func (r *Reader) dispatch() (e Event, ok bool) {
	if r.hasID {
		r.id, r.lastID, r.hasID = r.lastID, r.id, false
	}
	if ok = r.hasData; ok {
		e = Event{Type: r.kind, ID: r.lastID, Data: r.b.Mem[r.from:r.at:r.at], Retry: r.retry}
		if e.Type == "" {
			e.Type = TypeMessage
		}
	}
	r.hasData, r.lost, r.kind, r.size = false, false, "", 0
	return e, ok
}
