package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/sys/cpu"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

// noAVX512 has golang.org/x/sys/cpu say that there is no AVX-512, of which every kernel of mcpwire with AVX-512 needs this part.
const noAVX512 = "cpu.avx512bw=off"

const (
	aboutNoAVX512 = "GODEBUG=" + noAVX512 + ", in a process of its own. mcpwire then uses AVX2. Peers look at the CPU themselves, but none of them has " +
		"code for AVX-512, so that they are what they were."
	aboutPurego = "built with `-tags purego`, which leaves Go without unsafe and assembly of mcpwire, and of segmentio/encoding, which knows the tag as well. " +
		"The other peers are what they were."
)

// levelResult is what a child has measured, and as what kind of program.
type levelResult struct {
	AVX512, Purego bool
	Sections       []report.Section
}

func (j job) measure() (levelResult, error) {
	got := levelResult{AVX512: cpu.X86.HasAVX512BW, Purego: slices.Contains(buildTags(), report.Purego)}
	cfg := config{messages: j.Messages, codecs: j.Codecs, measure: j.Measure}
	var err error
	got.Sections, err = cfg.sections(j.Titles...)
	return got, err
}

func buildTags() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, s := range info.Settings {
		if s.Key == "-tags" {
			return strings.Split(s.Value, ",")
		}
	}
	return nil
}

// levels makes the comparisons that targets are about again, with fewer instructions.
func levels(cfg config) ([]report.Level, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	portable := filepath.Join(dir, "purego")
	build := exec.Command("go", "build", "-tags", report.Purego, "-o", portable, "github.com/mcpwire/mcpwire/bench/cmd/bench")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	j := job{Messages: cfg.messages, Codecs: cfg.codecs, Measure: cfg.measure}
	var all []report.Level
	if cpu.X86.HasAVX512BW {
		j.Titles = []string{report.Decode, report.Encode, report.Envelope, report.Copies, report.Fresh}
		l := report.Level{Name: report.NoAVX512, About: aboutNoAVX512}
		if err := j.level(&l, self, levelResult{}, "GODEBUG="+godebug(noAVX512)); err != nil {
			return nil, err
		}
		if l.Events, err = events(cfg, "GODEBUG="+godebug(noAVX512)); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	j.Titles = []string{report.Decode, report.Encode, report.Envelope}
	l := report.Level{Name: report.Purego, About: aboutPurego}
	if err := j.level(&l, portable, levelResult{AVX512: cpu.X86.HasAVX512BW, Purego: true}); err != nil {
		return nil, err
	}
	return append(all, l), nil
}

// godebug adds a setting to those of the environment.
func godebug(setting string) string {
	if old := os.Getenv("GODEBUG"); old != "" {
		return old + "," + setting
	}
	return setting
}

// level does the job and checks that the program was the kind of program that it should be.
func (j job) level(l *report.Level, program string, want levelResult, env ...string) error {
	fmt.Fprintln(os.Stderr, "measuring:", l.Name)
	var got levelResult
	if err := j.run(program, &got, env...); err != nil {
		return fmt.Errorf("%s: %w", l.Name, err)
	}
	if got.AVX512 != want.AVX512 || got.Purego != want.Purego {
		return fmt.Errorf("%s: the child was not what it should be: %+v", l.Name, levelResult{AVX512: got.AVX512, Purego: got.Purego})
	}
	l.Sections = got.Sections
	return nil
}
