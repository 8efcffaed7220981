package transport

import (
	"bytes"
	"context"
	"strconv"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/block"
)

// A line that is longer than a message may be is not kept. It is read to its end all the same, and looked through for its id,
// so that only the call or request that it belongs to fails, and at once (rule B-18).

// skipper is what is known of such a line.
type skipper struct {
	find    idFinder
	refused bool // the error was sent
	size    int64
}

// giveUp begins to skip a line that is too long, though it has no end yet. What there is of it is looked through and dropped.
func (s *stream) giveUp() {
	have, limit := s.to-s.from, s.p.opts.Limits.Message
	if s.skip != nil || have <= limit+1 || len(s.b.Mem)-s.to >= minRead { // +1: the CR of a CRLF
		return
	}
	s.skip = new(skipper)
	s.feed(s.b.Mem[s.from:s.to])
	s.p.observe(Observation{Event: BadMessage, Bytes: have, Err: TooLarge("message", -1, int64(limit))})
	s.skip.refused = s.refuseLong(&s.skip.find, -1)
	s.b.Drop()
	s.b = block.New(s.p.pool, firstBlock)
	s.from, s.to, s.scanned = 0, 0, 0
}

func (s *stream) feed(b []byte) {
	s.skip.size += int64(len(b))
	s.skip.find.feed(b)
}

// skipped is line while a line is given up: it returns the rest of it as a blank one.
func (s *stream) skipped() ([]byte, int) {
	rest := s.b.Mem[s.from:s.to]
	i := bytes.IndexByte(rest, '\n')
	if i < 0 {
		s.feed(rest)
		s.advance(len(rest))
		return nil, 0
	}
	s.feed(rest[:i])
	if !s.skip.refused {
		s.refuseLong(&s.skip.find, s.skip.size)
	}
	s.skip = nil
	return nil, i + 1
}

// tooLong refuses a line that is there to its end.
func (s *stream) tooLong(frame []byte, size int, n *uint64) bool {
	var f idFinder
	f.feed(frame)
	length := int64(len(frame))
	s.p.observe(Observation{
		Event: BadMessage, Bytes: len(frame),
		Err: TooLarge("message", length, int64(s.p.opts.Limits.Message)),
	})
	s.advance(size)
	s.refuseLong(&f, length)
	return s.flush(n)
}

// tooLong is the answer to a request that is too large. It says what fits, as that of the HTTP transports does.
func (p *peer) tooLong() *jsonrpc.Error {
	limit := strconv.Itoa(p.opts.Limits.Message)
	return jsonrpc.NewError(jsonrpc.CodeParseError, "the message is too large: the limit is "+limit+" bytes", nil)
}

// refuseLong fails the call that the line was to answer, or answers the request that it was. size is that of the line, or -1 before
// its end: then an id may still be to come, and a server says at once that something was refused, and later what. It
// reports whether there is nothing more to say.
func (s *stream) refuseLong(f *idFinder, size int64) bool {
	p, atEnd := s.p, size >= 0
	id, ok := f.found()
	switch {
	case ok && !f.method:
		if !atEnd {
			return false // a method may come
		}
		if n, ok := id.Int64(); ok {
			p.lose(n, TooLarge("message", size, int64(p.opts.Limits.Message)))
		}
	case p.client && !ok, p.client && p.isModern():
		return false
	case ok:
		p.mu.Lock()
		if p.requests.find(id) != nil { // the answer to that one is still to come
			id = jsonrpc.ID{}
		}
		p.mu.Unlock()
		s.holdError(id, p.tooLong())
	case !atEnd || s.skip == nil: // the first that is said of it
		s.holdError(id, p.tooLong())
		return atEnd
	}
	return true
}

func (p *peer) isModern() bool {
	info := p.info.Load()
	return info != nil && info.Revision.Modern()
}

// Overlong looks through a message that is too large to be kept, for readers of streams that are not of lines. The call that it is to answer
// fails; if it is a request, it is refused.
type Overlong struct {
	c    *Conn
	find idFinder
	over bool
}

// Overlong begins to look through such a message, and tells the Observer of it.
func (c *Conn) Overlong() *Overlong {
	c.p.observe(Observation{Event: BadMessage, Err: TooLarge("message", -1, int64(c.p.opts.Limits.Message))})
	return &Overlong{c: c}
}

// Feed is given the text piece by piece. The call fails, with MessageTooLarge, as soon as it is known; a request gets an answer. Feed
// reports whether the text has come to its end.
func (o *Overlong) Feed(b []byte) (end bool) {
	o.find.feed(b)
	if id, ok := o.find.found(); ok && !o.over {
		switch {
		case o.find.method:
			o.c.refuseLong(id)
			o.over = true
		case o.find.answer:
			if n, ok := id.Int64(); ok {
				o.c.p.lose(n, TooLarge("message", -1, int64(o.c.p.opts.Limits.Message)))
			}
			o.over = true
		}
	}
	return o.find.depth <= 0
}

// refuseRequest answers a request of the server that is not handled, on a goroutine of its own.
func (c *Conn) refuseRequest(id jsonrpc.ID, e *jsonrpc.Error) {
	p := c.p
	p.mu.Lock()
	p.busy++
	p.mu.Unlock()
	go func() {
		defer p.leave()
		out := &outbox{p: p}
		buf, err := jsonrpc.AppendError(out.Begin(), id, e)
		if err != nil {
			out.Abort()
			return
		}
		ctx, stop := context.WithTimeout(context.Background(), p.opts.Timeouts.Write)
		defer stop()
		go func() {
			select {
			case <-p.Done(): // Close does not wait for it
				stop()
			case <-ctx.Done():
			}
		}()
		_ = out.Send(ctx, buf, Outgoing{Answer: true, Code: e.Code, Refused: true}) // the server will not wait for ever
	}()
}

// refuseLong answers a request that is too large, if it is to have an answer. It does not wait.
func (c *Conn) refuseLong(id jsonrpc.ID) {
	p := c.p
	p.mu.Lock()
	twice := p.requests.find(id) != nil // the answer to that one is still to come
	p.mu.Unlock()
	if !twice && !p.isModern() {
		c.refuseRequest(id.Clone(), p.tooLong())
	}
}

// idFinder finds the members id and method of an object whose text it is given piece by piece. It does not check the
// text: that is too long for it to matter.
type idFinder struct {
	method bool
	answer bool // there is a result or an error

	depth   int
	inText  bool
	escaped bool
	value   bool // what follows in the outer object is a value, not a key
	key     []byte
	id      []byte
	state   finderState
}

type finderState uint8

const (
	finderSkip  finderState = iota
	finderKey               // in a key of the outer object
	finderValue             // in the value of its id
)

// maxFound is the length of a key or id above which it is none that is looked for, in bytes.
const maxFound = 256

func (f *idFinder) feed(b []byte) {
	for len(b) > 0 {
		if f.state == finderSkip && !f.escaped {
			marks := `"{}[]:,`
			if f.inText {
				marks = `"\`
			}
			i := bytes.IndexAny(b, marks)
			if i < 0 {
				return
			}
			b = b[i:]
		}
		f.next(b[0])
		b = b[1:]
	}
}

func (f *idFinder) next(c byte) {
	f.keep(c)
	switch {
	case f.escaped:
		f.escaped = false
	case f.inText && c == '\\':
		f.escaped = true
	case c == '"':
		f.inText = !f.inText
		f.quote()
	case f.inText:
	case c == '{' || c == '[':
		f.depth++
	case c == '}' || c == ']':
		f.depth--
	case f.depth != 1:
	case c == ':':
		f.value = true
		switch string(f.key) {
		case `"method"`:
			f.method = true
		case `"result"`, `"error"`:
			f.answer = true
		}
		if f.state = finderSkip; string(f.key) == `"id"` {
			f.state, f.id = finderValue, f.id[:0]
		}
	case c == ',':
		f.value, f.key = false, f.key[:0]
	}
}

// quote is called behind a quote that begins or ends a text.
func (f *idFinder) quote() {
	switch {
	case f.depth != 1 || f.value:
	case f.inText:
		f.state, f.key = finderKey, append(f.key[:0], '"')
	default:
		f.state = finderSkip
	}
}

// keep keeps c if it belongs to what is looked for.
func (f *idFinder) keep(c byte) {
	switch f.state {
	case finderKey:
		if len(f.key) < maxFound {
			f.key = append(f.key, c)
		}
	case finderValue:
		if !f.inText && (c == ',' || c == '}') {
			f.state = finderSkip
			return
		}
		if len(f.id) < maxFound {
			f.id = append(f.id, c)
		}
	}
}

// found returns the id, if there is one that is whole.
func (f *idFinder) found() (jsonrpc.ID, bool) {
	if len(f.id) == 0 || len(f.id) == maxFound || f.state == finderValue {
		return jsonrpc.ID{}, false
	}
	var (
		d  codec.Decoder
		id jsonrpc.ID
	)
	d.Reset(bytes.Clone(f.id))
	if id.DecodeJSON(&d) != nil || d.End() != nil {
		return jsonrpc.ID{}, false
	}
	return id, true
}
