package peers

import (
	"github.com/goccy/go-json"
	gojsonv2 "github.com/goccy/go-json/v2"
)

// goccyCodecs returns goccy/go-json: as it comes, with everything switched to speed, and with the semantics of version 2.
func goccyCodecs() []Codec {
	legacy := json.OmitEmptyWithLegacySemantics(true) // for the reason that standard gives
	return []Codec{
		&funcs{name: "goccy", decode: json.Unmarshal, encode: fresh(json.Marshal)},
		&funcs{
			name: "goccy-nocopy",
			decode: func(data []byte, into any) error {
				return json.UnmarshalNoEscape(data, into, json.DecodeNoCopyString())
			},
			encode: fresh(func(v any) ([]byte, error) {
				return json.MarshalWithOption(v, json.DisableHTMLEscape(), json.DisableNormalizeUTF8(), json.UnorderedMap())
			}),
		},
		&funcs{
			name:   "goccy-v2",
			decode: func(data []byte, into any) error { return gojsonv2.Unmarshal(data, into) },
			encode: fresh(func(v any) ([]byte, error) { return gojsonv2.Marshal(v, legacy) }),
		},
	}
}
