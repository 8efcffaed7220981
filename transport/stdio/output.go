package stdio

import (
	"errors"
	"io"
	"os"
	"time"
)

// output is what a process writes to one of its streams. When the process has ended, what is in the pipe is still read, at
// whatever pace, but no more is waited for: a process that has left the group may hold the pipe open for ever.
type output struct {
	file *os.File
	late bool // the process has ended; the reader's
	left int  // bytes that are still read then
}

// maxPipe is how many bytes a pipe holds at most, unless an administrator has said otherwise. Without a bound, a process
// that has left the group could go on talking for the one that has ended.
const maxPipe = 1 << 20

func newOutput(f *os.File) *output { return &output{file: f, left: maxPipe} }

// finish is called once, when the process has ended. Where files have no deadlines, the pipe ends with the last
// process that holds it, or with close.
func (o *output) finish() { _ = o.file.SetReadDeadline(time.Unix(1, 0)) }

// Read reads as from the pipe, and returns io.EOF at the end.
func (o *output) Read(b []byte) (int, error) {
	if !o.late {
		n, err := o.file.Read(b)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		o.late = true
		_ = o.file.SetReadDeadline(time.Time{}) // as the first time
	}
	n, err := readAvailable(o.file, b[:min(len(b), o.left)])
	if o.left -= n; n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}
