package sse

import (
	"slices"
	"strconv"
	"time"
)

// AppendEvent appends an event. event is its type and id its id, "" for none; one that is not Valid is left out, and the event is then of
// TypeMessage, or leaves the last id of its stream as it is. data may be any text, also none: there is always a line of it. A line break in
// it, be it CR, LF or CRLF, begins another line.
func AppendEvent(dst []byte, event, id string, data []byte) []byte {
	dst = appendFields(slices.Grow(dst, len(event)+len(id)+len(data)+len("event: \nid: \ndata: \n\n")), event, id)
	var ends breaks
	for pos := 0; ; {
		dst = append(dst, "data: "...)
		end := ends.next(data, pos)
		if end < 0 {
			dst = append(dst, data[pos:]...)
			return AppendEnd(dst)
		}
		dst = append(dst, data[pos:end]...)
		dst = append(dst, '\n')
		pos = end + 1
		if data[end] == '\r' && pos < len(data) && data[pos] == '\n' {
			pos++
		}
	}
}

// AppendStart appends the beginning of an event, as AppendEvent does, up to its data. What is appended next is the data, which must
// have no CR or LF, and then AppendEnd. So a message is encoded to where it is sent from.
func AppendStart(dst []byte, event, id string) []byte {
	return append(appendFields(dst, event, id), "data: "...)
}

// AppendEnd appends the end of an event that AppendStart has begun.
func AppendEnd(dst []byte) []byte { return append(dst, "\n\n"...) }

// AppendRetry appends the time to wait before connecting anew, in whole milliseconds, rounded up; one that is negative counts as
// 0, and one above MaxRetry as that. It is an event of its own that nothing is dispatched for.
func AppendRetry(dst []byte, d time.Duration) []byte {
	d = min(max(d, 0), MaxRetry)
	dst = append(dst, "retry: "...)
	dst = strconv.AppendInt(dst, int64((d+time.Millisecond-1)/time.Millisecond), 10)
	return append(dst, "\n\n"...)
}

// AppendComment appends a comment, which readers ignore. Line breaks in text become spaces. It must not be put inside of an event.
func AppendComment(dst []byte, text string) []byte {
	dst = append(dst, ": "...)
	start := len(dst)
	dst = append(dst, text...)
	for i, c := range dst[start:] {
		if c == '\r' || c == '\n' {
			dst[start+i] = ' '
		}
	}
	return AppendEnd(dst)
}

func appendFields(dst []byte, event, id string) []byte {
	if event != "" && Valid(event) {
		dst = append(dst, "event: "...)
		dst = append(dst, event...)
		dst = append(dst, '\n')
	}
	if id != "" && Valid(id) {
		dst = append(dst, "id: "...)
		dst = append(dst, id...)
		dst = append(dst, '\n')
	}
	return dst
}
