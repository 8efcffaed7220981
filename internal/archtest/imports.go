package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// Module is the path of this module.
const Module = "github.com/mcpwire/mcpwire"

// Package is what go list says of a package.
type Package struct {
	ImportPath string
	Standard   bool
	Imports    []string // direct, without those of tests
	Deps       []string // all, transitive
}

// Rule is one row of the table of imports.
type Rule struct {
	// Package is a path below the module; with /... at the end, it stands for all packages below too.
	Package string
	// May are the packages outside of the standard library that may be imported, below the module unless the path
	// has a dot in its first part; /... at the end as above. It is not checked if AnyImport is set.
	May       []string
	AnyImport bool
	// Never are packages that must not be linked, not even through others; of the standard library if there is no dot in the path
	// and no such package in the module.
	Never []string
	// Later is set for packages that do not exist yet: a rule that fits no package is otherwise an error.
	Later bool
}

// Check returns what breaks the rules: imports and links, rules that fit nothing, packages of the module that no rule is about.
func Check(packages []Package, rules []Rule) []string {
	var broken []string
	standard := map[string]bool{}
	for _, p := range packages {
		standard[p.ImportPath] = p.Standard
	}
	for _, r := range rules {
		fits := false
		for _, p := range packages {
			if p.Standard || !matches(full(r.Package), p.ImportPath) {
				continue
			}
			fits = true
			broken = append(broken, checkPackage(p, r, standard)...)
		}
		if !fits && !r.Later {
			broken = append(broken, "no package fits the rule for "+r.Package)
		}
	}
	for _, p := range packages {
		about := func(r Rule) bool { return matches(full(r.Package), p.ImportPath) }
		if matches(Module+"/...", p.ImportPath) && !slices.ContainsFunc(rules, about) {
			broken = append(broken, "no rule is about "+p.ImportPath)
		}
	}
	return broken
}

func checkPackage(p Package, r Rule, standard map[string]bool) []string {
	var broken []string
	for _, imp := range p.Imports {
		ok := r.AnyImport || standard[imp] || imp == "C" || matches(full(r.Package), imp)
		if !ok && !slices.ContainsFunc(r.May, func(may string) bool { return matches(full(may), imp) }) {
			broken = append(broken, fmt.Sprintf("%s imports %s", p.ImportPath, imp))
		}
	}
	for _, dep := range p.Deps {
		if slices.ContainsFunc(r.Never, func(never string) bool { return matches(never, dep) || matches(full(never), dep) }) {
			broken = append(broken, fmt.Sprintf("%s links %s", p.ImportPath, dep))
		}
	}
	return broken
}

// full puts the module's path in front of one below it.
func full(path string) string {
	first, _, _ := strings.Cut(path, "/")
	if strings.Contains(first, ".") {
		return path
	}
	return Module + "/" + path
}

// matches reports whether path is what the pattern says: the same, or below it if it ends in /...
func matches(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}
