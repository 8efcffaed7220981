package jsonrpc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// textsOf decodes the strings of an object.
type textsOf []string

func (x *textsOf) DecodeJSON(d *codec.Decoder) error {
	*x = nil
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		*x = append(*x, key, d.String())
	}
	return d.Err()
}

// Scan remembers where a long string is. That is of use in the params or the result in which it stands, and nowhere else.
func TestLongStringIsKnown(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 4000)
	for rule, tc := range map[string]struct {
		frame string
		want  []string
	}{
		"in params":                  {`{"jsonrpc":"2.0","method":"m","params":{"a":"b","c":"` + long + `","d":"e"}}`, []string{"a", "b", "c", long, "d", "e"}},
		"in a result":                {`{"jsonrpc":"2.0","id":1,"result":{"a":"b","c":"` + long + `","d":"e"}}`, []string{"a", "b", "c", long, "d", "e"}},
		"with an escape":             {`{"jsonrpc":"2.0","id":1,"result":{"a":"b","c":"` + long + `\n` + long + `"}}`, []string{"a", "b", "c", long + "\n" + long}},
		"the longest of two":         {`{"jsonrpc":"2.0","id":1,"result":{"a":"` + long + `","c":"` + long + long + `"}}`, []string{"a", long, "c", long + long}},
		"before the result":          {`{"x":{"y":"` + long + `"},"jsonrpc":"2.0","id":1,"result":{"a":"b"}}`, []string{"a", "b"}},
		"behind the result":          {`{"jsonrpc":"2.0","id":1,"result":{"a":"b"},"x":{"y":"` + long + `"}}`, []string{"a", "b"}},
		"the params have none":       {`{"jsonrpc":"2.0","method":"m","x":["` + long + `"]}`, nil},
		"not ASCII, and white space": {`{"jsonrpc":"2.0","id":1,"result": {"a" : "é` + long + `世"} }`, []string{"a", "é" + long + "世"}},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			var (
				m   jsonrpc.Message
				d   codec.Decoder
				got textsOf
			)
			require.NoError(t, jsonrpc.Scan([]byte(tc.frame), &m))
			for _, m := range []*jsonrpc.Message{&m, m.Clone()} {
				if m.Kind == jsonrpc.Notification {
					require.NoError(t, m.DecodeParams(&d, &got))
					require.Equal(t, tc.want, []string(got))
					continue
				}
				require.NoError(t, m.DecodeResult(&d, &got))
				require.Equal(t, tc.want, []string(got))
				raw := m.ResetResultCopy(&d)
				require.Equal(t, m.Result.String(), raw.String())
				require.NoError(t, d.Decode(&got))
				require.Equal(t, tc.want, []string(got))
			}
		})
	}
}

// What Scan remembers is not taken for true of other params.
func TestLongStringOfOtherParams(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 4000)
	var (
		m   jsonrpc.Message
		d   codec.Decoder
		got textsOf
	)
	require.NoError(t, jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","method":"m","params":{"c":"`+long+`"}}`), &m))
	other := strings.ReplaceAll(m.Params.String(), "0123456789abcdef0123", `01","456":"9abcdef01`)
	m.Params = codec.RawString(other)
	require.NoError(t, m.DecodeParams(&d, &got))
	var want textsOf
	require.NoError(t, codec.Unmarshal([]byte(other), &want))
	require.Equal(t, want, got)
}
