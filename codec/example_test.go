package codec_test

import (
	"errors"
	"fmt"

	"github.com/mcpwire/mcpwire/codec"
)

// point is a type with codecs written by hand, in the way of generated ones.
type point struct {
	X, Y  int64
	Name  codec.Opt[string]
	Tags  []string
	Open  codec.Raw
	Extra codec.Extra
}

var pointNames = []string{"x", "y", "name", "tags", "open"}

func (p *point) AppendJSON(dst []byte) (_ []byte, err error) {
	start := len(dst)
	dst = codec.AppendInt(append(dst, `,"x":`...), p.X)
	dst = codec.AppendInt(append(dst, `,"y":`...), p.Y)
	if codec.IsPresent(&p.Name) {
		dst = codec.AppendOptString(append(dst, `,"name":`...), &p.Name)
	}
	if p.Tags != nil {
		dst = codec.AppendTexts(append(dst, `,"tags":`...), p.Tags)
	}
	if !p.Open.IsZero() {
		if dst, err = codec.AppendRaw(append(dst, `,"open":`...), p.Open); err != nil {
			return dst[:start], codec.At(err, "open")
		}
	}
	return codec.AppendExtra(dst, start, &p.Extra, pointNames)
}

func (p *point) DecodeJSON(d *codec.Decoder) error {
	*p = point{}
	var seen uint64
	run := 0
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "x":
			d.Once(&seen, 1)
			p.X = d.Int()
		case "y":
			d.Once(&seen, 2)
			p.Y = d.Int()
		case "name":
			d.Once(&seen, 4)
			d.OptString(&p.Name)
		case "tags":
			d.Once(&seen, 8)
			codec.Texts(d, &p.Tags)
		case "open":
			d.Once(&seen, 16)
			p.Open = d.Raw()
		default:
			d.Unknown(&p.Extra, &run)
		}
	}
	return d.Err()
}

func ExampleUnmarshal() {
	var p point
	err := codec.Unmarshal([]byte(`{"x":1,"y":2e1,"color":"red"}`), &p)
	fmt.Println(p.X, p.Y, err)
	for name, value := range p.Extra.All() {
		fmt.Println(name, value)
	}
	// Output:
	// 1 20 <nil>
	// color "red"
}

// A Decoder that is used again allocates nothing. What it decoded is good until the next Reset.
func ExampleDecoder() {
	var d codec.Decoder
	var p point
	for _, src := range []string{`{"x":1,"y":2,"tags":["a"]}`, `{"x":3,"y":4}`} {
		d.Reset([]byte(src))
		if err := d.Decode(&p); err != nil {
			fmt.Println(err)
		}
		fmt.Println(p.X, p.Y, p.Tags)
	}
	// Output:
	// 1 2 [a]
	// 3 4 []
}

func ExampleError() {
	var p point
	err := codec.Unmarshal([]byte(`{"x":1,"tags":["a","b",3]}`), &p)
	var e *codec.Error
	if errors.As(err, &e) {
		fmt.Println(e.Pointer, e.Offset, errors.Is(err, codec.ErrType))
	}
	fmt.Println(err)
	// Output:
	// /tags/2 23 true
	// json: wrong kind of value: number where a string should be at /tags/2 (offset 23)
}

// Absent, null and set are three different things.
func ExampleOpt() {
	for _, src := range []string{`{}`, `{"name":null}`, `{"name":""}`} {
		var p point
		if err := codec.Unmarshal([]byte(src), &p); err != nil {
			fmt.Println(err)
		}
		out, err := p.AppendJSON(nil)
		fmt.Println(p.Name.Has(), p.Name.IsNull(), string(out), err)
	}
	// Output:
	// false false {"x":0,"y":0} <nil>
	// false true {"x":0,"y":0,"name":null} <nil>
	// true false {"x":0,"y":0,"name":""} <nil>
}

// A Raw keeps JSON as it is, numbers of any size included.
func ExampleRaw() {
	p := point{Open: codec.RawString(`{"big":12345678901234567890}`)}
	out, err := p.AppendJSON(nil)
	fmt.Println(string(out), err)
	p.Open = codec.RawString(`{"big":`)
	_, err = p.AppendJSON(nil)
	fmt.Println(err)
	// Output:
	// {"x":0,"y":0,"open":{"big":12345678901234567890}} <nil>
	// json: invalid JSON: the input ends where a value should be at /open (offset 7)
}

func ExampleExtra() {
	var p point
	if err := p.Extra.Set("color", codec.RawString(`"red"`)); err != nil {
		fmt.Println(err)
	}
	out, err := p.AppendJSON(nil)
	fmt.Println(string(out), err)
	if err := p.Extra.Set("x", codec.RawString(`1`)); err != nil {
		fmt.Println(err)
	}
	_, err = p.AppendJSON(nil)
	fmt.Println(err)
	// Output:
	// {"x":0,"y":0,"color":"red"} <nil>
	// json: duplicate member: Extra holds a member that the type knows at /x
}

func ExampleAppendString() {
	dst := codec.AppendString([]byte("["), "tab\t \"quote\" \xff <html>")
	fmt.Println(string(append(dst, ']')))
	// Output: ["tab\t \"quote\" � <html>"]
}
