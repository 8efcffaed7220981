package scan

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// benchSize is the size of the texts: larger than the nearest cache, smaller than the next.
const benchSize = 64 << 10

// benchTexts are what the kernels work on.
var benchTexts = map[string][]byte{
	"plain": repeated("iVBORw0KGgoAAAANSUhEUgAAB4AAAAQ4CAYAAADo08FDAAAACXBIWXMAAAsTAAALEwEAmpwYAAA"),
	"code":  repeated("\tif err := s.Put(\"key\", v);\n\t\terr != nil {\n\t\treturn fmt.Errorf(\"put %q\",\n\t\t\terr)\n\t}\n"),
	"latin": repeated("Le café où l'élève français a déjà mangé une crêpe brûlée était fermé, naïveté oblige. "),
	"cjk":   repeated("协议的每一条消息都是一个完整的值，长度有限，编码为UTF-8。"),
	"JSON":  repeated(`{"name":"read_file","size":1200,"tags":["a","b"],"description":"Reads a file of the workspace."},`),
}

// repeated returns a text of benchSize bytes, a little less where a character would be cut.
func repeated(text string) []byte {
	s := []byte(strings.Repeat(text, benchSize/len(text)+1)[:benchSize])
	for !utf8.Valid(s) {
		s = s[:len(s)-1]
	}
	return s
}

// benchKernels are the kernels with the texts that they are for; run reports whether it has gone through all of the text.
var benchKernels = []struct {
	name, text string
	run        func(src, dst []byte) bool
}{
	{"string end, UTF-8", "plain", throughText},
	{"string end, UTF-8", "latin", throughText},
	{"string end, UTF-8", "cjk", throughText},
	{"UTF-8", "cjk", func(src, _ []byte) bool { return Valid(src) }},
	{"copy and escape", "plain", throughEscape},
	{"copy and escape", "code", throughEscape},
	{"copy and escape", "cjk", throughEscape},
	{"copy and unescape", "plain", throughUnescape},
	{"copy and unescape", "code", throughUnescape},
	{"tokens, line breaks", "JSON", throughTokens},
	{"closing bracket", "JSON", throughClosing},
	// What the machine can do at all.
	{"memmove", "plain", func(src, dst []byte) bool { return copy(dst, src) == len(src) }},
	{"IndexByte", "plain", func(src, _ []byte) bool { return bytes.IndexByte(src, '\n') < 0 }},
}

// throughText does what the codec does: what the kernel has not seen to be UTF-8 is checked again.
func throughText(src, _ []byte) bool {
	n, sure := Text(src)
	return n == len(src) && (sure || Valid(src))
}

func throughEscape(src, dst []byte) bool {
	_, read, _ := Escape(dst, src)
	return read == len(src)
}

// throughUnescape needs no more than Slack bytes at the end, which Unescape leaves.
func throughUnescape(src, dst []byte) bool {
	_, read, _ := Unescape(dst, src, false)
	return len(src)-read < Slack
}

func throughTokens(src, _ []byte) bool {
	if !FindsTokens() {
		return false
	}
	var t Tokens
	t.Begin()
	for i := 0; i < len(src); i += Window {
		if _, ok := t.Find(src, i, Window); !ok {
			return false
		}
	}
	return true
}

// throughClosing is for a text in a bracket that is not closed.
func throughClosing(src, _ []byte) bool { return findsClosing() && Closing(src) == 0 }

// source returns the text that a kernel reads.
func source(name, text string) []byte {
	src := benchTexts[text]
	if name == "closing bracket" {
		return append([]byte{'['}, src...)
	}
	if name != "copy and unescape" {
		return src
	}
	escaped := make([]byte, 2*len(src)+Room)
	n, _, _ := Escape(escaped, src)
	return escaped[:n]
}

// BenchmarkKernels is BenchmarkKernels/<kernel>/<text>/<level>. What a level has no kernel for is not there.
func BenchmarkKernels(b *testing.B) {
	dst := make([]byte, 2*benchSize+Room)
	for _, k := range benchKernels {
		src := source(k.name, k.text)
		for l := range Best() + 1 {
			undo := SetLevel(l)
			if !k.run(src, dst) {
				undo()
				continue
			}
			b.Run(strings.ReplaceAll(k.name, " ", "_")+"/"+k.text+"/"+l.String(), func(b *testing.B) {
				b.SetBytes(int64(len(src)))
				b.ReportAllocs()
				for b.Loop() {
					if !k.run(src, dst) {
						b.Fatal("it has stopped before the end")
					}
				}
			})
			undo()
		}
	}
}

// TestBenchKernels sees that the kernels go through the texts of the benchmark at each level, but for JSON, which only kernels take apart.
func TestBenchKernels(t *testing.T) {
	dst := make([]byte, 2*benchSize+Room)
	eachLevel(t, func(t *testing.T) {
		for _, k := range benchKernels {
			want := k.text != "JSON" || FindsTokens() && (k.name != "closing bracket" || findsClosing())
			if k.run(source(k.name, k.text), dst) != want {
				t.Errorf("level %d: %s, %s", level, k.name, k.text)
			}
		}
	})
}
