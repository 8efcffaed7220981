//go:build !unix

package stdio

import "os"

// readAvailable is not called: files that have no deadlines exceed none.
func readAvailable(f *os.File, b []byte) (int, error) { return f.Read(b) }

// hungUp is for a better text only.
func hungUp(error) bool { return false }
