package codec_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
)

func TestOpt(t *testing.T) {
	t.Parallel()
	var o codec.Opt[int64]
	require.True(t, o.IsZero())
	o.Set(0)
	require.True(t, o.Has())
	require.False(t, o.IsZero())
	require.Equal(t, int64(0), o.Or(7))
	o.SetNull()
	require.True(t, o.IsNull())
	require.Equal(t, int64(7), o.Or(7))
	o.Clear()
	require.True(t, o.IsZero())
	*o.Ptr() = 3
	v, ok := o.Get()
	require.True(t, ok)
	require.Equal(t, int64(3), v)
	require.True(t, o.Equal(codec.Some[int64](3)))
	require.False(t, o.Equal(codec.Null[int64]()))
	require.Empty(t, cmp.Diff(codec.Some(codec.RawString("1")), codec.Some(codec.RawString("1"))))
	require.NotEmpty(t, cmp.Diff(codec.Some([]int{1}), codec.Some([]int{2})))
}

func TestMapGetReturnsTheLast(t *testing.T) {
	t.Parallel()
	m := []codec.Member[int]{{Key: "a", Value: 1}, {Key: "b", Value: 2}, {Key: "a", Value: 3}}
	v, ok := codec.Get(m, "a")
	require.True(t, ok)
	require.Equal(t, 3, v)
	_, ok = codec.Get(m, "c")
	require.False(t, ok)
}

func TestRaw(t *testing.T) {
	t.Parallel()
	r, err := codec.ParseRaw([]byte(" {\"a\":\n1}\r\n"))
	require.NoError(t, err)
	require.True(t, r.Checked())
	require.Equal(t, codec.KindObject, r.Kind())
	out, err := codec.AppendRaw(nil, r)
	require.NoError(t, err)
	require.Equal(t, `{"a": 1}`, string(out), "output stays on one line")
	require.False(t, codec.RawString(`1`).Checked())
	_, err = codec.AppendRaw([]byte("x"), codec.Raw{})
	require.ErrorIs(t, err, codec.ErrMissing)
	require.True(t, codec.RawString(" null ").IsNull())
	require.Equal(t, "\"a\\\"\ufffd\"", codec.Quote("a\"\xff").String())
	require.NoError(t, codec.Valid(codec.Quote("\x00\n\xf0").Bytes()))
	require.True(t, r.Is(codec.KindArray, codec.KindObject))
	require.False(t, r.Is(codec.KindArray))

	var back codec.Raw
	require.NoError(t, json.Unmarshal([]byte(`[1,2]`), &back))
	text, err := json.Marshal(map[string]codec.Raw{"k": back})
	require.NoError(t, err)
	require.JSONEq(t, `{"k":[1,2]}`, string(text))
}

func TestBase64(t *testing.T) {
	t.Parallel()
	b := codec.EncodeBase64([]byte{0, 255, 1})
	out, err := b.AppendDecoded([]byte{9})
	require.NoError(t, err)
	require.Equal(t, []byte{9, 0, 255, 1}, out)
	_, err = codec.Base64("*").AppendDecoded(nil)
	require.Error(t, err)
}

func TestFloats(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	check := func(v float64) {
		out, err := codec.AppendFloat(nil, v)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			require.ErrorIs(t, err, codec.ErrRange)
			return
		}
		require.NoError(t, err)
		require.NoError(t, codec.Valid(out))
		var d codec.Decoder
		d.Reset(out)
		require.Equal(t, math.Float64bits(v), math.Float64bits(d.Float()), "%s", out)
		want, err := json.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, string(want), string(out))
	}
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e15, 1e21, 1e-6, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, 1 << 53, math.NaN(), math.Inf(-1), 100, 1e300} {
		check(v)
	}
	for range 20000 {
		check(math.Float64frombits(rng.Uint64()))
		check(float64(rng.IntN(1e6)) / 100)
	}
	// Few decimals, and the numbers next to those.
	for range 20000 {
		v := float64(rng.Int64N(int64(math.Pow10(1+rng.IntN(15))))) / math.Pow10(rng.IntN(8))
		for _, v := range []float64{v, -v, math.Nextafter(v, 0), math.Nextafter(v, 1e9), v * (1 + 1e-15)} {
			check(v)
		}
	}
	var d codec.Decoder
	d.Reset([]byte("1e400"))
	d.Float()
	require.ErrorIs(t, d.End(), codec.ErrRange)
}

func TestStringsAgreeWithEncodingJSON(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 3))
	pieces := []string{"a", "plain text of some length, more than thirty-two bytes", "\"", "\\", "\n", "\x01", "é", "世", "😀", "\xff", "\xed\xa0\x80", "\x7f", "\u2028", "<&>"}
	for range 5000 {
		s := ""
		for range rng.IntN(8) {
			s += pieces[rng.IntN(len(pieces))]
		}
		out := codec.AppendString(nil, s)
		require.NoError(t, codec.Valid(out), "%q", s)
		var std string
		require.NoError(t, json.Unmarshal(out, &std))
		require.Equal(t, string([]rune(s)), std)
		escaped, err := json.Marshal(s)
		require.NoError(t, err)
		var d codec.Decoder
		d.Reset(escaped)
		require.Equal(t, std, d.String())
		require.NoError(t, d.End())
	}
}

func TestValidateHelpers(t *testing.T) {
	t.Parallel()
	require.Equal(t, 2, codec.Length("é😀"))
	require.True(t, codec.Pattern("^a+$")("aa"))
	require.False(t, codec.Pattern("^a+$")("b"))
	require.True(t, codec.MultipleOf(0.3, "0.1"), "decimals, not binary fractions")
	require.False(t, codec.MultipleOf(0.35, "0.1"))
	require.False(t, codec.MultipleOf(math.NaN(), "1"))
	require.True(t, codec.UniqueOf([]string{"a", "b"}))
	require.False(t, codec.UniqueOf([]string{"a", "b", "a"}))
	appendInt := func(dst []byte, v *int64) ([]byte, error) { return codec.AppendInt(dst, *v), nil }
	require.True(t, codec.UniqueJSON([]int64{1, 2}, appendInt))
	require.False(t, codec.UniqueJSON([]int64{1, 2, 1}, appendInt))
	require.ErrorIs(t, codec.Missing("a"), codec.ErrMissing)
	require.ErrorIs(t, codec.NotNullable("a"), codec.ErrInvalid)
	require.ErrorContains(t, codec.NotOneOf("x"), `"x"`)
}

func TestExtraSetChecks(t *testing.T) {
	t.Parallel()
	var e codec.Extra
	require.Error(t, e.Set("a", codec.RawString("{")))
	require.Error(t, e.Set("a", codec.Raw{}))
	require.NoError(t, e.Set("a\"b", codec.RawString("1")))
	require.NoError(t, e.Set("a\"b", codec.RawString("2")))
	require.Equal(t, `"a\"b":2`, string(e.Bytes()))
	c := e.Clone()
	require.True(t, c.Equal(e))
	require.True(t, c.Delete("a\"b"))
	require.False(t, c.Equal(e))
	require.ErrorIs(t, e.Unknown(), codec.ErrUnknown)
	require.NoError(t, c.Unknown())
}

// A copy of a value is a value of its own, although copies share the members that nobody has changed.
func TestExtraCopiesAreIndependent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*codec.Extra){
		"Set a new one":   func(e *codec.Extra) { require.NoError(t, e.Set("c", codec.RawString("3"))) },
		"Set one of them": func(e *codec.Extra) { require.NoError(t, e.Set("a", codec.RawString("3"))) },
		"Delete":          func(e *codec.Extra) { require.True(t, e.Delete("a")) },
		"SetMissing":      func(e *codec.Extra) { e.SetMissing(2) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p point
			require.NoError(t, codec.Unmarshal([]byte(`{"a":1,"b":2}`), &p))
			for name, other := range map[string]codec.Extra{"a copy": p.Extra, "a clone": p.Extra.Clone()} {
				change(&other)
				require.Equal(t, `"a":1,"b":2`, string(p.Extra.Bytes()), name)
				require.False(t, p.Extra.Missing(1), name)
			}
			var empty codec.Extra
			other := empty
			require.NoError(t, other.Set("a", codec.RawString("1")))
			require.True(t, empty.IsZero())
		})
	}
}
