package codec

import (
	"encoding/base64"

	"github.com/mcpwire/mcpwire/codec/internal/bytesconv"
)

// Base64 is binary data as standard, padded Base64 text (RFC 4648 section 4), which is how JSON carries
// it. The text stays encoded until somebody asks: forwarding an image decodes nothing.
type Base64 string

// EncodeBase64 returns b as Base64 text.
func EncodeBase64(b []byte) Base64 { return Base64(base64.StdEncoding.EncodeToString(b)) }

// AppendDecoded appends the decoded bytes to dst. The error wraps base64.CorruptInputError.
func (s Base64) AppendDecoded(dst []byte) ([]byte, error) {
	out, err := base64.StdEncoding.AppendDecode(dst, bytesconv.Bytes(string(s)))
	if err != nil {
		return dst, because2(ErrInvalid, "Base64 text", err)
	}
	return out, nil
}

// DecodedLen returns the largest number of bytes that s can decode to.
func (s Base64) DecodedLen() int { return base64.StdEncoding.DecodedLen(len(s)) }
