//go:build !unix

package stdio

import "os"

// withoutSIGPIPE does nothing: writes fail anyway.
func withoutSIGPIPE() (restore func()) { return func() {} }

// divert returns the standard output; that of os is replaced by the caller.
func divert() (*os.File, error) { return os.Stdout, nil }
