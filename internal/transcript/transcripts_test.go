package transcript_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testdata = "testdata"

// load reads all transcripts.
func load(t *testing.T) []*transcript {
	t.Helper()
	var all []*transcript
	err := fs.WalkDir(os.DirFS(testdata), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(testdata, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		tr, err := parse(name, data)
		if err == nil {
			all = append(all, tr)
		}
		return err
	})
	require.NoError(t, err)
	return all
}

// Every transcript, over each transport and in each revision that it is about.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	for _, tr := range load(t) {
		for _, on := range tr.transports {
			for _, rev := range tr.revisions {
				t.Run(strings.Join([]string{tr.name, on, rev.String()}, "/"), func(t *testing.T) {
					t.Parallel()
					if err := play(t, tr, on, rev); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}

// The README has all steps and options, and the text of its example.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	example, err := os.ReadFile(filepath.Join(testdata, "stdio", "server", "B-18-bad-line.txtar"))
	require.NoError(t, err)
	require.Contains(t, string(readme), "```\n"+string(example)+"```\n")
	var o options
	numbers, times, flags := o.names()
	for _, list := range [][]string{
		slices.Collect(maps.Keys(verbs)), slices.Collect(maps.Keys(folders)), slices.Collect(maps.Keys(repeated)),
		slices.Collect(maps.Keys(numbers)), slices.Collect(maps.Keys(times)), slices.Collect(maps.Keys(flags)),
	} {
		for _, word := range list {
			require.Regexp(t, "`[$]?"+regexp.QuoteMeta(word)+"[ (`]", string(readme))
		}
	}
}
