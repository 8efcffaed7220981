package codec_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/codec"
)

// benchSizes go from a name to a file. Not all are whole blocks of anything.
var benchSizes = []int{8, 16, 24, 32, 48, 64, 100, 250, 1000, 4 << 10, 64 << 10, 1 << 20}

// benchTexts are what strings hold, by what they cost: nothing to escape, an escape every 11 bytes, an escape every line,
// two bytes and three bytes for most letters.
var benchTexts = []struct{ name, text string }{
	{"plain", "iVBORw0KGgoAAAANSUhEUgAAB4AAAAQ4CAYAAADo08FDAAAACXBIWXMAAAsTAAALEwEAmpwYAAA"},
	{"code", "\tif err := s.Put(\"key\", v);\n\t\terr != nil {\n\t\treturn fmt.Errorf(\"put %q\",\n\t\t\terr)\n\t}\n"},
	{"prose", "The handler reads one message, answers it, and goes back to the queue; a slow peer delays nobody but itself.\n"},
	{"latin", "Le café où l'élève français a déjà mangé une crêpe brûlée était fermé, naïveté oblige. "},
	{"cjk", "协议的每一条消息都是一个完整的值，长度有限，编码为UTF-8。"},
}

// benchText returns n bytes of text, a little less where a character would be cut.
func benchText(text string, n int) string {
	s := strings.Repeat(text, n/len(text)+1)[:n]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

func eachText(b *testing.B, f func(b *testing.B, s string)) {
	for _, t := range benchTexts {
		for _, n := range benchSizes {
			s := benchText(t.text, n)
			b.Run(fmt.Sprintf("%s/%d", t.name, n), func(b *testing.B) {
				b.SetBytes(int64(len(s)))
				b.ReportAllocs()
				f(b, s)
			})
		}
	}
}

// BenchmarkAppendString writes a string.
func BenchmarkAppendString(b *testing.B) {
	dst := make([]byte, 0, 3<<20)
	eachText(b, func(b *testing.B, s string) {
		for b.Loop() {
			dst = codec.AppendString(dst[:0], s)
		}
	})
}

// BenchmarkString reads a string that stands in a small object.
func BenchmarkString(b *testing.B) {
	var d codec.Decoder
	eachString(b, func(doc []byte) error {
		d.Reset(doc)
		if d.String() == "" {
			return d.Err()
		}
		return nil
	})
}

// BenchmarkUnicodeEscapes is BenchmarkString for texts in which all is escaped that is not ASCII.
func BenchmarkUnicodeEscapes(b *testing.B) {
	var d codec.Decoder
	eachText(b, func(b *testing.B, s string) {
		doc := append([]byte(strconv.QuoteToASCII(s)), `}]}}`...)
		for b.Loop() {
			d.Reset(doc)
			if d.String() == "" {
				b.Fatal(d.Err())
			}
		}
	})
}

// BenchmarkSkipString checks a string and keeps nothing.
func BenchmarkSkipString(b *testing.B) {
	eachString(b, func(doc []byte) error {
		var d codec.Decoder
		d.Reset(doc)
		d.Skip()
		return d.Err()
	})
}

// eachString calls f with each text as a JSON string, with what ends a message after it.
func eachString(b *testing.B, f func(doc []byte) error) {
	eachText(b, func(b *testing.B, s string) {
		doc := append(codec.AppendString(nil, s), `}]}}`...)
		for b.Loop() {
			if err := f(doc); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkStringLimits is what the machine can do at all with the same texts: copy, look for one byte, check UTF-8.
func BenchmarkStringLimits(b *testing.B) {
	dst := make([]byte, 3<<20)
	limits := []struct {
		name string
		f    func(src []byte) bool
	}{
		{"memmove", func(src []byte) bool { return copy(dst, src) > 0 }},
		{"IndexByte", func(src []byte) bool { return bytes.IndexByte(src, 0) < 0 }},
		{"utf8.Valid", utf8.Valid},
	}
	for _, l := range limits {
		b.Run(l.name, func(b *testing.B) {
			eachText(b, func(b *testing.B, s string) {
				src := []byte(s)
				for b.Loop() {
					if !l.f(src) {
						b.Fatal("not what the text is like")
					}
				}
			})
		})
	}
}

// BenchmarkSkipValue checks an object of so many bytes, with more of a document behind it.
func BenchmarkSkipValue(b *testing.B) {
	member := `"name":"read_file","size":1200,"tags":["a","b"],`
	for _, n := range benchSizes {
		doc := []byte(`{` + strings.Repeat(member, n/len(member)+1))
		if n < 50 {
			doc = []byte(`{"name":"` + strings.Repeat("x", n-len(`{"name":""}`)%n) + `",`)
		}
		doc[len(doc)-1] = '}'
		size := len(doc)
		doc = append(doc, strings.Repeat(`,`+string(doc), 400/size+1)...)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			var d codec.Decoder
			for b.Loop() {
				d.Reset(doc)
				d.Skip()
				if d.Offset() != size {
					b.Fatal(d.Err())
				}
			}
		})
	}
}

// ownText is a string that owns its memory.
type ownText struct{ s string }

func (t *ownText) DecodeJSON(d *codec.Decoder) error { t.s = d.String(); return d.Err() }

// BenchmarkUnmarshalString reads a string into memory of its own.
func BenchmarkUnmarshalString(b *testing.B) {
	eachText(b, func(b *testing.B, s string) {
		doc := codec.AppendString(nil, s)
		for b.Loop() {
			var t ownText
			if err := codec.Unmarshal(doc, &t); err != nil {
				b.Fatal(err)
			}
		}
	})
}
