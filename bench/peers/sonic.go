package peers

import (
	"unsafe"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/encoder"
)

// sonicCodecs returns sonic in its three named configurations and in one that is as fast and checks strings.
// Where sonic has no code for the platform it hands over to encoding/json, and the names say so.
func sonicCodecs() []Codec {
	suffix := ""
	if sonic.APIKind == sonic.UseStdJSON {
		suffix = "-fallback"
	}
	validating := sonic.Config{ValidateString: true, CaseSensitive: true}.Froze()
	return []Codec{
		&funcs{name: "sonic" + suffix, decode: sonic.Unmarshal, encode: fresh(sonic.Marshal)},
		&funcs{name: "sonic-std" + suffix, decode: sonic.ConfigStd.Unmarshal, encode: fresh(sonic.ConfigStd.Marshal)},
		&funcs{
			name:   "sonic-valid" + suffix,
			decode: borrowing(validating),
			encode: encodeInto(encoder.ValidateString),
		},
		&funcs{
			name:   "sonic-nocopy" + suffix,
			decode: borrowing(sonic.ConfigFastest),
			encode: encodeInto(encoder.NoValidateJSONMarshaler | encoder.NoQuoteTextMarshaler),
		},
	}
}

// borrowing avoids the copy of the input that sonic's Unmarshal makes: the strings refer to data.
func borrowing(api sonic.API) func([]byte, any) error {
	return func(data []byte, into any) error {
		return api.UnmarshalFromString(unsafe.String(unsafe.SliceData(data), len(data)), into)
	}
}

func encodeInto(opts encoder.Options) func(*[]byte, any) error {
	return func(buf *[]byte, v any) error { return encoder.EncodeInto(buf, v, opts) }
}
