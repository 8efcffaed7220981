//go:build !purego

package scan

import "golang.org/x/sys/cpu"

// wide says whether textAVX2 may be called.
var wide = cpu.X86.HasAVX2 && cpu.X86.HasBMI1

// textAVX2 is Text for the whole blocks of 64 bytes among the n bytes at p: i is the index of the first stop, or how many
// bytes were looked at.
//
//go:noescape
func textAVX2(p *byte, n int) (i int, high bool)

// textBlocks is Text for the whole blocks of 64 bytes in s.
func textBlocks(s []byte) (n int, high bool) {
	if !wide || len(s) < 64 {
		return 0, false
	}
	return textAVX2(&s[0], len(s))
}
