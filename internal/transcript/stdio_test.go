package transcript_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// lineWire is the script's end of a connection as stdio has it.
type lineWire struct {
	s   *scene
	in  *queue
	out chan string // what is to be written
}

// duplex is the library's end.
type duplex struct {
	*io.PipeReader

	w *io.PipeWriter
}

func (d *duplex) Write(p []byte) (int, error) { return d.w.Write(p) }
func (d *duplex) Close() error                { return errors.Join(d.w.Close(), d.PipeReader.Close()) }

// room is how much may wait to be written: enough for any transcript.
const room = 10_000

// connectLines makes both ends.
func (s *scene) connectLines() (*lineWire, *duplex) {
	toLib, fromScript := io.Pipe()
	fromLib, libOut := io.Pipe()
	out := make(chan string, room)
	w := &lineWire{s: s, in: s.newQueue("the " + s.tr.side), out: out}
	go w.read(fromLib)
	go func() {
		for text := range out {
			_, _ = io.WriteString(fromScript, text) // the library may have gone
		}
		_ = fromScript.Close() // it never fails
	}()
	return w, &duplex{toLib, libOut}
}

// read takes what comes apart into lines, which keep what ends them.
func (w *lineWire) read(r io.Reader) {
	for b := bufio.NewReader(r); ; {
		line, err := b.ReadString('\n')
		if line != "" {
			w.in.put(item{kind: isMessage, text: line})
		}
		if err != nil {
			w.in.put(item{kind: isEnd, text: err.Error()})
			return
		}
	}
}

func (w *lineWire) open() error { return nil }

func (w *lineWire) send(line string) error {
	w.out <- line + "\n"
	return nil
}

// next returns the next line, which ends as it has to (rules B-03, B-05).
func (w *lineWire) next() (string, error) {
	x, err := w.s.next(w.in, isMessage)
	if err != nil {
		return "", err
	}
	line, ok := strings.CutSuffix(x.text, "\n")
	if !ok || strings.ContainsRune(line, '\r') {
		return "", fmt.Errorf("a line that does not end in LF alone: %q", x.text)
	}
	return line, nil
}

func (w *lineWire) close() error {
	if w.out != nil {
		close(w.out)
		w.out = nil
	}
	return nil
}

func (w *lineWire) closed() error {
	_, err := w.s.next(w.in, isEnd)
	return err
}
