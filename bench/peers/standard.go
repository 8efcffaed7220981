package peers

import (
	"encoding/json"

	expjson "github.com/go-json-experiment/json"
	expv1 "github.com/go-json-experiment/json/v1"
)

// Baseline is the name of the codec that ratios refer to.
const Baseline = "encoding-json"

// standard returns encoding/json and the module that the next version of it is developed in.
func standard() []Codec {
	// Version 2 has another idea of omitempty and would drop members that are {}, as capabilities often are.
	legacy := expv1.OmitEmptyWithLegacySemantics(true)
	return []Codec{
		&funcs{name: Baseline, decode: json.Unmarshal, encode: fresh(json.Marshal)},
		&funcs{
			name:   "json-experiment",
			decode: func(data []byte, into any) error { return expjson.Unmarshal(data, into) },
			encode: fresh(func(v any) ([]byte, error) { return expjson.Marshal(v, legacy) }),
		},
	}
}
