// Command schemadiff compares the protocol schemas that mcpwire embeds with a folder of official
// files, by facts only: prose such as descriptions does not count.
//
//	go run ./tools/schemadiff DIR
//
// DIR holds <revision>/schema.json for every revision. Each difference is one line with its JSON
// Pointer and both values. The exit status is 0 if there is none, 1 if there is one, and 2 if the
// comparison could not be made.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	same      = 0
	different = 1
	failed    = 2
)

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) != 1 || args[0] == "" || args[0][0] == '-' {
		fmt.Fprintln(stderr, "usage: schemadiff DIR\n\nDIR holds the official files as <revision>/schema.json.")
		return failed
	}
	return compare(os.DirFS(args[0]), stdout, stderr)
}
