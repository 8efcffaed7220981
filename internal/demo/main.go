// Demo runs the main job of mcpwire and shows it: the MCP schemas become Go code, the code reads and writes real messages
// without allocating, and encoding/json does the same for comparison.
//
//	go run ./internal/demo
//
// It exits with 1 if the code that it generates is not the code in gen/mcp, or if mcpwire allocates.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

func main() {
	budget := flag.Duration("time", 60*time.Millisecond, "how long to measure each figure")
	flag.Parse()
	if err := run(os.Stdout, ".", *budget); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run does the whole demonstration for the checkout at root.
func run(out io.Writer, root string, budget time.Duration) error {
	if _, err := os.Stat(filepath.Join(root, "schema", "docs.json")); err != nil {
		return errors.New("run it in the root of the repository: schema/ is not here")
	}
	fmt.Fprintln(out, "1. The five MCP schemas become Go: codegen -mcp")
	generated, err := regenerate(root)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "   %d files, %d lines, in %s\n\n", generated.files, generated.lines, generated.took.Round(10*time.Millisecond))

	fmt.Fprintln(out, "2. The generated codecs and encoding/json on the same messages")
	rows, err := measureAll(budget)
	if err != nil {
		return err
	}
	printTable(out, rows)

	fmt.Fprintln(out, "\n3. Does gen/mcp hold what the generator writes?")
	return errors.Join(report(out, "generated code equals gen/mcp", generated.differs), report(out, "mcpwire allocates nothing", allocations(rows)))
}

// report prints the outcome of a check and returns its error.
func report(out io.Writer, what string, err error) error {
	if err != nil {
		fmt.Fprintf(out, "   NO:  %s: %v\n", what, err)
		return fmt.Errorf("not so: %s", what)
	}
	fmt.Fprintf(out, "   yes: %s\n", what)
	return nil
}
