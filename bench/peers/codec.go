// Package peers puts the JSON codecs that are compared behind one interface, each in the modes that its users choose
// between. Nothing here is fit for production: the fast modes borrow and skip checks, and that is what is measured.
package peers

import (
	"errors"
	"reflect"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

// Codec is one codec in one mode. It keeps buffers between calls, so it serves one goroutine at a time.
type Codec interface {
	// Name is the library and the mode, for example "sonic-nocopy". It is fit for the name of a sub-benchmark.
	Name() string
	// Strictness lists what Decode and Encode check, found out by trying; see Probe.
	Strictness() string
	// Decode reads data into a target that NewTarget made. The target may borrow data.
	// ErrUnsupported means that the codec has no code for the target's type.
	Decode(data []byte, into any) error
	// Encode returns v, a target that Decode has filled, as JSON. The bytes are valid until the next call.
	Encode(v any) ([]byte, error)
}

// ErrUnsupported is the answer of hand-written codecs to types they were not written for.
var ErrUnsupported = errors.New("peers: type not supported by this codec")

// View says which part of a message is decoded.
type View uint8

// The views.
const (
	// Payload is the params, result or error object alone.
	Payload View = iota
	// Whole is the message with its envelope, all of it typed.
	Whole
	// Outer is the message with its envelope typed and its payload raw: what a router needs.
	Outer
)

// Data returns the bytes of m that a codec gets to see.
func (v View) Data(m corpus.Message) []byte {
	if v == Payload {
		return m.Payload()
	}
	return m.Data
}

// Targeter is a Codec with target types of its own. A nil target means that it has none.
type Targeter interface {
	NewTarget(m corpus.Message, view View) any
}

// SelfResetter is a Codec whose Decode leaves nothing behind of what the target held before.
type SelfResetter interface {
	ResetsTarget()
}

// NewTarget returns a pointer to an empty value for c to decode view of m into, or nil if c has none.
func NewTarget(c Codec, m corpus.Message, view View) any {
	if own, ok := c.(Targeter); ok {
		return own.NewTarget(m, view)
	}
	switch view {
	case Payload:
		return m.NewMirror()
	case Whole:
		return m.NewEnvelopeMirror()
	default:
		return new(Envelope)
	}
}

// Resetter returns a function that makes target as good as new, for use before every Decode. Most codecs leave
// members alone that the input lacks, so a target used again without it would hold a mixture.
func Resetter(c Codec, target any) func() {
	if _, ok := c.(SelfResetter); ok {
		return func() {}
	}
	return reflect.ValueOf(target).Elem().SetZero
}

// All returns every codec, the baseline encoding/json first. Each call returns fresh ones.
func All() []Codec {
	var all []Codec
	all = append(all, standard()...)
	all = append(all, goccyCodecs()...)
	all = append(all, sonicCodecs()...)
	all = append(all, segmentioCodecs()...)
	all = append(all, newEasyJSON(), newJX())
	return append(all, mcpwireCodecs()...)
}

// Routers returns the codecs that can do Outer: All, and those that can do nothing else.
func Routers() []Codec { return append(All(), newGJSON()) }

// funcs is a Codec made of a library's functions. It decodes into the mirrors.
type funcs struct {
	name   string
	decode func(data []byte, into any) error
	// encode puts its result into *buf, and may use what *buf has room for.
	encode func(buf *[]byte, v any) error
	buf    []byte
}

func (c *funcs) Name() string       { return c.name }
func (c *funcs) Strictness() string { return Probe(c).String() }

func (c *funcs) Decode(data []byte, into any) error { return c.decode(data, into) }

func (c *funcs) Encode(v any) ([]byte, error) {
	c.buf = c.buf[:0]
	err := c.encode(&c.buf, v)
	return c.buf, err
}

// fresh adapts a Marshal function, which allocates its result.
func fresh(marshal func(any) ([]byte, error)) func(*[]byte, any) error {
	return func(buf *[]byte, v any) (err error) {
		*buf, err = marshal(v)
		return err
	}
}
