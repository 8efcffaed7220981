package main

import (
	"bufio"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bytedance/sonic"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
)

// machineFacts is what a reader needs to judge any numbers, or to get them again.
func machineFacts(cfg config) [][2]string {
	commit := cfg.commit
	if commit == "" {
		commit = gitCommit()
	}
	return [][2]string{
		{"date", time.Now().UTC().Format(time.DateOnly)},
		{"commit", commit},
		{"Go", runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH},
		{"CPU", cpuModel() + ", " + strconv.Itoa(runtime.NumCPU()) + " cores"},
	}
}

// codecFacts is what the codecs' numbers depend on besides.
func codecFacts(cfg config) [][2]string {
	return [][2]string{
		{"peers", versions(
			"github.com/bytedance/sonic", "github.com/goccy/go-json", "github.com/mailru/easyjson", "github.com/segmentio/encoding",
			"github.com/go-faster/jx", "github.com/go-json-experiment/json", "github.com/tidwall/gjson",
		)},
		{"sonic", sonicKind()},
		{"times", measure.Clock + ", fastest of " + strconv.Itoa(cfg.measure.Rounds) + " interleaved rounds of " + cfg.measure.Batch.String()},
	}
}

// loadFacts is what the numbers of child processes depend on besides.
func loadFacts(cfg config) [][2]string {
	return [][2]string{
		{"peers", transportPeers()},
		{"times", "wall time, median of " + strconv.Itoa(cfg.load.Rounds) + " interleaved loads of " + cfg.load.Load.String() + ", each on a new process"},
	}
}

func transportPeers() string {
	return versions("github.com/modelcontextprotocol/go-sdk", "github.com/mark3labs/mcp-go")
}

// gitCommit returns the commit of the working tree, marked if the tree has changes.
func gitCommit() string {
	out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	commit := strings.TrimSpace(string(out))
	if exec.Command("git", "diff", "--quiet", "HEAD").Run() != nil {
		commit += " with changes"
	}
	return commit
}

func cpuModel() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// versions lists modules with the versions that this program was built with.
func versions(modules ...string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	var out []string
	for _, dep := range info.Deps {
		if slices.Contains(modules, dep.Path) {
			out = append(out, strings.TrimPrefix(dep.Path, "github.com/")+" "+dep.Version)
		}
	}
	return strings.Join(out, ", ")
}

func sonicKind() string {
	if sonic.APIKind == sonic.UseStdJSON {
		return "has no code for this platform and falls back to encoding/json"
	}
	return "its own code, no fallback"
}
