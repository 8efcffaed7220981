package sse

import (
	"strings"
	"time"
)

// Event is one event of a stream. ID and Data are borrowed: they are good until the next call of the Reader, Data longer for who holds
// its block.
type Event struct {
	// Type is the name of the event; TypeMessage if the stream gave it none.
	Type string
	// ID is the last id that the stream has named, in this event or before; empty if it has named none, or taken it back.
	ID []byte
	// Data is the text, without the line break at its end. It may be empty. There is no room behind it: appending copies.
	Data []byte
	// Retry is how long to wait before connecting anew, as the stream has named it in this event or before; negative if it
	// has not.
	Retry time.Duration
}

// The types of events that MCP knows. Those of any other are to be ignored.
const (
	TypeMessage  = "message"  // a JSON-RPC message, or a batch; the type of events without a name
	TypeEndpoint = "endpoint" // the URI to POST to, in HTTP+SSE (rule C-02)
)

const (
	// MaxField is the size of the name or id of an event in bytes. An id goes back to the server in a header.
	MaxField = 4 << 10
	// MaxRetry is the longest time that Retry tells.
	MaxRetry = 24 * time.Hour
)

// Valid reports whether s can be the name or id of an event: it has no line breaks and no NUL, and is not longer than MaxField.
func Valid(s string) bool { return len(s) <= MaxField && !strings.ContainsAny(s, "\r\n\x00") }
