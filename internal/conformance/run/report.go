package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// print writes the table for people.
func (r *runner) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nsuite\trevision\tscenarios\tpassed\tfailed\twarned\tleft out\tskipped\tinfo")
	for _, res := range r.table {
		fmt.Fprintf(t, "%s\t%s\t%d", res.leg, res.run.label(), len(res.scenarios))
		for _, s := range statuses {
			fmt.Fprintf(t, "\t%d", res.count(s))
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush() // what is printed may be lost
}

const intro = `# The public conformance suite

%s is the suite that SDKs of MCP are judged by. This page is written by ` + "`make conformance`" + `, which
runs it against ` + "`internal/conformance/server` and `internal/conformance/client`" + `. All runs of a server are against one process, which speaks all
revisions. Nothing may fail or be warned about, but for what is left out below.

Run on %s with %s, Node.js %s and suite %s.

`

// write writes the report.
func (r *runner) write(ctx context.Context, file string) error {
	version, err := suiteVersion()
	if err != nil {
		return err
	}
	node, err := exec.CommandContext(ctx, modules+"/node/bin/node", "--version").Output()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, intro, "`@modelcontextprotocol/conformance`", time.Now().UTC().Format(time.DateOnly), runtime.Version(),
		strings.TrimSpace(string(node)), version)
	b.WriteString("| suite | revision | scenarios | passed | failed | warned | left out | skipped | info |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, res := range r.table {
		fmt.Fprintf(&b, "| %s | %s | %d |", res.leg, res.run.label(), len(res.scenarios))
		for _, s := range statuses {
			fmt.Fprintf(&b, " %d |", res.count(s))
		}
		b.WriteByte('\n')
	}
	r.writeLeftOut(&b)
	r.writeUnjudged(&b)
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// writeLeftOut lists the scenarios that have failures.
func (r *runner) writeLeftOut(b *bytes.Buffer) {
	b.WriteString("\n## Left out\n\nScenarios of extensions, which the suite runs with the requirements and does not score. Their failures are counted apart.\n\n")
	for _, name := range slices.Sorted(maps.Keys(leftOut)) {
		fmt.Fprintf(b, "- `%s`: %s.\n", name, leftOut[name])
	}
}

// logs are checks that only say what came and went.
var logs = map[string]string{
	"incoming-request":       "log of a request",
	"outgoing-request":       "log of a request",
	"incoming-response":      "log of a response",
	"outgoing-response":      "log of a response",
	"incoming-auth-request":  "log of a request to the authorization server",
	"outgoing-auth-response": "log of a response of the authorization server",
	"incoming-sse-event":     "log of an event",
	"outgoing-sse-event":     "log of an event",
	"stream-closed":          "log of the end of a stream",
	"outgoing-stream-close":  "log of the end of a stream",
}

// writeUnjudged lists the checks that have neither passed nor failed.
func (r *runner) writeUnjudged(b *bytes.Buffer) {
	b.WriteString("\n## Skipped, and for information\n\nChecks that the suite neither passes nor fails, in all runs above.\n\n" +
		"| check | scenarios | status | why |\n|---|---|---|---|\n")
	type key struct{ id, status, why string }
	where := map[key]map[string]bool{}
	for _, res := range r.table {
		for _, s := range res.scenarios {
			for _, c := range s.checks {
				if c.Status != "SKIPPED" && c.Status != "INFO" {
					continue
				}
				k := key{c.ID, c.Status, c.Message}
				if k.why == "" {
					k.why = c.Description
				}
				if why := logs[c.ID]; why != "" {
					k.why = why
				}
				if where[k] == nil {
					where[k] = map[string]bool{}
				}
				where[k][s.name] = true
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(where), func(x, y key) int {
		return cmp.Or(strings.Compare(y.status, x.status), strings.Compare(x.id, y.id), strings.Compare(x.why, y.why)) // SKIPPED is first
	})
	for _, k := range keys {
		names := slices.Sorted(maps.Keys(where[k]))
		list := fmt.Sprintf("%d scenarios", len(names))
		if len(names) <= 3 {
			list = "`" + strings.Join(names, "`, `") + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", k.id, list, k.status, strings.ReplaceAll(k.why, "|", "\\|"))
	}
}

func suiteVersion() (string, error) {
	b, err := os.ReadFile(suite + "/package.json")
	if err != nil {
		return "", err
	}
	var p struct {
		Version string `json:"version"`
	}
	return p.Version, json.Unmarshal(b, &p)
}
