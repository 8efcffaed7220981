package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// server is a way to build and start the server.
type server struct {
	name  string
	build []string // flags of go build
	args  []string
	runs  []run
}

// run is one run of the suite.
type run struct {
	revision string
	frozen   bool // the requirements of the revision as they were when it was released, and not all scenarios that there are
	floor    int  // how many checks have to pass at least: less means that something was not tried
}

func (r run) args() []string {
	if r.frozen {
		return []string{"--requirements", r.revision}
	}
	return []string{"--suite", "all", "--spec-version", r.revision}
}

var (
	everyRevision = []run{{"2025-03-26", false, 3}, {"2025-06-18", false, 56}, {"2025-11-25", false, 82}, {"2026-07-28", false, 152}}

	// All runs of a leg are against the same process. The first server has a stream for each answer, the others, as by default, only
	// where there is a reason.
	servers = []server{
		{"server", nil, []string{"-streams"}, []run{
			{"2025-03-26", false, 3}, {"2025-06-18", false, 56}, {"2025-11-25", false, 84}, {"2026-07-28", false, 153},
			{"2025-11-25", true, 84}, {"2026-07-28", true, 195},
		}},
		{"server, JSON where it can", nil, nil, everyRevision},
		{"server, race detector", []string{"-race"}, nil, append([]run{{"2026-07-28", true, 195}}, everyRevision...)},
		{"server, no pools", nil, []string{"-unpooled"}, everyRevision},
		{"server, checked buffers", []string{"-tags", "pooldebug"}, nil, everyRevision},
	}

	clientRuns = []run{
		{"2025-03-26", false, 21}, {"2025-06-18", false, 63}, {"2025-11-25", false, 272}, {"2026-07-28", false, 445},
		{"2025-11-25", true, 272}, {"2026-07-28", true, 445},
	}
)

// serverLeg starts a server and lets the suite be its client.
func (r *runner) serverLeg(ctx context.Context, s server) (err error) {
	bin := filepath.Join(r.temp, "server")
	if err := r.build(ctx, folder+"/server", bin, s.build...); err != nil {
		return err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, bin, append([]string{"-http", address}, s.args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		if end := cmd.Wait(); end != nil {
			err = errors.Join(err, fmt.Errorf("the server: %w\n%s", end, said.String()))
		}
	}()
	if err := waitFor(ctx, address); err != nil {
		return err
	}
	for _, run := range s.runs {
		args := append([]string{"server", "--url", "http://" + address + "/mcp"}, run.args()...)
		if err := r.suite(ctx, s.name, run, args); err != nil {
			return err
		}
	}
	return nil
}

// clientLeg lets the suite start clients.
func (r *runner) clientLeg(ctx context.Context) error {
	for _, run := range clientRuns {
		if err := r.suite(ctx, "client", run, append([]string{"client", "--command", r.client}, run.args()...)); err != nil {
			return err
		}
	}
	return nil
}

// suite runs the suite once, and reads what it has found.
func (r *runner) suite(ctx context.Context, leg string, run run, args []string) error {
	out, err := os.MkdirTemp(r.temp, "results")
	if err != nil {
		return err
	}
	args = append([]string{"-r", "./" + folder + "/node/loopback.cjs", suite + "/dist/index.js"}, append(args, "-o", out)...)
	log.Printf("%s: %s", leg, strings.Join(run.args(), " "))
	ctx, stop := context.WithTimeout(ctx, 10*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, modules+"/node/bin/node", args...)
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // what has failed is in the results, and some may
		return err
	}
	res, err := read(leg, run, string(text), out)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	r.table = append(r.table, res)
	return nil
}

// freeAddress returns an address of this machine that was free a moment ago.
func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// waitFor waits until a server listens.
func waitFor(ctx context.Context, address string) error {
	var err error
	for range 200 {
		var c net.Conn
		if c, err = new(net.Dialer).DialContext(ctx, "tcp", address); err == nil {
			return c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
