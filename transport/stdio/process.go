package stdio

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// process is a child process and what connects us with it.
type process struct {
	cmd      *exec.Cmd
	group    *group
	timeouts transport.Timeouts
	stdin    *os.File // our ends
	stdout   *output
	stderr   *output
	tail     *tail
	exited   chan struct{} // the process was waited for, and its group told to end
	drained  chan struct{} // nothing more comes from stderr
	hurry    atomic.Bool   // it has not become a server in time: it gets no time to end by itself
}

const (
	// lastGasp is how long a process whose streams have ended is waited for before calls fail. The system closes streams
	// and reports the end at the same time, almost; a busy one may take a while.
	lastGasp = time.Second
	// lastWords is how long what it wrote last to standard error is waited for. It is in the pipe, and only has to be read: it passes
	// where StartOptions.Stderr, or the Stderr of the command, does not return.
	lastWords = time.Second
	// afterKill is how long the system may take, at least, to end a process that was killed: it has to take back its memory first.
	afterKill = 10 * time.Second
)

// spawn starts a copy of cmd.
func spawn(ctx context.Context, cmd *exec.Cmd, t transport.Timeouts, sink *sink) (*process, error) {
	if ctx.Err() != nil {
		return nil, transport.FromContext(ctx, "starting the server")
	}
	own := *cmd
	p := &process{
		cmd: &own, group: &group{cmd: &own}, timeouts: t, tail: &tail{sink: sink},
		exited: make(chan struct{}), drained: make(chan struct{}),
	}
	own.SysProcAttr = ownGroup(cmd.SysProcAttr)
	if cmd.Cancel != nil { // it is made by exec.CommandContext, and what Cancel does is about cmd
		own.Cancel = func() error {
			p.group.kill()
			return nil
		}
	}
	own.WaitDelay = 0
	theirs, err := p.pipes()
	if err != nil {
		closeAll(append(theirs, p.ours()...)...)
		return nil, transport.FromProcess("starting the server", -1, "", err)
	}
	started := make(chan error, 1)
	go func() { // loading a program can take its time
		err := own.Start()
		closeAll(theirs...)
		if err == nil {
			err = p.group.adopt()
		}
		started <- err
	}()
	select {
	case err = <-started:
	case <-ctx.Done():
		go p.abandon(started)
		return nil, transport.FromContext(ctx, "starting the server")
	}
	if err != nil {
		closeAll(p.ours()...)
		if _, e := os.Stat(own.Dir); own.Dir != "" && e != nil && cmd.SysProcAttr == nil { // err blames the program
			err = e
		}
		return nil, transport.FromProcess("starting the server", -1, "", err)
	}
	go p.wait()
	go p.drain()
	return p, nil
}

// pipes makes the pipes, and returns the ends of the process.
func (p *process) pipes() ([]*os.File, error) {
	in, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.stdin = w
	r, out, err := os.Pipe()
	if err != nil {
		return []*os.File{in}, err
	}
	p.stdout = newOutput(r)
	r, errs, err := os.Pipe()
	if err != nil {
		return []*os.File{in, out}, err
	}
	p.stderr = newOutput(r)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = in, out, errs
	return []*os.File{in, out, errs}, nil
}

// ours returns our ends, as far as they are there.
func (p *process) ours() []*os.File {
	all := []*os.File{p.stdin}
	for _, o := range []*output{p.stdout, p.stderr} {
		if o != nil {
			all = append(all, o.file)
		}
	}
	return all
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close() // there is nothing to be written
		}
	}
}

// abandon ends a process that starts after it was given up.
func (p *process) abandon(started <-chan error) {
	if <-started == nil {
		p.group.kill()
		_ = p.group.reap() // nobody asks
	}
	closeAll(p.ours()...)
}

// wait reaps the process. What it has started goes with it: a grandchild could hold the streams open for ever (rule B-28).
func (p *process) wait() {
	_ = p.group.reap() // how it ended stands in ProcessState
	p.stdout.finish()
	p.stderr.finish()
	close(p.exited)
}

// drain reads the standard error for as long as anybody writes there.
func (p *process) drain() {
	defer close(p.drained)
	_, _ = io.Copy(p.tail, p.stderr) // it ends with the process, or with close
	p.tail.flush()
}

// ended says what calls fail with when the process takes or says nothing any more (rule B-29).
func (p *process) ended(err error) error {
	if waitFor(p.exited, lastGasp) {
		waitFor(p.drained, lastWords)
		s := p.cmd.ProcessState
		return transport.FromProcess("the server has ended", s.ExitCode(), p.tail.String(), errors.New(s.String()))
	}
	what := "reading from the server"
	switch {
	case errors.Is(err, io.EOF):
		what, err = "the server has closed its standard output", nil
	case hungUp(err):
		what, err = "the server has closed its standard input", nil
	}
	return transport.FromProcess(what, -1, p.tail.String(), err)
}

// agreed is told how the agreement on a revision has ended. A start that has failed says what the server has said.
func (p *process) agreed(err error) error {
	p.hurry.Store(errors.Is(err, transport.Timeout) || errors.Is(err, transport.Canceled))
	if e, ok := err.(*transport.Error); ok && e.Stderr() == "" { //nolint:errorlint // one that is wrapped has said what it is about
		return e.WithStderr(p.tail.String())
	}
	return err
}

// close ends the process step by step (rules B-19 to B-22), and leaves nothing of it behind.
func (p *process) close() error {
	_ = p.stdin.Close() // the error would be of a write that was given up
	err := p.end()
	_ = p.stdout.file.Close()
	if !waitFor(p.drained, lastWords) { // what was said last is still to be read
		_ = p.stderr.file.Close()
		waitFor(p.drained, lastWords)
		return err
	}
	_ = p.stderr.file.Close()
	return err
}

func (p *process) end() error {
	patience := p.timeouts.Shutdown
	if p.hurry.Load() {
		patience = 0
	}
	if waitFor(p.exited, patience) {
		return nil
	}
	if p.group.terminate() && waitFor(p.exited, p.timeouts.Kill) {
		return nil
	}
	p.group.kill()
	if waitFor(p.exited, max(p.timeouts.Kill, afterKill)) {
		return nil
	}
	return transport.FromProcess("the server cannot be killed", -1, p.tail.String(), nil)
}

// waitFor reports whether c was closed within d.
func waitFor(c <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c:
		return true
	case <-t.C:
		return false
	}
}
