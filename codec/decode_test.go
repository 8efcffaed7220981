package codec_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
)

func TestErrorsSayWhere(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]struct {
		pointer string
		offset  int
		err     error
	}{
		`{"x":1.5}`:                        {"/x", 5, codec.ErrRange},
		`{"x":"1"}`:                        {"/x", 5, codec.ErrType},
		`{"x":9223372036854775808}`:        {"/x", 5, codec.ErrRange},
		`{"x":1,"x":2}`:                    {"/x", 7, codec.ErrDuplicate},
		`{"x":1,"\u0078":2}`:               {"/x", 7, codec.ErrDuplicate},
		`{"tags":["a",{"b":1}]}`:           {"/tags/1", 13, codec.ErrType},
		`{"tags":{}}`:                      {"/tags", 8, codec.ErrType},
		`{"open":{"a/b":[1,{"c~d":tru}]}}`: {"/open", 25, codec.ErrSyntax},
		"{\"name\":\"a\xff\"}":             {"/name", 10, codec.ErrUTF8},
		`{"x":1}}`:                         {"", 7, codec.ErrSyntax},
		`[]`:                               {"", 0, codec.ErrType},
		`{"x":null}`:                       {"/x", 5, codec.ErrType},
	} {
		var p point
		err := codec.Unmarshal([]byte(src), &p)
		require.ErrorIs(t, err, want.err, src)
		var e *codec.Error
		require.ErrorAs(t, err, &e, src)
		require.Equal(t, want.pointer, e.Pointer, src)
		require.Equal(t, want.offset, e.Offset, src)
	}
	long := strings.Repeat("n", 1000)
	err := codec.At(codec.At(codec.ErrType, "a/b~c"), long)
	require.Equal(t, "json: wrong kind of value at /"+long[:64]+".../a~1b~0c", err.Error(), "names from peers are cut")
}

func TestIntegers(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]int64{
		"0": 0, "-0": 0, "5.0": 5, "1e3": 1000, "10e-1": 1, "1.5e1": 15, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64,
		"922337203685477580.7e1": math.MaxInt64, "0e999999999999": 0, "0.0000e-5": 0, "1000000000000000000": 1e18,
	} {
		var d codec.Decoder
		d.Reset([]byte(src))
		require.Equal(t, want, d.Int(), src)
		require.NoError(t, d.End(), src)
	}
	for _, src := range []string{"9223372036854775808", "-9223372036854775809", "0.5", "1e-1", "1e19", "1e999999999999", "1e-999999999999", "9223372036854775807.5", "123456789012345678901234567890"} {
		var d codec.Decoder
		d.Reset([]byte(src))
		d.Int()
		require.ErrorIs(t, d.End(), codec.ErrRange, src)
	}
}

func TestLoneSurrogates(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{`"\ud800"`: "�", `"a\udc00b"`: "a�b", `"\ud800\ud83d\ude00"`: "�😀", `"\ud83d\u0041"`: "�A"} {
		var d codec.Decoder
		d.Reset([]byte(src))
		require.Equal(t, want, d.String(), src)
		require.NoError(t, d.End())
		d.Reset([]byte(src), codec.Strict())
		_ = d.String()
		require.ErrorIs(t, d.End(), codec.ErrSurrogate, src)
		r, err := codec.ParseRaw([]byte(src), codec.Strict())
		require.NoError(t, err, src)
		require.Equal(t, src, r.String())
	}
}

func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	src := []byte(`{"a":1,"x":7,"b":{"c":[1]},"a":2,"tags":[],"big":12345678901234567890}`)
	var p point
	require.NoError(t, codec.Unmarshal(src, &p))
	var names []string
	for name := range p.Extra.All() {
		names = append(names, name)
	}
	require.Equal(t, []string{"a", "b", "a", "big"}, names)
	v, ok := p.Extra.Get("a")
	require.True(t, ok)
	require.Equal(t, "2", v.String(), "Get returns the last")
	out, err := p.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, `{"x":7,"y":0,"tags":[],"a":1,"b":{"c":[1]},"a":2,"big":12345678901234567890}`, string(out))
	require.True(t, p.Extra.Delete("a"))
	require.False(t, p.Extra.Delete("a"))
	require.True(t, p.Extra.Has("b"))

	require.NoError(t, codec.Unmarshal(src, &p, codec.DropUnknown()))
	require.True(t, p.Extra.IsZero())
	require.ErrorIs(t, codec.Unmarshal(src, &p, codec.RejectUnknown()), codec.ErrUnknown)
	require.ErrorIs(t, codec.Unmarshal([]byte(`{"a":01}`), &p, codec.DropUnknown()), codec.ErrSyntax, "what is dropped is checked")

	var many strings.Builder
	many.WriteString(`{"x":1`)
	for range 2000 {
		many.WriteString(`,"u":"abcdefgh","y0":{}`)
		if many.Len()%5 == 0 {
			many.WriteString(` `)
		}
	}
	many.WriteString(`}`)
	require.NoError(t, codec.Unmarshal([]byte(many.String()), &p))
	n := 0
	for range p.Extra.All() {
		n++
	}
	require.Equal(t, 4000, n)
}

// What a Decoder hands out stays as it is until Reset, however much else it decodes meanwhile.
func TestMemoryOfADecoderStays(t *testing.T) {
	t.Parallel()
	var src strings.Builder
	src.WriteString(`[`)
	for i := range 3000 {
		if i > 0 {
			src.WriteString(",")
		}
		src.WriteString(`{"x":` + strings.Repeat("1", 1+i%18) + `,"name":"n\n` + strings.Repeat("é", i%50) + `","tags":["t\t","` + strings.Repeat("u", i%9) + `"],"q":[1],"y":1,"r":"\u0041"}`)
	}
	src.WriteString(`]`)
	read := func(d *codec.Decoder, opts ...codec.Option) []point {
		var list []point
		d.Reset([]byte(src.String()), opts...)
		codec.DecodeSlice[point](d, &list)
		require.NoError(t, d.End())
		return list
	}
	var fresh, used codec.Decoder
	want := read(&fresh)
	for range 3 {
		require.Empty(t, cmp.Diff(want, read(&used)))
	}
	for i := range want {
		require.Equal(t, "n\n"+strings.Repeat("é", i%50), want[i].Name.Or(""))
		require.Equal(t, []string{"t\t", strings.Repeat("u", i%9)}, want[i].Tags)
	}
}

func TestMaxDepth(t *testing.T) {
	t.Parallel()
	nested := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	for limit, want := range map[int]int{1: 1, 5: 5, 0: 1, -3: 1, 3000: 3000, 1 << 30: 10000} {
		require.NoError(t, codec.Valid(nested(want), codec.MaxDepth(limit)), "%d", limit)
		require.ErrorIs(t, codec.Valid(nested(want+1), codec.MaxDepth(limit)), codec.ErrDepth, "%d", limit)
	}
}

func TestUnmarshalOwns(t *testing.T) {
	t.Parallel()
	src := []byte(`{"name":"a\nb","tags":["c"],"open":[1],"u":2}`)
	var p point
	require.NoError(t, codec.Unmarshal(src, &p))
	clear(src)
	out, err := p.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, `{"x":0,"y":0,"name":"a\nb","tags":["c"],"open":[1],"u":2}`, string(out))
}

// tree is a recursive union: what it holds depends on a tag that may come last.
type tree struct {
	Kind string
	Kid  *tree
}

func (x *tree) DecodeJSON(d *codec.Decoder) error {
	*x = tree{}
	x.Kind, _ = d.Tag("kind")
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key == "kid" {
			x.Kid = new(tree)
			_ = x.Kid.DecodeJSON(d) // the error stays in d
			continue
		}
		d.Skip()
	}
	return d.Err()
}

// Without a bound this would read some gigabytes.
func TestLateTagsCostBoundedTime(t *testing.T) {
	t.Parallel()
	nest := func(depth, size int) []byte {
		return []byte(strings.Repeat(`{"kid":`, depth) + `{"kind":"` + strings.Repeat("x", size) + `"}` + strings.Repeat(`,"kind":"a"}`, depth))
	}
	var x tree
	require.NoError(t, codec.Unmarshal(nest(20, 4<<20), &x))
	require.NoError(t, codec.Unmarshal(nest(900, 100), &x))
	require.ErrorIs(t, codec.Unmarshal(nest(900, 4<<20), &x), codec.ErrDepth)
}

func TestClear(t *testing.T) {
	t.Parallel()
	var d codec.Decoder
	d.Reset([]byte(`{"a"`))
	d.Skip()
	require.Error(t, d.Err())
	e := codec.Alloc[[]byte](&d)
	*e = []byte("x")
	d.Clear()
	require.NoError(t, d.Err())
	require.Nil(t, *e, "what was decoded refers to nothing any more")
	d.Reset([]byte(`"b"`))
	require.Equal(t, "b", d.String())
	require.NoError(t, d.End())
}
