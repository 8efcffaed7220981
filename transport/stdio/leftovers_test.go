//go:build unix

package stdio_test

import (
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mcpwire/mcpwire/internal/builds"
	"github.com/mcpwire/mcpwire/internal/leaks"
)

// noLeftovers fails the test if at its end, after all cleanups that are registered later, there are goroutines, open files or child
// processes, zombies too, that were not there when it was called.
func noLeftovers(t *testing.T) {
	t.Helper()
	warmUp()
	watching++
	goroutines, files := goleak.IgnoreCurrent(), openFiles(t)
	t.Cleanup(func() {
		require.NoError(t, leaks.Find(leaks.Patience, goroutines))
		if !comes(func() bool { return len(openFiles(t)) <= len(files) }) {
			t.Errorf("files before: %q, now: %q", files, openFiles(t))
		}
		if watching--; watching == 0 {
			noChildren(t)
		}
	})
}

// watching counts the noLeftovers that have not looked yet: children are counted when all clients are closed.
var watching int

// noChildren fails the test if the process has a child, zombie or not.
func noChildren(t *testing.T) {
	t.Helper()
	pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
	require.ErrorIs(t, err, syscall.ECHILD, "child %d", pid)
}

// warmUp makes the runtime open the files that it keeps open.
var warmUp = sync.OnceFunc(func() {
	r, w, err := os.Pipe()
	if err == nil {
		_ = r.SetReadDeadline(time.Now())
		_, _ = r.Read(make([]byte, 1))
		_, _ = r.Close(), w.Close()
	}
})

// openFiles returns what files the process has open, by number.
func openFiles(t *testing.T) []string {
	t.Helper()
	list, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	var open []string
	for _, e := range list {
		to, err := os.Readlink("/dev/fd/" + e.Name()) // fails on systems where it is no link
		if err == nil && strings.HasSuffix(to, "/fd") {
			continue // the folder that was just read
		}
		open = append(open, e.Name()+" "+to)
	}
	slices.Sort(open)
	return open
}

// running reports whether a process is there; one that init has not reaped yet does not count.
func running(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !zombie.Match(stat)
}

// zombie matches the state of a process that has ended.
var zombie = regexp.MustCompile(`\) Z `)

func gone(t *testing.T, pid int) {
	t.Helper()
	eventually(t, func() bool { return !running(pid) }, "the end of a process")
}

// heapDuring returns by how many bytes the heap grew while f ran: what was allocated and not yet collected, and what was taken from
// the system.
func heapDuring(f func()) (alloc, system int64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	alloc0, system0 := m.HeapAlloc, m.HeapSys
	stop, done := make(chan struct{}), make(chan struct{})
	look := func() {
		runtime.ReadMemStats(&m)
		alloc, system = max(alloc, int64(m.HeapAlloc-alloc0)), max(system, int64(m.HeapSys-system0))
	}
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				look()
				return
			case <-time.After(5 * time.Millisecond):
				look()
			}
		}
	}()
	f()
	close(stop)
	<-done
	return alloc, system
}

// patience bounds waits for what comes soon, or late on a machine that has other things to do.
const patience = 30 * time.Second

// comes reports whether ok comes true in time.
func comes(ok func() bool) bool {
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

func eventually(t *testing.T, ok func() bool, what string) {
	t.Helper()
	if !comes(ok) {
		t.Fatal("it did not come: " + what)
	}
}

// within fails the test if f takes longer. Ceilings are far above what is measured on a busy machine, and below what f takes if it
// waits for what does not come.
func within(t *testing.T, ceiling time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	took := time.Since(began)
	t.Logf("%v", took.Round(time.Millisecond))
	require.Less(t, took, ceiling)
}

// fewer is n, or less where the tests are to be quick or are slow.
func fewer(n int) int {
	if !builds.Plain {
		n /= 10
	}
	if testing.Short() {
		n /= 10
	}
	return n
}
