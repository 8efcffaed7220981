package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// result is what one run has found.
type result struct {
	leg       string
	run       run
	scenarios []scenario
}

// scenario is what was found in one scenario.
type scenario struct {
	name   string
	checks []check
}

// check is one of the suite's.
type check struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Status      string `json:"status"`
	Message     string `json:"errorMessage"`
}

// The statuses of checks, in the order of the table.
var statuses = []string{"SUCCESS", "FAILURE", "WARNING", "LEFT OUT", "SKIPPED", "INFO"}

var (
	errNothing  = errors.New("the suite has run nothing")
	summaryLine = regexp.MustCompile(`(?m)^[✓✗] ([^:\s]+): \d+ passed, \d+ failed`)
	stamp       = regexp.MustCompile(`-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d+Z$`)
)

// read reads the results in a folder. text is what the suite has printed, which says what scenarios there are.
func read(leg string, run run, text, dir string) (result, error) {
	found := map[string][]check{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) != "checks.json" {
			return err
		}
		name, err := filepath.Rel(dir, filepath.Dir(path))
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path) //nolint:gosec // a path below a folder of our own
		if err != nil {
			return err
		}
		var checks []check
		if err := json.Unmarshal(b, &checks); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		name = stamp.ReplaceAllString(filepath.ToSlash(name), "")
		if strings.HasPrefix(leg, "server") {
			name = strings.TrimPrefix(name, "server-")
		}
		found[name] = checks
		return nil
	})
	if err != nil {
		return result{}, err
	}
	res := result{leg: leg, run: run}
	for _, m := range summaryLine.FindAllStringSubmatch(text, -1) {
		checks, ok := found[m[1]]
		if !ok {
			return result{}, fmt.Errorf("%s has no results", m[1])
		}
		res.scenarios = append(res.scenarios, scenario{m[1], checks})
	}
	if len(res.scenarios) == 0 {
		return result{}, errNothing
	}
	return res, nil
}

// count counts the checks of a status. Failures and warnings of what is left out are counted as LEFT OUT.
func (r result) count(status string) int {
	n := 0
	for _, s := range r.scenarios {
		_, out := leftOut[s.name]
		bad := status == "FAILURE" || status == "WARNING"
		switch {
		case status == "LEFT OUT" && out:
			n += s.count("FAILURE") + s.count("WARNING")
		case !bad || !out:
			n += s.count(status)
		}
	}
	return n
}

func (s scenario) count(status string) int {
	n := 0
	for _, c := range s.checks {
		if c.Status == status {
			n++
		}
	}
	return n
}

// leftOut are scenarios of extensions that have failures as long as nobody implements them, and why.
var leftOut = map[string]string{
	"auth/dpop":       "DPoP: not in the libraries that the client authorizes with",
	"auth/dpop-nonce": "DPoP: likewise",
}

// verdict returns what is not as it should be.
func (r *runner) verdict() error {
	var errs []error
	for _, res := range r.table {
		where := fmt.Sprintf("%s, %s", res.leg, res.run.label())
		for _, s := range res.scenarios {
			bad := slices.DeleteFunc(slices.Clone(s.checks), func(c check) bool { return c.Status != "FAILURE" && c.Status != "WARNING" })
			if _, known := leftOut[s.name]; known {
				if len(bad) == 0 {
					errs = append(errs, fmt.Errorf("%s: %s: it passes: do not leave it out any more", where, s.name))
				}
				continue
			}
			for _, c := range bad {
				errs = append(errs, fmt.Errorf("%s: %s: %s %s: %s", where, s.name, c.Status, c.ID, c.Message))
			}
		}
		if n := res.count("SUCCESS"); n < res.run.floor {
			errs = append(errs, fmt.Errorf("%s: %d checks have passed, and not %d", where, n, res.run.floor))
		}
		if err := res.resumed(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", where, err))
		}
	}
	return errors.Join(errs...)
}

var errNotResumed = errors.New("server-sse-polling: the stream was not resumed")

// resumed checks that a server's stream was closed and resumed, as the scenario is content without.
func (r result) resumed() error {
	for _, s := range r.scenarios {
		if s.name == "server-sse-polling" && !slices.ContainsFunc(s.checks, func(c check) bool {
			return c.ID == "incoming-sse-event" && strings.Contains(c.Description, "GET reconnection stream")
		}) {
			return errNotResumed
		}
	}
	return nil
}

func (r run) label() string {
	if r.frozen {
		return r.revision + " requirements"
	}
	return r.revision + " all"
}
