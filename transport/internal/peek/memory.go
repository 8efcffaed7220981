package peek

import (
	"bytes"
	"strings"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// Memory remembers what the _meta of one message said. A client of a modern revision says the same of itself in each request, so that nearly
// all of them need no more than a comparison. The zero Memory is empty. It may be used by many at the same time.
type Memory struct {
	last   atomic.Pointer[remembered]
	missed atomic.Uint32
}

// remembered is a _meta and what it says, in memory of its own. It is not changed any more.
type remembered struct {
	text []byte
	says Meta
}

const (
	maxRemembered = 1 << 10 // bytes of a _meta
	// learnEvery is how many messages in a row say something else before the next of them is remembered: where they all differ, as with
	// progress tokens, learning would cost more than it saves.
	learnEvery = 32
)

// Read returns what the _meta of a message's params says, as [Meta.Read] does, into room or what is remembered. It must not be changed, and
// borrows the message.
func (y *Memory) Read(of *jsonrpc.Message, room *Meta) (*Meta, error) {
	raw, err := of.Meta()
	if err != nil {
		return nil, err
	}
	text := raw.Bytes()
	if last := y.last.Load(); last != nil && len(text) > 0 && bytes.Equal(text, last.text) {
		return &last.says, nil
	}
	if err := room.Read(of); err != nil {
		return nil, err
	}
	if room.Modern && len(text) <= maxRemembered && y.missed.Add(1)%learnEvery == 1 {
		y.last.Store(&remembered{bytes.Clone(text), room.clone()})
	}
	return room, nil
}

// clone returns what m says in memory of its own.
func (m *Meta) clone() Meta {
	c := *m
	c.Version, c.LogLevel = strings.Clone(m.Version), strings.Clone(m.LogLevel)
	c.Capabilities, c.Token, c.Subscription = m.Capabilities.Clone(), m.Token.Clone(), m.Subscription.Clone()
	return c
}
