//go:build !linux

package scan

import (
	"bytes"
	"testing"
)

const guardSize = 256 << 10

// fenced returns a copy of src and a destination of room bytes. On Linux they touch forbidden memory.
func fenced(tb testing.TB, src []byte, room int, _ bool) (s, d []byte) {
	tb.Helper()
	return bytes.Clone(src), make([]byte, room)
}
