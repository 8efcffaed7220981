// Codegen turns JSON Schemas into Go types with allocation-free codecs on package codec.
//
//	codegen -mcp -out DIR
//	codegen -schema FILE [-schema REV=FILE ...] -package NAME -out DIR [flags]
//
// It works with go run, from a go:generate line, and as a tool of a go.mod. Run it with -h for the flags.
//
// The exit status is 0 if all went well, 1 if a schema or another input is bad or, with -check, if the files in DIR are
// not what would be written, and 2 if the command line is wrong.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/driver"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments; it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	cfg, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "codegen:", err)
		return 2
	}
	if err := driver.Run(cfg, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "codegen:", err)
		return 1
	}
	return 0
}
