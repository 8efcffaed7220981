package jsonrpc

import (
	"bytes"
	"strings"

	"github.com/mcpwire/mcpwire/codec"
)

// Kind is what a message is.
type Kind uint8

// The kinds of messages.
const (
	Invalid      Kind = iota
	Request           // method and id
	Notification      // method without id
	Response          // result or error
)

var kindNames = [...]string{"invalid message", "request", "notification", "response"}

// String returns the kind's name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown kind"
}

// Message is a JSON-RPC message, as Scan found it. All of it is borrowed from the frame. What it holds after an
// error, Scan says.
type Message struct {
	Kind   Kind
	ID     ID // zero for a notification and for an error that answers no request in particular
	Method string
	Params codec.Raw // zero if absent
	Result codec.Raw
	Err    codec.Raw // the error object

	frame      []byte
	id, method span                   // where their values stand in frame
	noted      [notedParams]codec.Raw // members of the params, by the index of notedParam
	info       *Info
	payload    uint32                    // where in frame the params or the result begin
	long       struct{ from, to uint32 } // a long string, as codec.Decoder.LongText has it; of frames below 4 GiB
	once       uint8                     // a bit for each of noted that is there
	twice      uint8                     // and for each that comes more than once
	lines      bool
}

// span is a piece of a frame; empty if to is 0.
type span struct{ from, to int }

var noInfo Info

// Info returns what the transport knows of the sender; never nil.
func (m *Message) Info() *Info {
	if m.info == nil {
		return &noInfo
	}
	return m.info
}

// SetInfo sets what Info returns. Transports call it before ServeMessage.
func (m *Message) SetInfo(i *Info) { m.info = i }

// Clone returns a Message with memory of its own, to keep after the frame is gone. The Info is shared.
func (m *Message) Clone() *Message {
	c := *m
	c.ID, c.Method = m.ID.Clone(), strings.Clone(m.Method)
	c.Params, c.Result, c.Err = m.Params.Clone(), m.Result.Clone(), m.Err.Clone()
	for i := range m.noted {
		c.noted[i] = m.noted[i].Clone()
	}
	c.frame = bytes.Clone(m.frame)
	return &c
}

// Frame returns the whole message as it was scanned, borrowed; nil if Scan did not accept it.
func (m *Message) Frame() []byte { return m.frame }

// LineBreaks reports whether the frame holds a raw CR or LF. In valid JSON that is white space
// between tokens, which a line framing may overwrite with spaces.
func (m *Message) LineBreaks() bool { return m.lines }

// notedParam returns the index of a member of params that transports look at, -1 for others.
func notedParam(name string) int {
	switch name {
	case "_meta":
		return 0
	case "name":
		return 1
	case "uri":
		return 2
	case "taskId":
		return 3
	}
	return -1
}

const notedParams = 4

func (m *Message) dropParams() {
	m.Params, m.noted, m.once, m.twice = codec.Raw{}, [notedParams]codec.Raw{}, 0, 0
}

// Meta returns the _meta of the params, borrowed; zero if there is none. It is an error if it comes twice, since readers
// could disagree about it.
func (m *Message) Meta() (codec.Raw, error) { return m.Param("_meta") }

// Param returns the member of the params that has this name, as Meta does. _meta, name, uri and taskId, which transports look at, were noted by
// Scan and cost nothing; another one is looked for.
func (m *Message) Param(name string) (value codec.Raw, err error) {
	if i := notedParam(name); i >= 0 {
		if m.twice&(1<<i) != 0 {
			return codec.Raw{}, &codec.Error{Offset: -1, Pointer: "/params/" + name, Err: codec.ErrDuplicate}
		}
		return m.noted[i], nil
	}
	if m.Params.IsZero() {
		return codec.Raw{}, nil
	}
	var (
		d    codec.Decoder
		seen uint64
	)
	d.ResetRaw(m.Params)
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key != name {
			d.Skip()
			continue
		}
		d.Once(&seen, 1)
		value = d.Raw()
	}
	if err := d.Err(); err != nil {
		return codec.Raw{}, codec.At(err, "params")
	}
	return value, nil
}

// emptyObject stands for parameters or results that are absent.
var emptyObject = mustRaw("{}")

func mustRaw(s string) codec.Raw {
	r, err := codec.ParseRaw([]byte(s))
	if err != nil {
		panic(err) // a literal of this package
	}
	return r
}

// DecodeParams decodes the parameters into v; absent ones count as {}. v borrows the message and d. The
// bytes are not checked again: Scan has done that.
func (m *Message) DecodeParams(d *codec.Decoder, v codec.Decodable) error {
	m.reset(d, m.Params)
	return d.Decode(v)
}

// DecodeResult decodes the result into v, which then borrows the message and d.
func (m *Message) DecodeResult(d *codec.Decoder, v codec.Decodable) error {
	m.reset(d, m.Result)
	return d.Decode(v)
}

// ResetParams makes d read the parameters; absent ones count as {}. It is for generated code, which then decodes them.
func (m *Message) ResetParams(d *codec.Decoder) { m.reset(d, m.Params) }

// ResetResultCopy makes d read a copy of the result, in memory that d keeps, and returns the copy. It is for generated code, which then decodes
// it.
func (m *Message) ResetResultCopy(d *codec.Decoder) codec.Raw {
	r := d.ResetCopy(m.Result)
	if m.long.to > 0 {
		m.know(d, m.Result)
	}
	return r
}

func (m *Message) reset(d *codec.Decoder, r codec.Raw) {
	if r.IsZero() {
		r = emptyObject
	}
	d.ResetRaw(r)
	if m.long.to > 0 {
		m.know(d, r)
	}
}

// know tells d, which reads r or a copy of it, what Scan has found out about r. r may be another one by now.
func (m *Message) know(d *codec.Decoder, r codec.Raw) {
	b := r.Bytes()
	at := int(m.payload)
	if n := len(b); n > 0 && n <= len(m.frame)-at && &b[0] == &m.frame[at] {
		d.KnowText(int(m.long.from)-at, int(m.long.to)-at)
	}
}

// DecodeError decodes the error object of a response into e, which then borrows the message.
func (m *Message) DecodeError(e *Error) error {
	var d codec.Decoder
	d.ResetRaw(m.Err)
	if err := e.DecodeJSON(&d); err != nil {
		return err
	}
	return d.End()
}
