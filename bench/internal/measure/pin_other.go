//go:build !linux

package measure

import "runtime"

// Pin keeps the calling goroutine on its thread and Go code on one processor. It says what it could not do.
func Pin() string {
	runtime.LockOSThread()
	runtime.GOMAXPROCS(1)
	return "one processor, not pinned to a core"
}
