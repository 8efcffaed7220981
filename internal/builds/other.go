//go:build race || purego || pooldebug || emulated || 386

package builds

// Plain says that this is the build of go test ./... on most machines: without the race detector and tags, for 64 bits.
const Plain = false
