package peers

import (
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

// Checks is what a codec does about bad input. Every field is the outcome of a trial, not of reading its manual.
type Checks struct {
	// DecodeUTF8: invalid UTF-8 in a string is refused or replaced.
	DecodeUTF8 bool
	// DecodeRaw: a raw value is checked against the grammar.
	DecodeRaw bool
	// DecodeRawUTF8: invalid UTF-8 inside a raw value is refused.
	DecodeRawUTF8 bool
	// DecodeSkipped: the value of an unknown member is checked against the grammar.
	DecodeSkipped bool
	// DecodeControl: a control character in a string is refused.
	DecodeControl bool
	// DecodeDuplicate: a member that comes twice is refused.
	DecodeDuplicate bool
	// DecodeCase: "Name" does not fill name.
	DecodeCase bool
	// EncodeUTF8: a Go string with invalid UTF-8 is refused or repaired.
	EncodeUTF8 bool
	// EncodeRaw: a raw value is checked against the grammar.
	EncodeRaw bool
}

// SafeDecode reports whether c may read what strangers send: raw values are checked and bad UTF-8 does not get through.
func (c Checks) SafeDecode() bool { return c.DecodeUTF8 && c.DecodeRaw }

// SafeEncode reports whether what c writes is always JSON.
func (c Checks) SafeEncode() bool { return c.EncodeUTF8 && c.EncodeRaw }

// String names the checks that are made, for decoding and after a slash for encoding.
func (c Checks) String() string {
	decode := names([]string{"utf8", "raw", "rawutf8", "skip", "ctrl", "dup", "case"},
		c.DecodeUTF8, c.DecodeRaw, c.DecodeRawUTF8, c.DecodeSkipped, c.DecodeControl, c.DecodeDuplicate, c.DecodeCase)
	return decode + " / " + names([]string{"utf8", "raw"}, c.EncodeUTF8, c.EncodeRaw)
}

func names(all []string, set ...bool) string {
	var made []string
	for i, ok := range set {
		if ok {
			made = append(made, all[i])
		}
	}
	if made == nil {
		return "nothing"
	}
	return strings.Join(made, " ")
}

// RawSetter is a Codec whose targets hold raw values as something else than bytes. SetRaw puts raw, which may be anything but JSON, into
// the target for the params of tools/call, as their arguments.
type RawSetter interface {
	SetRaw(target any, raw []byte)
}

// Probe feeds c bad input to see what it checks.
func Probe(c Codec) Checks {
	p := prober{codec: c, view: Payload, raw: "arguments", text: "Name", key: "name"}
	if NewTarget(c, p.message(), Payload) == nil {
		p.view, p.raw, p.text, p.key = Outer, "params", "Method", "method"
	}
	return Checks{
		DecodeUTF8:      p.repairs(`{"KEY":"a` + "\xff" + `b"}`),
		DecodeRaw:       p.refuses(`{"RAW":{"a":tru}}`) && p.refuses(`{"RAW":{"a":01}}`) && p.refuses(`{"RAW":[1 2]}`),
		DecodeRawUTF8:   p.refuses(`{"RAW":{"a":"` + "\xff" + `"}}`),
		DecodeSkipped:   p.refuses(`{"zzz":{"a":tru}}`) && p.refuses(`{"zzz":[1 2]}`) && p.refuses(`{"zzz":01}`),
		DecodeControl:   p.refuses(`{"KEY":"a` + "\x01" + `b"}`),
		DecodeDuplicate: p.refuses(`{"KEY":"a","KEY":"b"}`),
		DecodeCase:      p.ignores(strings.ReplaceAll(`{"KEY":"a"}`, "KEY", p.text)),
		EncodeUTF8:      p.writesText("a\xffb"),
		EncodeRaw:       p.refusesRaw(`{"a":tru}`),
	}
}

// prober tries a codec on the params of tools/call, or on the envelope if it cannot do those.
type prober struct {
	codec          Codec
	view           View
	raw, text, key string
}

func (prober) message() corpus.Message {
	return corpus.Message{Method: "tools/call", Kind: corpus.Request}
}

func (p prober) decode(input string) (text string, err error) {
	target := NewTarget(p.codec, p.message(), p.view)
	input = strings.NewReplacer("RAW", p.raw, "KEY", p.key).Replace(input)
	err = p.codec.Decode([]byte(input), target)
	return textOf(target, p.text), err
}

func (p prober) refuses(input string) bool {
	_, err := p.decode(input)
	return err != nil
}

func (p prober) repairs(input string) bool {
	text, err := p.decode(input)
	return err != nil || utf8.ValidString(text)
}

func (p prober) ignores(input string) bool {
	text, err := p.decode(input)
	return err != nil || text == ""
}

func (p prober) writesText(text string) bool {
	source := NewTarget(p.codec, p.message(), p.view)
	setText(source, p.text, text)
	out, err := p.codec.Encode(source)
	if errors.Is(err, ErrUnsupported) {
		return false
	}
	return err != nil || utf8.Valid(out)
}

// refusesRaw looks for an encoder that finds a fault in a raw value. Most targets hold it as bytes.
func (p prober) refusesRaw(raw string) bool {
	source := NewTarget(p.codec, p.message(), p.view)
	if own, ok := p.codec.(RawSetter); ok {
		own.SetRaw(source, []byte(raw))
	} else {
		setRaw(source, raw)
	}
	_, err := p.codec.Encode(source)
	return err != nil && !errors.Is(err, ErrUnsupported)
}

func textOf(target any, field string) string {
	f := reflect.ValueOf(target).Elem().FieldByName(field)
	if f.Kind() != reflect.String {
		return ""
	}
	return f.String()
}

func setText(target any, field, text string) {
	if f := reflect.ValueOf(target).Elem().FieldByName(field); f.Kind() == reflect.String {
		f.SetString(text)
	}
}

func setRaw(target any, raw string) {
	for _, field := range []string{"Arguments", "Params"} {
		if f := reflect.ValueOf(target).Elem().FieldByName(field); f.Kind() == reflect.Slice {
			f.SetBytes([]byte(raw))
		}
	}
}
