//go:build unix

package transports

import "golang.org/x/sys/unix"

// descriptors returns how many files and connections this process, and so a child, may have open. The Go runtime has raised the limit as far
// as it may.
func descriptors() uint64 {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	return uint64(l.Cur) //nolint:unconvert // signed on some systems
}
