package anyjson_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/anyjson"
)

type inner struct {
	ID   int64    `json:"id"`
	Tags []string `json:"tags,omitempty"`
}

type args struct {
	Name  string             `json:"name"`
	Count int64              `json:"count"`
	Ratio float64            `json:"ratio"`
	On    bool               `json:"on"`
	Ptr   *int64             `json:"ptr"`
	Inner inner              `json:"inner"`
	List  []inner            `json:"list"`
	Map   map[string]float64 `json:"map"`
	Open  codec.Raw          `json:"open,omitzero"`
}

const full = `{"name":"a\u00e9\n","count":9223372036854775807,"ratio":0.25,"on":true,"ptr":3,"inner":{"id":-1,"tags":["x"]},` +
	`"list":[{"id":1},{"id":2}],"map":{"b":2,"a":1e2},"open":{"big":12345678901234567890},"unknown":[1,{"x":null}]}`

func TestUnmarshalAgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, src := range []string{full, `{}`, ` {"name":""} `, `{"list":[],"map":{}}`, `{"ptr":null}`} {
		var got, want args
		require.NoError(t, anyjson.Unmarshal([]byte(src), &got), src)
		require.NoError(t, json.Unmarshal([]byte(src), &want), src)
		require.Empty(t, cmp.Diff(want, got), src)
	}
}

func TestUnmarshalOwnsItsMemory(t *testing.T) {
	t.Parallel()
	src := []byte(`{"name":"abc","open":[1],"inner":{"tags":["t"]}}`)
	var got args
	require.NoError(t, anyjson.Unmarshal(src, &got))
	clear(src)
	require.Equal(t, "abc", got.Name)
	require.Equal(t, "[1]", got.Open.String())
	require.Equal(t, []string{"t"}, got.Inner.Tags)
}

// The policy of package codec: what it refuses is refused here.
func TestUnmarshalRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 1001) + strings.Repeat("]", 1001)
	for src, want := range map[string]error{
		``:                               codec.ErrSyntax,
		`{"name":"a"} x`:                 codec.ErrSyntax,
		`{"unknown":01}`:                 codec.ErrSyntax,
		"{\"unknown\":\"\xff\"}":         codec.ErrUTF8,
		"{\"name\":\"\xff\"}":            codec.ErrUTF8,
		deep:                             codec.ErrDepth,
		`{"name":"a","name":"b"}`:        codec.ErrDuplicate,
		`{"inner":{"id":1,"\u0069d":2}}`: codec.ErrDuplicate,
	} {
		var got args
		err := anyjson.Unmarshal([]byte(src), &got)
		require.ErrorIs(t, err, want, "%.40s", src)
		var e *codec.Error
		require.ErrorAs(t, err, &e, "%.40s", src)
		require.GreaterOrEqual(t, e.Offset, 0)
	}
	for _, src := range []string{`{"count":9223372036854775808}`, `{"count":1.5}`, `{"count":"1"}`, `{"name":1}`, `[]`} {
		var got args
		require.Error(t, anyjson.Unmarshal([]byte(src), &got), src)
	}
	require.Error(t, anyjson.Unmarshal([]byte(`{}`), nil))
	require.Error(t, anyjson.Unmarshal([]byte(`{}`), args{}))
	require.ErrorIs(t, anyjson.UnmarshalRaw(codec.Raw{}, new(args)), codec.ErrMissing)
}

func TestNamesMatchExactly(t *testing.T) {
	t.Parallel()
	var got args
	require.NoError(t, anyjson.Unmarshal([]byte(`{"Name":"x","NAME":"y","name\u0000":"z","n\u0061me":"right"}`), &got))
	require.Equal(t, "right", got.Name)
}

func TestLoneSurrogates(t *testing.T) {
	t.Parallel()
	var got args
	require.NoError(t, anyjson.Unmarshal([]byte(`{"name":"a\ud800b"}`), &got))
	require.Equal(t, "a�b", got.Name)
}

func TestAppend(t *testing.T) {
	t.Parallel()
	three := int64(3)
	v := args{Name: "<a&b>\xff", Count: math.MaxInt64, Ptr: &three, Map: map[string]float64{"b": 1, "a": 2}, Open: codec.RawString(`[12345678901234567890]`)}
	out, err := anyjson.Append([]byte("x"), v)
	require.NoError(t, err)
	require.Equal(t, `x{"name":"<a&b>�","count":9223372036854775807,"ratio":0,"on":false,"ptr":3,"inner":{"id":0},"list":[],"map":{"a":2,"b":1},`+
		`"open":[12345678901234567890]}`, strings.ReplaceAll(string(out), "�", "�"))
	for _, bad := range []any{math.NaN(), math.Inf(1), make(chan int), args{Open: codec.RawString(`{`)}} {
		out, err := anyjson.Append([]byte("x"), bad)
		require.Error(t, err)
		require.Equal(t, "x", string(out))
	}
	r, err := anyjson.Marshal(v)
	require.NoError(t, err)
	require.True(t, r.Checked())
}

func TestAdapter(t *testing.T) {
	t.Parallel()
	var got args
	require.NoError(t, codec.Unmarshal([]byte(full), anyjson.Value(&got)))
	require.Equal(t, int64(math.MaxInt64), got.Count)
	out, err := anyjson.Value(got).AppendJSON(nil)
	require.NoError(t, err)
	require.NoError(t, codec.Valid(out))
	require.Error(t, codec.Unmarshal([]byte(`{"count":"x"}`), anyjson.Value(&got)))
}

func FuzzUnmarshal(f *testing.F) {
	for _, src := range []string{full, `{}`, `null`, `{"name":"\ud800"}`, `{"count":5.0}`, `{"map":{"a":1e400}}`, `{"list":[{"id":1},null]}`} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var got args
		if err := anyjson.Unmarshal(src, &got); err != nil {
			return
		}
		require.NoError(t, codec.Valid(src), "what codec refuses is refused")
		out, err := anyjson.Append(nil, got)
		require.NoError(t, err)
		require.NoError(t, codec.Valid(out))
		var again args
		require.NoError(t, anyjson.Unmarshal(out, &again), "%s", out)
		second, err := anyjson.Append(nil, again)
		require.NoError(t, err)
		require.Equal(t, string(out), string(second))
	})
}

func Example() {
	var forecast struct {
		City string `json:"city"`
		Days int    `json:"days"`
	}
	arguments := codec.RawString(`{"city":"Oslo","days":3}`)
	if err := anyjson.UnmarshalRaw(arguments, &forecast); err != nil {
		fmt.Println(err)
		return
	}
	structured, err := anyjson.Marshal(map[string]any{"city": forecast.City, "degrees": []int{18, 17, 21}[:forecast.Days]})
	fmt.Println(structured, err)
	// Output: {"city":"Oslo","degrees":[18,17,21]} <nil>
}

func BenchmarkUnmarshal(b *testing.B) {
	for name, decode := range map[string]func([]byte, any) error{"anyjson": anyjson.Unmarshal, "encoding-json": json.Unmarshal} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(full)))
			b.ReportAllocs()
			for b.Loop() {
				var v args
				if err := decode([]byte(full), &v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
