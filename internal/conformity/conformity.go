// Package conformity reads the tables of docs/conformity.md, which name the tests that hold each rule of the specification, and checks them
// against the sources: that no rule is missing or comes twice, that each test is there, and that its file says what rule it is about.
// Nothing is run; that the tests pass is for them.
//
// The rules that have to be in the tables are listed in testdata/rules.txt.
package conformity

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Row is what the tables say of one rule.
type Row struct {
	ID   string
	Asks string
	Side string
	// Tests are those that fail when the rule is broken.
	Tests []Test
	// Why says why the rule is not a matter of this module, if it is not; Reason whose it is.
	Reason, Why string
}

// Test is a function, and the folder of its package, with slashes; or a transcript of package transcript, by its path below testdata without
// the extension.
type Test struct{ Package, Name string }

// The sides that a rule can be about, and those that rules are left to.
var (
	sides   = []string{"client", "server", "both", "host", "authorization server", "proxy"}
	reasons = []string{"host", "authorization server", "proxy"}
)

var (
	ruleID = regexp.MustCompile(`^[A-Z]-\d\d$`)
	tests  = regexp.MustCompile("^`([a-z0-9/]+)`: ([A-Za-z0-9_/+-]+(?:, [A-Za-z0-9_/+-]+)*)$")
	reason = regexp.MustCompile(`^\*([a-z ]+)\*:(.*)$`)
)

// Parse returns the rows of all tables whose first column is an id, and what is wrong with the form of others.
func Parse(markdown string) (rows []Row, wrong []string) {
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		inner, ok := strings.CutPrefix(line, "|")
		if !ok {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(inner, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] == "id" || strings.Trim(cells[0], "-") == "" {
			continue // the head of a table
		}
		if len(cells) != 4 || !ruleID.MatchString(cells[0]) {
			wrong = append(wrong, "no row of four cells with an id: "+line)
			continue
		}
		r := Row{ID: cells[0], Asks: cells[1], Side: cells[2]}
		wrong = append(wrong, r.parse(cells[3])...)
		rows = append(rows, r)
	}
	return rows, wrong
}

// parse takes the last cell apart: tests by package, and a reason, with semicolons between them.
func (r *Row) parse(cell string) (wrong []string) {
	for part := range strings.SplitSeq(cell, ";") {
		part = strings.TrimSpace(part)
		if m := tests.FindStringSubmatch(part); m != nil {
			for name := range strings.SplitSeq(m[2], ", ") {
				r.Tests = append(r.Tests, Test{m[1], name})
			}
			continue
		}
		if m := reason.FindStringSubmatch(part); m != nil && r.Reason == "" {
			r.Reason, r.Why = m[1], strings.TrimSpace(m[2])
			continue
		}
		if r.Reason != "" && r.Why != "" && part != "" && len(r.Tests) == 0 {
			r.Why += "; " + part // the rest of its sentence
			continue
		}
		if part != "" {
			wrong = append(wrong, fmt.Sprintf("%s: neither tests nor a reason: %s", r.ID, part))
		}
	}
	return wrong
}

// Check returns what is wrong with rows, which are to be about the rules ids, in that order.
func Check(rows []Row, ids []string, src Sources) (wrong []string) {
	fail := func(id, format string, args ...any) { wrong = append(wrong, id+": "+fmt.Sprintf(format, args...)) }
	seen := map[string]bool{}
	var order []string
	for _, r := range rows {
		if seen[r.ID] {
			fail(r.ID, "it comes twice")
			continue
		}
		seen[r.ID] = true
		if !slices.Contains(ids, r.ID) {
			fail(r.ID, "there is no such rule")
			continue
		}
		order = append(order, r.ID)
		if r.Asks == "" {
			fail(r.ID, "what it asks for is not said")
		}
		if !slices.Contains(sides, r.Side) {
			fail(r.ID, "%q is no side", r.Side)
		}
		switch {
		case r.Reason == "" && len(r.Tests) == 0:
			fail(r.ID, "neither a test nor a reason")
		case r.Reason != "" && !slices.Contains(reasons, r.Reason):
			fail(r.ID, "%q is nobody that rules are left to", r.Reason)
		case r.Reason != "" && r.Why == "":
			fail(r.ID, "it is left to the %s without a reason", r.Reason)
		}
		for _, t := range r.Tests {
			switch files := src[t]; {
			case len(files) == 0:
				fail(r.ID, "there is no test %s in %s", t.Name, t.Package)
			case !slices.ContainsFunc(files, func(f *File) bool { return f.IDs[r.ID] }):
				fail(r.ID, "the file of %s in %s does not name it", t.Name, t.Package)
			}
		}
	}
	for _, id := range ids {
		if !seen[id] {
			fail(id, "it is missing")
		}
	}
	if len(wrong) == 0 && !slices.Equal(order, ids) {
		wrong = append(wrong, "the rules are not in the order of their ids")
	}
	return wrong
}
