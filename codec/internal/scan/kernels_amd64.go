//go:build !purego

package scan

import "golang.org/x/sys/cpu"

var best = func() Level {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasBMI1 || !x.HasBMI2 || !x.HasPOPCNT:
		return Portable
	case !x.HasAVX512F || !x.HasAVX512BW || !x.HasAVX512VL || !x.HasAVX512VBMI || !x.HasAVX512VBMI2:
		return AVX2
	}
	return AVX512
}()

// The kernels take a destination with room for so many bytes, and n bytes at src. They write and read nothing outside of
// those, return how many bytes they wrote and read, and whether non-ASCII bytes are among those they read. Those with AVX2 work on
// blocks of 64 bytes and leave the rest alone; those with AVX-512 also do the rest.

//go:noescape
func unescapeAVX2(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func unescapeAVX512(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func escapeAVX2(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func escapeAVX512(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

// unescapeBlocks is unescapeWords for long texts. It also stops when fewer than block bytes of dst are left.
func unescapeBlocks(dst, src []byte) (wrote, read int, high bool) {
	if level == AVX512 {
		return unescapeAVX512(&dst[0], len(dst), &src[0], len(src))
	}
	if len(src) >= block {
		wrote, read, high = unescapeAVX2(&dst[0], len(dst), &src[0], len(src))
	}
	if rest := len(src) - read; rest < block && rest > 0 && src[read] != '"' && len(dst)-wrote >= block {
		// The zeros after the rest are what the kernel stops at.
		var last [block]byte
		copy(last[:], src[read:])
		w, r, h := unescapeAVX2(&dst[wrote], block, &last[0], block)
		return wrote + w, read + r, high || h
	}
	return wrote, read, high
}

// escapeBlocks is escapeWords for long texts. It stops when fewer than Room bytes of dst are left, and at a control character
// that has no short escape.
func escapeBlocks(dst, src []byte) (wrote, read int, high bool) {
	if level == AVX512 {
		return escapeAVX512(&dst[0], len(dst), &src[0], len(src))
	}
	if len(src) >= block {
		wrote, read, high = escapeAVX2(&dst[0], len(dst), &src[0], len(src))
	}
	if rest := len(src) - read; rest < block && rest > 0 && len(dst)-wrote >= Room {
		var last [block]byte
		copy(last[:], src[read:])
		w, r, h := escapeAVX2(&dst[wrote], Room, &last[0], block)
		return wrote + w, read + r, high || h
	}
	return wrote, read, high
}
