package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// generation is what came of running the generator.
type generation struct {
	files, lines int
	took         time.Duration
	differs      error // how the files differ from those in gen/mcp; nil if they do not
}

// regenerate runs the generator into a temporary folder, compares, and removes the folder.
func regenerate(root string) (generation, error) {
	var g generation
	dir, err := os.MkdirTemp("", "mcpwire-demo-")
	if err != nil {
		return g, fmt.Errorf("temporary folder: %w", err)
	}
	defer os.RemoveAll(dir)
	tool := filepath.Join(dir, "codegen.exe")
	if err := goTool(root, "build", "-o", tool, "./tools/codegen"); err != nil {
		return g, err
	}
	target := filepath.Join(dir, "mcp")
	start := time.Now()
	if out, err := exec.Command(tool, "-mcp", "-out", target).CombinedOutput(); err != nil {
		return g, fmt.Errorf("codegen: %w\n%s", err, out)
	}
	g.took = time.Since(start)
	if g.files, g.lines, err = count(target); err != nil {
		return g, err
	}
	g.differs = compareDirs(target, filepath.Join(root, "gen", "mcp"))
	return g, nil
}

// goTool runs the go command in the folder root.
func goTool(root string, args ...string) error {
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

func count(dir string) (files, lines int, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return 0, 0, fmt.Errorf("generated files: %w", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, 0, fmt.Errorf("generated files: %w", err)
		}
		files++
		lines += bytes.Count(text, []byte("\n"))
	}
	return files, lines, nil
}

// generatedSuffix marks the files that the generator writes; others in gen/mcp are written by hand.
const generatedSuffix = "_gen.go"

// compareDirs reports the generated files that are not the same in both folders.
func compareDirs(fresh, committed string) error {
	var errs []error
	seen := map[string]bool{}
	for _, dir := range []string{fresh, committed} {
		names, err := filepath.Glob(filepath.Join(dir, "*"+generatedSuffix))
		if err != nil {
			return fmt.Errorf("generated files: %w", err)
		}
		for _, path := range names {
			name := filepath.Base(path)
			if seen[name] {
				continue
			}
			seen[name] = true
			a, errA := os.ReadFile(filepath.Join(fresh, name))
			b, errB := os.ReadFile(filepath.Join(committed, name))
			switch {
			case errA != nil:
				errs = append(errs, fmt.Errorf("%s is not generated any more", name))
			case errB != nil:
				errs = append(errs, fmt.Errorf("%s is missing", name))
			case !bytes.Equal(a, b):
				errs = append(errs, fmt.Errorf("%s differs", name))
			}
		}
	}
	if len(seen) == 0 {
		return errors.New("there are no generated files")
	}
	return errors.Join(errs...)
}
