package peers

import "bytes"

// Owns tries whether what c decodes keeps nothing of the input, so that it stays as it is when the input is used for something else. Those
// that can do an envelope and nothing else do not count.
func Owns(c Codec) bool {
	p := prober{codec: c}
	target := NewTarget(c, p.message(), Payload)
	if target == nil {
		return false
	}
	input := []byte(`{"name":"a name that is not the shortest","arguments":{"city":"Oslo","days":3}}`)
	if c.Decode(input, target) != nil {
		return false
	}
	out, err := c.Encode(target)
	if err != nil {
		return false
	}
	before := bytes.Clone(out)
	copy(input, bytes.Repeat([]byte{'1'}, len(input)))
	out, err = c.Encode(target)
	return err == nil && bytes.Equal(before, out)
}
