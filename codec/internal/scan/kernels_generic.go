//go:build purego || !amd64

package scan

const best = Portable

func unescapeBlocks(dst, src []byte) (wrote, read int, high bool) { return unescapeWords(dst, src) }

func escapeBlocks(dst, src []byte) (wrote, read int, high bool) { return escapeWords(dst, src) }
