package stdio

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

var (
	protecting sync.Mutex
	protected  atomic.Pointer[original]
)

// original is what standard output was.
type original struct {
	file   *os.File
	before *os.File // os.Stdout, which closes its descriptor as soon as it is garbage
}

// ProtectStdout keeps what the program prints to standard output out of the stream of messages: from now on it goes to
// standard error, and Serve alone has the standard output that the process was started with (rule B-06). On Unix that
// holds for whatever writes to file descriptor 1; elsewhere for os.Stdout. Call it first thing in main. A second call
// does nothing.
func ProtectStdout() error {
	protecting.Lock()
	defer protecting.Unlock()
	if protected.Load() != nil {
		return nil
	}
	f, err := divert()
	if err != nil {
		return fmt.Errorf("stdio: protecting standard output: %w", err)
	}
	protected.Store(&original{file: f, before: os.Stdout})
	os.Stdout = os.Stderr
	return nil
}
