package transports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// How long a child may take to leave by itself once its stdin is closed.
const graceTime = 2 * time.Second

// process is a child that serves.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.Reader
	ask    *os.File
	tell   *os.File
	lines  *bufio.Reader // over tell
	errs   *head
	limit  *time.Timer
	closed sync.Once
}

// command returns the command that runs this program as the named server.
func command(name string, era Era, s Scenario) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	load, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program) //nolint:noctx // it is this very program; a timer of ours ends it
	cmd.Env = append(os.Environ(), envServer+"="+name, envLoad+"="+string(load), envEra+"="+string(era))
	return cmd, nil
}

// start runs the named server. After limit it is killed, whatever it does.
func start(name string, era Era, s Scenario, limit time.Duration) (*process, error) {
	cmd, err := command(name, era, s)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, errs: &head{}}
	childAsk, ask, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	tell, childTell, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, childAsk.Close(), ask.Close())
	}
	p.ask, p.tell, p.lines = ask, tell, bufio.NewReader(tell)
	cmd.Env = append(cmd.Env, envAsk+"=1")
	cmd.ExtraFiles = []*os.File{childAsk, childTell} // become fdAsk and fdTell
	cmd.Stderr = p.errs
	p.in, p.out, err = pipes(cmd)
	if err == nil {
		err = cmd.Start()
	}
	_, _ = childAsk.Close(), childTell.Close()
	if err != nil {
		return nil, errors.Join(err, ask.Close(), tell.Close())
	}
	p.limit = time.AfterFunc(limit, p.kill)
	return p, nil
}

func pipes(cmd *exec.Cmd) (in io.WriteCloser, out io.Reader, err error) {
	if in, err = cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	out, err = cmd.StdoutPipe()
	return in, out, err
}

// kill ends the child at once. It may be called at any time and more than once.
func (p *process) kill() { _ = p.cmd.Process.Kill() }

// stop closes the child's stdin, waits until it has left, or kills it, and reaps it. It returns what the child wrote to its
// stderr, if it did not leave in good order.
func (p *process) stop() (err error) {
	p.closed.Do(func() {
		p.limit.Stop()
		_ = p.in.Close()
		grace := time.AfterFunc(graceTime, p.kill)
		defer grace.Stop()
		err = p.cmd.Wait()
		_, _ = p.ask.Close(), p.tell.Close()
		if err != nil {
			err = fmt.Errorf("%w, stderr: %s", err, p.errs)
		}
	})
	return err
}

// head keeps the first bytes that a child writes to its stderr.
type head struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (h *head) Write(b []byte) (int, error) {
	const most = 4 << 10
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buf.Write(b[:min(len(b), most-min(most, h.buf.Len()))])
	return len(b), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.buf.Len() == 0 {
		return "nothing"
	}
	return strings.TrimSpace(h.buf.String())
}
