//go:build unix

package stdio

import (
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// After the end of a process, its output is what is in the pipe, and never more than a pipe holds, though somebody writes on.
func TestOutputEnds(t *testing.T) {
	for name, goesOn := range map[string]bool{"silence": false, "others write on": true} {
		t.Run(name, func(t *testing.T) {
			r, w, err := os.Pipe()
			require.NoError(t, err)
			defer w.Close()
			defer r.Close()
			o := newOutput(r)
			b := make([]byte, 4096)
			_, err = w.Write(b)
			require.NoError(t, err)
			n, err := o.Read(b)
			require.NoError(t, err)
			require.Equal(t, len(b), n)
			_, err = w.Write(b)
			require.NoError(t, err)
			o.finish()
			total := 0
			for err == nil {
				n, err = o.Read(b)
				if total += n; goesOn {
					_, e := w.Write(b[:n])
					require.NoError(t, e)
				}
			}
			require.ErrorIs(t, err, io.EOF)
			if goesOn {
				require.Equal(t, maxPipe, total)
			} else {
				require.Equal(t, len(b), total)
			}
		})
	}
}

// A Read that waits ends with the process.
func TestOutputWaits(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	defer r.Close()
	o := newOutput(r)
	ended := make(chan error, 1)
	go func() {
		_, err := o.Read(make([]byte, 1))
		ended <- err
	}()
	o.finish()
	require.ErrorIs(t, <-ended, io.EOF)
}
