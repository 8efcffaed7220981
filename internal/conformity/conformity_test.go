package conformity_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/conformity"
)

const root = "../.."

// The tables of docs/conformity.md have all rules, and what they say is so.
func TestConformity(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "conformity.md"))
	require.NoError(t, err)
	list, err := os.ReadFile(filepath.Join("testdata", "rules.txt"))
	require.NoError(t, err)
	ids := strings.Fields(string(list))
	require.Len(t, ids, 124)
	src, err := conformity.Load(root)
	require.NoError(t, err)
	require.Greater(t, len(src), 500)
	rows, wrong := conformity.Parse(string(text))
	for _, w := range append(wrong, conformity.Check(rows, ids, src)...) {
		t.Error(w)
	}
}

const head = "# x\n\n| id | what it asks for | side | tests |\n|---|---|---|---|\n"

// Everything that a table can have wrong is found.
func TestBrokenTables(t *testing.T) {
	t.Parallel()
	src := conformity.Sources{}
	for name, text := range map[string]string{
		"a/x_test.go":                    "package a\n\n// A-01, A-04 to A-06\nfunc TestX(t *testing.T) {}\n\nfunc helper() {}\n\nfunc (r rig) TestMethod() {}\n",
		"a/y_test.go":                    "package a\n\nfunc TestY(t *testing.T) {} // says nothing\n",
		"a/other_linux_test.go":          "package a\n\nfunc TestZ(t *testing.T) {}\n",
		"a/other_windows_test.go":        "package a\n\nfunc TestZ(t *testing.T) {} // A-01\n",
		"transport/transporttest/run.go": "package transporttest\n\nfunc cancels(s *suite) {} // A-02\n",
	} {
		require.NoError(t, src.Add(name, text))
	}
	require.Error(t, src.Add("a/z_test.go", "no Go"))
	src.AddTranscript("internal/transcript/testdata/stdio+sse/server/A-02-long-line.txtar", "A-02, A-05, server, 2025-06-18: as A-01 says.\n")
	const one, two = "| A-01 | Something. | client | `a`: TestX |\n", "| A-02 | More. | both | `transport/transporttest`: cancels |\n"
	for name, row := range map[string]struct {
		table string
		want  []string
	}{
		"good":                       {one + two, nil},
		"a reason":                   {one + "| A-02 | More. | host | *host*: it asks; then it starts |\n", nil},
		"a reason and a test":        {one + "| A-02 | More. | proxy | *proxy*: it knows; `transport/transporttest`: cancels |\n", nil},
		"variants":                   {"| A-01 | Something. | client | `a`: TestX, TestZ |\n" + two, nil},
		"a transcript":               {one + "| A-02 | More. | both | `internal/transcript`: stdio+sse/server/A-02-long-line |\n", nil},
		"a transcript that is gone":  {one + "| A-02 | More. | both | `internal/transcript`: sse/server/A-02-long-line |\n", []string{"A-02: there is no test sse/server/A-02-long-line in internal/transcript"}},
		"a transcript of another":    {"| A-01 | Something. | client | `internal/transcript`: stdio+sse/server/A-02-long-line |\n" + two, []string{"A-01: the file of stdio+sse/server/A-02-long-line in internal/transcript does not name it"}},
		"twice":                      {one + two + one, []string{"A-01: it comes twice"}},
		"a gap":                      {one, []string{"A-02: it is missing"}},
		"nothing":                    {"", []string{"A-01: it is missing", "A-02: it is missing"}},
		"an unknown rule":            {one + two + "| A-03 | More. | both | `a`: TestX |\n", []string{"A-03: there is no such rule"}},
		"the order":                  {two + one, []string{"the rules are not in the order of their ids"}},
		"no test":                    {one + "| A-02 | More. | both | |\n", []string{"A-02: neither a test nor a reason"}},
		"a test that is gone":        {"| A-01 | Something. | client | `a`: TestX, TestGone |\n" + two, []string{"A-01: there is no test TestGone in a"}},
		"a test of another package":  {"| A-01 | Something. | client | `b`: TestX |\n" + two, []string{"A-01: there is no test TestX in b"}},
		"a function that is no test": {"| A-01 | Something. | client | `a`: helper |\n" + two, []string{"A-01: there is no test helper in a"}},
		"a method":                   {"| A-01 | Something. | client | `a`: TestMethod |\n" + two, []string{"A-01: there is no test TestMethod in a"}},
		"a test of another rule":     {one + "| A-02 | More. | both | `a`: TestX |\n", []string{"A-02: the file of TestX in a does not name it"}},
		"a test of no rule":          {"| A-01 | Something. | client | `a`: TestX, TestY |\n" + two, []string{"A-01: the file of TestY in a does not name it"}},
		"an empty reason":            {one + "| A-02 | More. | host | *host*: |\n", []string{"A-02: it is left to the host without a reason"}},
		"nobody's":                   {one + "| A-02 | More. | host | *somebody*: it is hard |\n", []string{`A-02: "somebody" is nobody that rules are left to`}},
		"an excuse":                  {one + "| A-02 | More. | both | later |\n", []string{"A-02: neither tests nor a reason: later", "A-02: neither a test nor a reason"}},
		"two reasons":                {one + "| A-02 | More. | host | *host*: x; `transport/transporttest`: cancels; *proxy*: y |\n", []string{"A-02: neither tests nor a reason: *proxy*: y"}},
		"no side":                    {one + "| A-02 | More. | | `transport/transporttest`: cancels |\n", []string{`A-02: "" is no side`}},
		"nothing asked for":          {one + "| A-02 | | both | `transport/transporttest`: cancels |\n", []string{"A-02: what it asks for is not said"}},
		"a cell is missing":          {one + two + "| A-03 | More. | both |\n", []string{"no row of four cells with an id: | A-03 | More. | both |"}},
		"no id":                      {one + two + "| A3 | More. | both | `a`: TestX |\n", []string{"no row of four cells with an id: | A3 | More. | both | `a`: TestX |"}},
	} {
		rows, wrong := conformity.Parse(head + row.table + "\ntext\n")
		require.Equal(t, row.want, append(wrong, conformity.Check(rows, []string{"A-01", "A-02"}, src)...), name)
	}
}

// A range of ids names all that are in it, and not more.
func TestRanges(t *testing.T) {
	t.Parallel()
	src := conformity.Sources{}
	require.NoError(t, src.Add("a/x_test.go", "package a\n\n// E-08 to E-11, D-01 to C-03, XE-20, E-300\nfunc TestX(t *testing.T) {}\n"))
	files := src[conformity.Test{Package: "a", Name: "TestX"}]
	require.Len(t, files, 1)
	require.Equal(t, map[string]bool{"E-08": true, "E-09": true, "E-10": true, "E-11": true, "D-01": true, "C-03": true}, files[0].IDs)
}
