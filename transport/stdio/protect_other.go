//go:build !unix

package stdio

import "os"

// divert returns the standard output; that of os is replaced by the caller.
func divert() (*os.File, error) { return os.Stdout, nil }
