package transports

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
)

// The descriptors over which a child is asked for its usage, and tells it. Its stderr stays free for errors.
const (
	fdAsk  = 3
	fdTell = 4
)

// Usage is what a process has used up so far, or for some work.
type Usage struct {
	Mallocs, Bytes uint64
	CPU            time.Duration
}

// since returns what was used after the earlier usage.
func (u Usage) since(earlier Usage) Usage {
	return Usage{Mallocs: u.Mallocs - earlier.Mallocs, Bytes: u.Bytes - earlier.Bytes, CPU: u.CPU - earlier.CPU}
}

// ownUsage returns what this process has used. It stops the world for a moment.
func ownUsage() Usage {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Usage{Mallocs: m.Mallocs, Bytes: m.TotalAlloc, CPU: measure.CPUTime()}
}

// reportUsage answers each byte on ask with a line on tell. Between questions its thread sleeps in the kernel.
func reportUsage(ask, tell *os.File) {
	var question [1]byte
	for {
		if _, err := io.ReadFull(ask, question[:]); err != nil {
			return
		}
		u := ownUsage()
		if _, err := fmt.Fprintln(tell, u.Mallocs, u.Bytes, int64(u.CPU)); err != nil {
			return
		}
	}
}

// askUsage is the parent's side of reportUsage.
func askUsage(ask io.Writer, tell *bufio.Reader) (Usage, error) {
	var u Usage
	if _, err := ask.Write([]byte{'?'}); err != nil {
		return u, fmt.Errorf("ask for usage: %w", err)
	}
	line, err := tell.ReadString('\n')
	if err != nil {
		return u, fmt.Errorf("usage: %w", err)
	}
	var cpu int64
	if _, err := fmt.Sscan(line, &u.Mallocs, &u.Bytes, &cpu); err != nil {
		return u, fmt.Errorf("usage %q: %w", line, err)
	}
	u.CPU = time.Duration(cpu)
	return u, nil
}
