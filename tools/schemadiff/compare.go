package main

import (
	"fmt"
	"io"
	"io/fs"

	"github.com/mcpwire/mcpwire/schema"
	"github.com/mcpwire/mcpwire/schema/facts"
)

// compare goes over all revisions even if one cannot be read, so that one run shows everything.
func compare(official fs.FS, stdout, stderr io.Writer) int {
	status := same
	for _, revision := range schema.Revisions() {
		found, err := compareRevision(official, revision)
		switch {
		case err != nil:
			fmt.Fprintf(stderr, "schemadiff: %s: %v\n", revision, err)
			status = failed
		case len(found) == 0:
			fmt.Fprintf(stdout, "%s: no difference\n", revision)
		default:
			status = max(status, different)
			for _, d := range found {
				fmt.Fprintf(stdout, "%s: %s: embedded %s, official %s\n", revision, d.Pointer, show(d.A), show(d.B))
			}
		}
	}
	return status
}

func compareRevision(official fs.FS, revision string) ([]facts.Difference, error) {
	ours, err := schema.File(revision)
	if err != nil {
		return nil, err
	}
	theirs, err := fs.ReadFile(official, revision+"/schema.json")
	if err != nil {
		return nil, err
	}
	return facts.Diff(ours, theirs)
}

// show renders one side of a difference for a line of output.
func show(value string) string {
	if value == "" {
		return "absent"
	}
	return value
}
