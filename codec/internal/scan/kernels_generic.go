//go:build purego || !(amd64 || arm64)

package scan

import "unicode/utf8"

const best = Portable

var levelNames = [...]string{"Go"}

// These are for kernels.
const (
	minBlocks = block
	minFused  = block
)

// Nothing below is called at level Portable.

func textBlocks([]byte, bool) (n int, sure bool) { return 0, false }

func utf8Blocks(s []byte) bool { return utf8.Valid(s) }

func unescapeBlocks(dst, src []byte) (wrote, read int, high bool) { return unescapeWords(dst, src) }

func escapeBlocks(dst, src []byte) (wrote, read int, high bool) { return escapeWords(dst, src) }

func (*Tokens) find([]byte, int, int) (n int, ok bool) { return 0, false }
