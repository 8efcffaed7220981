package peers

import (
	"bytes"
	"errors"

	"github.com/segmentio/encoding/json"
)

var errTrailing = errors.New("peers: bytes after the value")

// segmentioCodecs returns segmentio/encoding as it comes, and borrowing.
func segmentioCodecs() []Codec {
	return []Codec{
		&funcs{name: "segmentio", decode: json.Unmarshal, encode: fresh(json.Marshal)},
		&funcs{
			name: "segmentio-nocopy",
			decode: func(data []byte, into any) error {
				rest, err := json.Parse(data, into, json.ZeroCopy|json.DontMatchCaseInsensitiveStructFields)
				if err == nil && len(bytes.TrimSpace(rest)) > 0 {
					return errTrailing
				}
				return err
			},
			encode: func(buf *[]byte, v any) (err error) {
				*buf, err = json.Append(*buf, v, json.TrustRawMessage)
				return err
			},
		},
	}
}
