//go:build !purego && (amd64 || arm64)

package scan

// findBlocks is find by a kernel that wants whole blocks.
func (t *Tokens) findBlocks(s []byte, i, size int) (n int, ok bool) {
	t.Line, ok = Window, true
	whole := size &^ (block - 1)
	if whole > 0 {
		n, t.Line, ok = tokensBlocks(&s[i], whole, &t.First[0], &t.At[0], &t.carry)
	}
	if whole < size && ok {
		last, ok := t.findLast(s, i+whole, whole, t.First[n:], t.At[n:])
		return n + last, ok
	}
	return n, ok
}

// findLast finds the tokens from index i on, where less than a block is left. That is whole bytes after the start of the window.
func (t *Tokens) findLast(s []byte, i, whole int, first, at []uint8) (n int, ok bool) {
	// The block before is needed for characters that go on. After the rest come spaces.
	var last [2 * block]byte
	if from := i - block; from >= 0 {
		copy(last[:block], s[from:])
	}
	for k := block + copy(last[block:], s[i:]); k < len(last); k++ {
		last[k] = ' '
	}
	n, line, ok := tokensBlocks(&last[block], block, &first[0], &at[0], &t.carry)
	for k := range at[:n] {
		at[k] += uint8(whole) //nolint:gosec // less than Window
	}
	if t.Line == Window && line < Window {
		t.Line = line + whole
	}
	return n, ok
}
