//go:build purego || !amd64

package scan

// textBlocks does nothing here: the portable loop does it all.
func textBlocks([]byte) (n int, high bool) { return 0, false }
