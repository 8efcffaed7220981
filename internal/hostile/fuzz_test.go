package hostile_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// seed adds the tables of the tests, and the smaller payloads of the corpus.
func seed(f *testing.F) {
	for _, table := range []map[string][]string{valid, invalid} {
		for _, rows := range table {
			for _, src := range rows {
				f.Add([]byte(src))
			}
		}
	}
	for _, m := range corpus.Variants() {
		if p := m.Payload(); len(p) < 2000 {
			f.Add(p)
		}
	}
}

// FuzzSkipRaw holds Valid, Skip, Raw and an unknown member to each other and to encoding/json.
func FuzzSkipRaw(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		ok := codec.Valid(src) == nil
		if std := json.Valid(src) && utf8.Valid(src); ok != std {
			if !(std && tooDeep(src)) {
				t.Fatalf("Valid says %v, encoding/json %v", ok, std)
			}
		}
		var d codec.Decoder
		d.Reset(src)
		r := d.Raw()
		if (d.End() == nil) != ok {
			t.Fatalf("Raw disagrees with Valid: %v", d.Err())
		}
		if ok && !bytes.Equal(r.Bytes(), bytes.TrimSpace(src)) {
			t.Fatalf("Raw is %q", r)
		}
		var icon mcp.Icon
		member := around(`{"x":`, src, `}`)
		if err := codec.Unmarshal(member, &icon); (err == nil) != (codec.Valid(member) == nil) {
			t.Fatalf("as a member: %v", err)
		}
	})
}

func tooDeep(src []byte) bool {
	return codec.Valid(src, codec.MaxDepth(10000)) == nil || len(src) > 20000
}

// plainTool is what encoding/json sees of a tool. Its names are matched without case, so inputs with names that differ in case only
// are left out.
type plainTool struct {
	Name        *string          `json:"name"`
	Title       *string          `json:"title"`
	Description *string          `json:"description"`
	InputSchema json.RawMessage  `json:"inputSchema"`
	Annotations *plainAnnotation `json:"annotations"`
}

type plainAnnotation struct {
	Title        *string `json:"title"`
	ReadOnlyHint *bool   `json:"readOnlyHint"`
}

// FuzzDecode compares a decoded tool with encoding/json's, and the value encoded again with the input.
func FuzzDecode(f *testing.F) {
	seed(f)
	f.Add([]byte(`{"name":"a\n","title":null,"inputSchema":{"x":[1,2]},"annotations":{"title":"\ud800","readOnlyHint":true,"x":1},"y":{}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		var tool mcp.Tool
		if codec.Unmarshal(src, &tool) != nil {
			return
		}
		if !json.Valid(src) {
			t.Fatal("encoding/json says that this is no JSON")
		}
		var plain plainTool
		if !foldsNames(src) && json.Unmarshal(src, &plain) == nil {
			compareText(t, "name", plain.Name, tool.Name)
			compareText(t, "title", plain.Title, tool.Title.Or(""))
			compareText(t, "description", plain.Description, tool.Description.Or(""))
			if plain.InputSchema != nil && string(plain.InputSchema) != tool.InputSchema.String() {
				t.Fatalf("inputSchema is %q", tool.InputSchema)
			}
			if a, ok := tool.Annotations.Get(); ok != (plain.Annotations != nil) {
				t.Fatal("annotations")
			} else if ok {
				compareText(t, "annotations.title", plain.Annotations.Title, a.Title.Or(""))
				if h := plain.Annotations.ReadOnlyHint; h != nil && *h != a.ReadOnlyHint.Or(!*h) {
					t.Fatal("readOnlyHint")
				}
			}
		}
		if tool.InputSchema.IsZero() {
			return // required: it cannot be written without
		}
		out, err := tool.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		var again mcp.Tool
		if err := codec.Unmarshal(out, &again); err != nil {
			t.Fatalf("%v: %q", err, out)
		}
		second, err := again.AppendJSON(nil)
		if err != nil || !bytes.Equal(out, second) {
			t.Fatalf("encoding again gives %q, not %q: %v", second, out, err)
		}
	})
}

// foldsNames reports whether src may have a name that encoding/json takes for another.
func foldsNames(src []byte) bool {
	lower := bytes.ToLower(src)
	return bytes.ContainsAny(src, `\`) || !isASCII(src) || !bytes.Equal(bytes.ReplaceAll(bytes.ReplaceAll(src, []byte("inputSchema"), []byte("inputschema")),
		[]byte("readOnlyHint"), []byte("readonlyhint")), lower)
}

func isASCII(src []byte) bool {
	for _, c := range src {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func compareText(t *testing.T, what string, want *string, got string) {
	t.Helper()
	if want != nil && *want != got {
		t.Fatalf("%s is %q, want %q", what, got, *want)
	}
}

// FuzzRoundTrip encodes any text and number, and reads them back with encoding/json.
func FuzzRoundTrip(f *testing.F) {
	f.Add("a\"\\\n\x00\xffé😀", int64(-1), 0.1)
	f.Add("", int64(-1<<63), 1e300)
	f.Add("<>&\u2028\u2029", int64(1<<63-1), -1e-7)
	f.Fuzz(func(t *testing.T, s string, n int64, x float64) {
		var text string
		if err := json.Unmarshal(codec.AppendString(nil, s), &text); err != nil {
			t.Fatal(err)
		}
		if want := string([]rune(s)); text != want {
			t.Fatalf("%q becomes %q, want %q", s, text, want)
		}
		out, err := codec.AppendFloat(codec.AppendInt([]byte("["), n), x)
		if err != nil {
			return // NaN, Inf
		}
		out = bytes.Replace(out, strconv.AppendInt([]byte("["), n, 10), []byte("["), 1)[1:]
		if back, err := strconv.ParseFloat(string(out), 64); err != nil || back != x {
			t.Fatalf("%g is written as %s", x, out)
		}
		var d codec.Decoder
		d.Reset(codec.AppendString(nil, s))
		if got := d.String(); got != text || d.End() != nil {
			t.Fatalf("decodes as %q, encoding/json as %q", got, text)
		}
	})
}

// FuzzNumber holds numbers to math/big and strconv.
func FuzzNumber(f *testing.F) {
	for _, group := range []string{"integers (6)", "fractions (6)"} {
		for _, src := range valid[group] {
			f.Add(src)
		}
	}
	for _, src := range invalid["numbers"] {
		f.Add(src)
	}
	f.Add("9223372036854775807")
	f.Add("9223372036854775808")
	f.Add("5.0")
	f.Add("1e3")
	f.Add("10e-1")
	f.Add("922337203685477580.7e1")
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 200 || src == "" || src[0] != '-' && (src[0] < '0' || src[0] > '9') {
			return
		}
		isJSON := json.Valid([]byte(src))
		var d codec.Decoder
		d.Reset([]byte(src))
		n := d.Int()
		intErr := d.End()
		d.Reset([]byte(src))
		x := d.Float()
		floatErr := d.End()
		if !isJSON {
			if intErr == nil || floatErr == nil {
				t.Fatalf("accepted: %v %v", intErr, floatErr)
			}
			return
		}
		want, err := strconv.ParseFloat(string(bytes.TrimSpace([]byte(src))), 64)
		if (err == nil) != (floatErr == nil) || err == nil && want != x {
			t.Fatalf("float is %g, %v; want %g, %v", x, floatErr, want, err)
		}
		exact, ok := exactInt(src)
		if ok != (intErr == nil) || ok && exact != n {
			t.Fatalf("int is %d, %v; want %d, %v", n, intErr, exact, ok)
		}
	})
}

// exactInt is the integer that the JSON number src stands for, if it is one of 64 bits. Exponents that math/big would take long
// for are decided by their size.
func exactInt(src string) (int64, bool) {
	src = string(bytes.TrimSpace([]byte(src)))
	mantissa, exp, _ := bytes.Cut(bytes.ToLower([]byte(src)), []byte("e"))
	if e, err := strconv.Atoi(string(exp)); len(exp) > 0 && (err != nil || e > 400 || e < -400) {
		return 0, len(bytes.Trim(mantissa, "-0.")) == 0
	}
	r, ok := new(big.Rat).SetString(src)
	if !ok || !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return r.Num().Int64(), true
}
