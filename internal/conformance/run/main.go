// Command run runs the public conformance suite of MCP against the server and the client next to it, all revisions against one process, prints
// a table of what it has found, and fails if anything failed or was warned about that is not known to be left out. It is started
// by `make conformance`, which installs the suite first.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

// Where things are, seen from the root of the module.
const (
	folder  = "internal/conformance"
	modules = folder + "/node/node_modules"
	suite   = modules + "/@modelcontextprotocol/conformance"
)

// runner is what all runs have in common.
type runner struct {
	temp   string // a folder for results and binaries
	client string // the client's binary
	table  []result
}

func main() {
	log.SetFlags(0)
	report := flag.String("o", "", "write the report to `file`")
	quick := flag.Bool("quick", false, "leave out the servers with the race detector, without pools and with checked buffers")
	flag.Parse()
	if err := conform(*report, *quick); err != nil {
		log.Fatal(err)
	}
}

func conform(report string, quick bool) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	temp, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	r := &runner{temp: temp, client: filepath.Join(temp, "client")}
	if err := r.build(ctx, folder+"/client", r.client); err != nil {
		return err
	}
	for _, s := range servers {
		if quick && s.name != servers[0].name {
			continue
		}
		if err := r.serverLeg(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if err := r.clientLeg(ctx); err != nil {
		return err
	}
	r.print(os.Stdout)
	if report != "" {
		if err := r.write(ctx, report); err != nil {
			return err
		}
	}
	return r.verdict()
}

// build builds the package in a folder, which may have a module of its own.
func (r *runner) build(ctx context.Context, dir, out string, flags ...string) error {
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"build", "-o", out}, flags...), ".")...)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", dir, err, text)
	}
	return nil
}
