package driver

import (
	"fmt"
	"io"
	"strings"
)

// maxDiff is how many changed lines of one file are shown.
const maxDiff = 60

// diff writes the lines in which have and want differ: between the beginning and the end that they share, what
// is there with a minus and what should be with a plus. Changes far apart are one piece; that is enough to see what is stale.
func diff(out io.Writer, name, have, want string) {
	a, b := strings.Split(have, "\n"), strings.Split(want, "\n")
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	a, b = a[head:len(a)-tail], b[head:len(b)-tail]
	fmt.Fprintf(out, "--- %s\n+++ %s (generated)\n@@ -%d,%d +%d,%d @@\n", name, name, head+1, len(a), head+1, len(b))
	lines(out, "-", a)
	lines(out, "+", b)
}

func lines(out io.Writer, sign string, list []string) {
	for i, line := range list {
		if i == maxDiff {
			fmt.Fprintf(out, "%s ... %d more lines\n", sign, len(list)-i)
			return
		}
		fmt.Fprintf(out, "%s%s\n", sign, line)
	}
}
