//go:build purego

// Package bytesconv turns bytes into strings and back; with the build tag purego it copies.
package bytesconv

// Borrows reports whether String and Bytes share memory with their argument.
const Borrows = false

// String returns a copy of b as a string.
func String(b []byte) string { return string(b) }

// Bytes returns a copy of s.
func Bytes(s string) []byte { return []byte(s) }
