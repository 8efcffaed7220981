// Command bench compares mcpwire's codecs with those of others on the messages of the corpus, prints the tables, and
// with -o writes them to a file.
//
//	go run ./cmd/bench -o RESULTS.md
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
)

func main() {
	var cfg config
	out := flag.String("o", "", "also write the tables to this file")
	short := flag.Bool("short", false, "a quick look: few rounds, short batches")
	flag.StringVar(&cfg.commit, "commit", "", "commit to name in the report; asks git by default")
	flag.StringVar(&cfg.messages, "messages", "", "only messages whose name contains this")
	flag.StringVar(&cfg.codecs, "codecs", "", "only codecs whose name contains this, and the baseline")
	flag.IntVar(&cfg.measure.Rounds, "rounds", 6, "batches of each measurement; the fastest counts")
	flag.DurationVar(&cfg.measure.Batch, "batch", 20*time.Millisecond, "length of a batch")
	flag.Parse()
	if *short {
		cfg.measure = measure.Options{Rounds: 3, Batch: 2 * time.Millisecond}
	}
	if err := run(cfg, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// config is what the flags say.
type config struct {
	commit           string
	messages, codecs string
	measure          measure.Options
}

func run(cfg config, out string) error {
	facts := machineFacts(cfg)
	facts = append(facts, [2]string{"placement", measure.Pin()})
	rep, err := compare(cfg)
	if err != nil {
		return err
	}
	rep.Facts = facts
	if err := rep.Write(os.Stdout); err != nil {
		return err
	}
	if out == "" {
		return nil
	}
	file, err := os.Create(out) //nolint:gosec // the path comes from the command line on purpose
	if err != nil {
		return err
	}
	if err := rep.Write(file); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
