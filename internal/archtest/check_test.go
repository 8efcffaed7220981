package archtest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/archtest"
)

const m = archtest.Module + "/"

// Every kind of rule can be broken.
func TestCheck(t *testing.T) {
	t.Parallel()
	packages := []archtest.Package{
		{ImportPath: "net/http", Standard: true},
		{ImportPath: "fmt", Standard: true},
		{ImportPath: m + "a", Imports: []string{"fmt", m + "b", "example.com/x"}, Deps: []string{"net/http", m + "b"}},
		{ImportPath: m + "a/inner", Imports: []string{m + "a"}},
		{ImportPath: m + "b"},
	}
	for name, row := range map[string]struct {
		rule archtest.Rule
		want []string
	}{
		"fine":          {archtest.Rule{Package: "a", May: []string{"b", "example.com/..."}}, nil},
		"import":        {archtest.Rule{Package: "a", May: []string{"example.com/x"}}, []string{m + "a imports " + m + "b"}},
		"outside":       {archtest.Rule{Package: "a", May: []string{"b"}}, []string{m + "a imports example.com/x"}},
		"any":           {archtest.Rule{Package: "a", AnyImport: true}, nil},
		"link":          {archtest.Rule{Package: "a", AnyImport: true, Never: []string{"net/http"}}, []string{m + "a links net/http"}},
		"link of ours":  {archtest.Rule{Package: "a", AnyImport: true, Never: []string{"b/..."}}, []string{m + "a links " + m + "b"}},
		"below":         {archtest.Rule{Package: "a/...", May: []string{"b", "example.com/x"}}, nil},
		"below itself":  {archtest.Rule{Package: "a/inner"}, []string{m + "a/inner imports " + m + "a"}},
		"nothing fits":  {archtest.Rule{Package: "c"}, []string{"no package fits the rule for c"}},
		"not there yet": {archtest.Rule{Package: "c", Later: true}, nil},
	} {
		both := []archtest.Rule{row.rule, {Package: "a/...", AnyImport: true}, {Package: "b", AnyImport: true}}
		require.Equal(t, row.want, archtest.Check(packages, both), name)
	}
	require.Equal(t, []string{"no rule is about " + m + "a", "no rule is about " + m + "a/inner"},
		archtest.Check(packages, []archtest.Rule{{Package: "b"}}))
}

// Every row of the table can be broken: by an import that it does not list, and by each package that it bans.
func TestEveryRow(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		path := m + strings.TrimSuffix(r.Package, "/...")
		check := func(p archtest.Package) []string {
			p.ImportPath = path
			return archtest.Check([]archtest.Package{p, {ImportPath: "fmt", Standard: true}}, []archtest.Rule{r})
		}
		require.Empty(t, check(archtest.Package{Imports: append([]string{"fmt"}, mayOf(r)...)}), r.Package)
		for _, library := range []string{"github.com/stretchr/testify/require", "github.com/google/go-cmp/cmp", m + "internal/corpus"} {
			got := check(archtest.Package{Imports: []string{library}})
			if r.AnyImport || strings.HasPrefix(library, path+"/") {
				require.Empty(t, got, r.Package)
				continue
			}
			require.Equal(t, []string{path + " imports " + library}, got)
		}
		for _, never := range r.Never {
			dep := strings.TrimSuffix(never, "/...")
			require.Equal(t, []string{path + " links " + dep}, check(archtest.Package{Deps: []string{dep}}))
		}
	}
}

// mayOf lists the packages that a rule allows, as go list would name them.
func mayOf(r archtest.Rule) []string {
	var all []string
	for _, may := range r.May {
		may = strings.TrimSuffix(may, "/...")
		if first, _, _ := strings.Cut(may, "/"); !strings.Contains(first, ".") {
			may = m + may
		}
		all = append(all, may)
	}
	return all
}
