// Command bench compares mcpwire with others: its codecs on the messages of the corpus, its transports in child processes.
// It prints the tables, and with -o writes them to a file.
//
//	go run ./cmd/bench -o RESULTS.md
//	go run ./cmd/bench -only stdio
//	go run ./cmd/bench -only stdio,http -loads 20 -load 1s
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
	"github.com/mcpwire/mcpwire/bench/internal/report"
	"github.com/mcpwire/mcpwire/bench/transports"
)

func main() {
	transports.RunChild()
	runJob()
	var cfg config
	var only string
	out := flag.String("o", "", "also write the tables to this file, and charts beside it; parts that did not run stay in it as they are")
	short := flag.Bool("short", false, "a quick look: few rounds, short batches")
	flag.StringVar(&only, "only", "", "parts to run, separated by commas: "+strings.Join(partNames(), ", ")+"; all by default")
	flag.StringVar(&cfg.commit, "commit", "", "commit to name in the report; asks git by default")
	flag.StringVar(&cfg.messages, "messages", "", "only messages whose name contains this")
	flag.StringVar(&cfg.codecs, "codecs", "", "only codecs whose name contains this, and the baseline")
	flag.IntVar(&cfg.measure.Rounds, "rounds", 6, "batches of each codec, taking turns; the fastest counts")
	flag.DurationVar(&cfg.measure.Batch, "batch", 20*time.Millisecond, "length of a codec's batch")
	flag.IntVar(&cfg.load.Rounds, "loads", 10, "loads on each process, taking turns; the median counts")
	flag.DurationVar(&cfg.load.Load, "load", 150*time.Millisecond, "length of a load")
	flag.BoolVar(&cfg.plain, "plain", false, "codec: only the comparisons; no kernels, no first calls, nothing with fewer instructions")
	sessions := flag.String("sessions", "5000,10000", "numbers of sessions, where it takes many")
	flag.DurationVar(&cfg.load.TTL, "ttl", 20*time.Second, "how long sessions live that nobody uses; longer than it takes to open all of them")
	flag.DurationVar(&cfg.load.Wait, "wait", 5*time.Second, "how long to wait for what may never come")
	flag.StringVar(&cfg.load.Rows, "rows", "", "only loads on what has this in its name, and the floor")
	flag.StringVar(&cfg.load.Scenarios, "scenarios", "", "only loads with this in their name, such as \"300 B\" or \"8 in flight\"")
	flag.Parse()
	if *short {
		cfg.measure = measure.Options{Rounds: 3, Batch: 2 * time.Millisecond}
		cfg.load.Rounds, cfg.load.Load = 3, 50*time.Millisecond
	}
	if only != "" {
		cfg.only = strings.Split(only, ",")
	}
	err := cfg.crowds(*sessions)
	if err == nil {
		err = run(cfg, *out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// config is what the flags say.
type config struct {
	commit           string
	messages, codecs string
	plain            bool     // only what this process measures
	charts           string   // where the folder of charts is to be; "" for no charts
	only             []string // names of parts; none for all
	measure          measure.Options
	load             transports.Options
}

// crowds reads the numbers of sessions.
func (cfg *config) crowds(list string) error {
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			return fmt.Errorf("-sessions: %q is no number of sessions", text)
		}
		cfg.load.Crowds = append(cfg.load.Crowds, n)
	}
	return nil
}

// part is a portion of the report that can be run by itself.
type part struct {
	name string
	run  func(config) (string, error)
}

// parts are in the order of the report.
func parts() []part {
	return []part{
		{"codec", codecPart},
		{"stdio", stdioPart},
		{"http", httpPart},
		{"sse", ssePart},
		{"sessions", sessionsPart},
		{"broadcast", broadcastPart},
		{"profile", profilePart},
	}
}

func partNames() []string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

// order is that of the parts in the file: what is said of the transports in short stands before all of it.
func order() []string { return slices.Insert(partNames(), 1, report.Targets) }

func run(cfg config, out string) error {
	if out != "" {
		cfg.charts = filepath.Dir(out)
	}
	for _, name := range cfg.only {
		if !slices.Contains(partNames(), name) {
			return fmt.Errorf("there is no part %q", name)
		}
	}
	all := parts()
	// Codecs are measured on one core, and a process stays where it was pinned: they come last.
	slices.Reverse(all)
	var fresh []report.Part
	for _, p := range all {
		if len(cfg.only) > 0 && !slices.Contains(cfg.only, p.name) {
			continue
		}
		text, err := p.run(cfg)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fresh = append(fresh, report.Part{Name: p.name, Text: text})
	}
	if err := report.WithTargets(os.Stdout, order(), fresh, "", notes); err != nil {
		return err
	}
	if out == "" {
		return nil
	}
	return save(out, fresh)
}

// save writes what was measured to the file, and keeps what else is in it.
func save(name string, fresh []report.Part) error {
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := report.WithTargets(file, order(), fresh, string(old), notes); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

func codecPart(cfg config) (string, error) {
	facts := append(machineFacts(cfg), codecFacts(cfg)...)
	facts = append(facts, [2]string{"placement", measure.Pin()})
	rep, err := compare(cfg)
	if err != nil {
		return "", err
	}
	rep.Facts = facts
	if cfg.charts != "" {
		rep.Charts, err = writeCharts(cfg.charts, rep.Sections)
	}
	return rep.Markdown(), err
}

func stdioPart(cfg config) (string, error) {
	sections, err := transports.Stdio(cfg.load, os.Stderr)
	return report.Facts(append(machineFacts(cfg), loadFacts(cfg)...)) + transports.Markdown(sections...), err
}

func ssePart(cfg config) (string, error) {
	sections, err := transports.SSE(cfg.load, os.Stderr)
	return report.Facts(append(machineFacts(cfg), loadFacts(cfg)...)) + transports.Markdown(sections...), err
}

func sessionsPart(cfg config) (string, error) {
	sheets, err := transports.Sessions(cfg.load, os.Stderr)
	facts := append(machineFacts(cfg), [2]string{"peers", transportPeers()})
	return report.Facts(facts) + markdown(sheets), err
}

func broadcastPart(cfg config) (string, error) {
	sheets, err := transports.Broadcasts(cfg.load, os.Stderr)
	facts := append(machineFacts(cfg), [2]string{"peers", transportPeers()})
	return report.Facts(facts) + markdown(sheets), err
}

func profilePart(cfg config) (string, error) {
	sheets, err := transports.Profile(cfg.load, os.Stderr)
	return report.Facts(machineFacts(cfg)) + markdown(sheets), err
}

func markdown(sheets []report.Sheet) string {
	var b strings.Builder
	for _, s := range sheets {
		b.WriteString(s.Markdown(2))
	}
	return b.String()
}

func httpPart(cfg config) (string, error) {
	sections, err := transports.HTTP(cfg.load, os.Stderr)
	return report.Facts(append(machineFacts(cfg), loadFacts(cfg)...)) + transports.Markdown(sections...), err
}
