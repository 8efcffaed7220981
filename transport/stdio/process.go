package stdio

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// process is a child process and what connects us with it.
type process struct {
	cmd      *exec.Cmd
	timeouts transport.Timeouts
	stdin    *os.File // our ends
	stdout   *os.File
	stderr   *os.File
	tail     *tail
	exited   chan struct{} // the process was waited for
	over     chan struct{} // and so was its group
	drained  chan struct{} // nothing more comes from stderr
}

// grace is how long the streams of a process that has ended are read on, and how long a process whose streams have ended
// is waited for, before calls fail. What it wrote last is in the pipe already; only another process can hold it open.
const grace = 100 * time.Millisecond

// spawn starts a copy of cmd.
func spawn(ctx context.Context, cmd *exec.Cmd, t transport.Timeouts, line func([]byte)) (*process, error) {
	if err := ctx.Err(); err != nil {
		return nil, transport.FromContext(ctx, "starting the server")
	}
	p := &process{timeouts: t, tail: &tail{line: line}, exited: make(chan struct{}), over: make(chan struct{}), drained: make(chan struct{})}
	p.cmd = &exec.Cmd{
		Path: cmd.Path, Args: cmd.Args, Env: cmd.Env, Dir: cmd.Dir, ExtraFiles: cmd.ExtraFiles,
		SysProcAttr: ownGroup(cmd.SysProcAttr), Err: cmd.Err,
	}
	theirs, err := p.pipes()
	if err == nil {
		err = p.cmd.Start()
	}
	closeAll(theirs...)
	if err != nil {
		closeAll(p.stdin, p.stdout, p.stderr)
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
	p.stdout = r
	r, errs, err := os.Pipe()
	if err != nil {
		return []*os.File{in, out}, err
	}
	p.stderr = r
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = in, out, errs
	return []*os.File{in, out, errs}, nil
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close() // there is nothing to be written
		}
	}
}

// wait reaps the process. What it has started goes with it: a grandchild could hold the streams open for ever (rule
// B-28). The group is told at once, while its id cannot be that of another.
func (p *process) wait() {
	defer close(p.over)
	_ = p.cmd.Wait() // how it ended stands in ProcessState
	close(p.exited)
	killGroup(p.cmd)
	// The readers have to get what the process wrote last, and no more than that.
	_ = p.stdout.SetReadDeadline(time.Now().Add(grace))
	_ = p.stderr.SetReadDeadline(time.Now().Add(grace))
}

// drain reads the standard error for as long as anybody writes there.
func (p *process) drain() {
	defer close(p.drained)
	_, _ = io.Copy(p.tail, p.stderr) // it ends with the process, or with close
	p.tail.flush()
}

// ended says what calls fail with when nothing more can be read from the process.
func (p *process) ended(err error) error {
	if !waitFor(p.exited, grace) {
		if errors.Is(err, io.EOF) {
			err = errors.New("it has closed its standard output")
		}
		return transport.FromProcess("the server", -1, p.tail.String(), err)
	}
	waitFor(p.drained, grace)
	s := p.cmd.ProcessState
	return transport.FromProcess("the server has ended", s.ExitCode(), p.tail.String(), errors.New(s.String()))
}

// close ends the process step by step (rules B-19 to B-22), and leaves nothing of it behind.
func (p *process) close() error {
	_ = p.stdin.Close() // the error would be of a write that was given up
	var err error
	if !waitFor(p.exited, p.timeouts.Shutdown) {
		terminateGroup(p.cmd)
		if !waitFor(p.exited, p.timeouts.Kill) {
			killGroup(p.cmd)
			if !waitFor(p.exited, p.timeouts.Kill) {
				err = transport.FromProcess("the server cannot be killed", -1, p.tail.String(), nil)
			}
		}
	}
	waitFor(p.over, grace)
	_ = p.stdout.Close()
	_ = p.stderr.Close()
	waitFor(p.drained, grace)
	return err
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
