//go:build !purego

// Package bytesconv views bytes as strings and back without copying. It is the one
// package of the codec that imports unsafe; with the build tag purego it copies instead.
package bytesconv

import "unsafe"

// Borrows reports whether String and Bytes share memory with their argument.
const Borrows = true

// String returns a string that shares b's memory: it changes when b does.
func String(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Bytes returns a slice that shares s's memory. It must never be written to.
func Bytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
