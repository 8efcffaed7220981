package transports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// errNotAnswer says that a line is a notification, which no load asked for and which does no harm.
var errNotAnswer = errors.New("not an answer")

// checker compares answers with what has to come back. A server writes its answers in one form, where only the id changes:
// the first is taken apart and checked in every respect, and then serves as the pattern for byte-wise comparison,
// which costs all rows the same and next to nothing.
type checker struct {
	text    string // what the tool has to answer
	echo    bool   // the answer is the request itself
	pattern []byte // the last answer that was checked in full
	idAt    int    // where its id begins
}

// check returns the id of the answer in line.
func (c *checker) check(line []byte) (int, error) {
	if end := c.idAt + idDigits; c.pattern != nil && len(line) == len(c.pattern) &&
		bytes.Equal(line[:c.idAt], c.pattern[:c.idAt]) && bytes.Equal(line[end:], c.pattern[end:]) {
		return parseID(line[c.idAt:end])
	}
	return c.learn(line)
}

// learn checks an answer in full and makes it the pattern.
func (c *checker) learn(line []byte) (int, error) {
	var m struct {
		JSONRPC string `json:"jsonrpc"`
		ID      *int   `json:"id"`
		Method  string `json:"method"`
		Params  struct {
			Arguments struct {
				Text string `json:"text"`
			} `json:"arguments"`
		} `json:"params"`
		Result *struct {
			IsError bool `json:"isError"`
			Content []struct {
				Type string `json:"type"`
				Text string `json:"text"`
			} `json:"content"`
		} `json:"result"`
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return 0, fmt.Errorf("answer %s: %w", excerpt(line), err)
	}
	switch {
	case m.ID == nil && m.Method != "":
		return 0, errNotAnswer
	case m.JSONRPC != "2.0" || m.ID == nil || c.echo != (m.Method != "") || c.echo != (m.Result == nil):
		return 0, fmt.Errorf("not the answer to a call: %s", excerpt(line))
	case c.echo && m.Params.Arguments.Text != c.text:
		return 0, fmt.Errorf("another text came back: %s", excerpt(line))
	case !c.echo && (m.Result.IsError || len(m.Result.Content) != 1 || m.Result.Content[0].Type != "text" || m.Result.Content[0].Text != c.text):
		return 0, fmt.Errorf("not the one text that was asked for: %s", excerpt(line))
	}
	member := `"id":` + strconv.Itoa(*m.ID)
	if at := bytes.Index(line, []byte(member)); at >= 0 && len(member) == len(`"id":`)+idDigits {
		c.pattern, c.idAt = bytes.Clone(line), at+len(`"id":`)
	}
	return *m.ID, nil
}

// excerpt is enough of a line to recognize it.
func excerpt(line []byte) string {
	const most = 200
	if len(line) <= most {
		return strconv.Quote(string(line))
	}
	return strconv.Quote(string(line[:most])) + "..."
}

// arrivals keeps track of which answers have come.
type arrivals struct {
	first int // the id of the first request
	seen  []uint64
	count int
}

// reset makes room for the answers to n requests with ids from first on.
func (a *arrivals) reset(first, n int) {
	words := (n + 63) / 64
	if cap(a.seen) < words {
		a.seen = make([]uint64, words)
	}
	a.seen = a.seen[:words]
	clear(a.seen)
	a.first, a.count = first, 0
}

// add notes the answer to id, of which sent requests are on their way or answered.
func (a *arrivals) add(id, sent int) error {
	n := id - a.first
	if n < 0 || n >= sent {
		return fmt.Errorf("an answer to request %d, which was not sent", id)
	}
	if a.seen[n/64]&(1<<(n%64)) != 0 {
		return fmt.Errorf("a second answer to request %d", id)
	}
	a.seen[n/64] |= 1 << (n % 64)
	a.count++
	return nil
}

// checkInitialize looks for an answer to initialize that agrees on the revision.
func checkInitialize(line []byte) error {
	var m struct {
		ID     int `json:"id"`
		Result struct {
			ProtocolVersion string `json:"protocolVersion"`
		} `json:"result"`
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return fmt.Errorf("answer to initialize %s: %w", excerpt(line), err)
	}
	if m.ID != 1 || m.Result.ProtocolVersion != "2025-11-25" {
		return fmt.Errorf("answer to initialize: %s", excerpt(line))
	}
	return nil
}
