package scan

import (
	"sync"
	"syscall"
	"testing"
)

const (
	guardPage = 64 << 10 // a multiple of every page size
	guardSize = 4 * guardPage
)

// fence is memory between two areas that nobody may read or write.
type fence []byte

// newFence is called once for each area; they live as long as the process.
func newFence() fence {
	mem, err := syscall.Mmap(-1, 0, guardSize+2*guardPage, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	for _, guard := range [][]byte{mem[:guardPage], mem[guardPage+guardSize:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			panic(err)
		}
	}
	return mem[guardPage : guardPage+guardSize : guardPage+guardSize]
}

var (
	fencesOnce         sync.Once
	srcFence, dstFence fence
)

// fenced returns a copy of src and a destination of room bytes, which touch forbidden memory at their ends, or at their
// starts if low is set: reading or writing one byte too far ends the process.
func fenced(tb testing.TB, src []byte, room int, low bool) (s, d []byte) {
	tb.Helper()
	fencesOnce.Do(func() { srcFence, dstFence = newFence(), newFence() })
	s, d = srcFence.part(len(src), low), dstFence.part(room, low)
	copy(s, src)
	for i := range d {
		d[i] = 0xdb
	}
	return s, d
}

func (f fence) part(n int, low bool) []byte {
	if low {
		return f[:n:n]
	}
	return f[len(f)-n:]
}
