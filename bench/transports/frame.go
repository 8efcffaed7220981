package transports

import (
	"fmt"
	"strings"
	"time"
)

// Ids have nine digits from the first to the last, so all frames of a load have one length and only these digits differ.
const (
	firstID  = 100_000_000
	idDigits = 9
	maxCount = 1 << 20 // requests of one load, at most
)

// Era is the family of protocol revisions that a row speaks.
type Era string

// The eras: with a handshake, or with the revision in every request.
const (
	Legacy Era = "legacy"
	Modern Era = "modern"
)

// toolName is the one tool that every server has: it answers with the text that it is called with.
const toolName = "echo"

const (
	beforeID = `{"jsonrpc":"2.0","id":`
	// modernMeta is what a request of 2026-07-28 has to say of its sender.
	modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},`

	initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},` +
		`"clientInfo":{"name":"load","version":"1.0.0"}}}` + "\n"
	initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n"
)

// frame is a tools/call request as one line, with an id that can be overwritten in place.
type frame struct {
	line   []byte
	text   string // the tool's argument
	json   string // the same as JSON has it, without quotes
	stream bool   // the answer is to be an event stream
	ttl    time.Duration
	narrow bool
}

// body returns the request without its line break, as HTTP carries it.
func (f frame) body() []byte { return f.line[:len(f.line)-1] }

// newFrame returns a request whose line has s.Size bytes, line break included.
func newFrame(era Era, s Scenario) (frame, error) {
	size := s.Size
	meta := ""
	if era == Modern {
		meta = modernMeta
	}
	head := fmt.Sprintf(`%s%d,"method":"tools/call","params":{%s"name":"`+toolName+`","arguments":{"text":"`, beforeID, firstID, meta)
	const tail = `"}}}` + "\n"
	room := size - len(head) - len(tail)
	if room < 1 {
		return frame{}, fmt.Errorf("a %s request has no room for text in %d bytes", era, size)
	}
	f := frame{text: cleanText(room), stream: s.Stream, ttl: s.TTL, narrow: s.Narrow}
	if f.json = f.text; s.Dense {
		f.text, f.json = denseText(room)
	}
	f.line = []byte(head + f.json + tail)
	return f, nil
}

// denseText returns text that takes n bytes of JSON, with an escape in every few of them, as source code has it.
func denseText(n int) (text, json string) {
	const line, escaped = "\tif s == \"a\\b\" {\n", `\tif s == \"a\\b\" {\n`
	k := n / len(escaped)
	rest := cleanText(n - k*len(escaped))
	return strings.Repeat(line, k) + rest, strings.Repeat(escaped, k) + rest
}

// cleanText returns n bytes of prose without anything that JSON, or a careful encoder, would escape.
func cleanText(n int) string {
	const sentence = "Rain is expected over the northern hills by noon, with a light wind from the west and ten degrees in the valley. "
	return strings.Repeat(sentence, n/len(sentence)+1)[:n]
}

// repeat returns n copies of the frame's line in one piece, for putID to number.
func (f frame) repeat(n int) []byte {
	out := make([]byte, 0, n*len(f.line))
	for range n {
		out = append(out, f.line...)
	}
	return out
}

// putID writes an id of nine digits into the line.
func putID(line []byte, id int) {
	for i := len(beforeID) + idDigits - 1; i >= len(beforeID); i-- {
		line[i] = byte('0' + id%10)
		id /= 10
	}
}

// parseID reads an id of nine digits.
func parseID(digits []byte) (int, error) {
	id := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("id %q is none of ours", digits)
		}
		id = id*10 + int(c-'0')
	}
	return id, nil
}
