package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
)

// envJob makes a child of this program that measures codecs: it holds the job, as JSON.
const envJob = "MCPWIRE_BENCH_JOB"

// job is what a child measures: some comparisons, or the first call of a codec.
type job struct {
	Titles   []string        `json:"titles"`
	Messages string          `json:"messages"`
	Codecs   string          `json:"codecs"`
	Measure  measure.Options `json:"measure"`
	First    *firstCall      `json:"first"`
}

// runJob turns the process into one that does a job, if its environment holds one, and then does not return. The result goes to standard output, as JSON.
func runJob() {
	text := os.Getenv(envJob)
	if text == "" {
		return
	}
	if err := doJob(text); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func doJob(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return fmt.Errorf("%s: %w", envJob, err)
	}
	measure.Pin()
	var result any
	var err error
	if j.First != nil {
		result, err = j.First.measure(j.Measure)
	} else {
		result, err = j.measure()
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// run has a program, which is this one or a build of it, do the job, and stores what comes out in result.
func (j job) run(program string, result any, env ...string) error {
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	cmd := exec.Command(program)
	cmd.Env = append(append(os.Environ(), envJob+"="+string(text)), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	return json.Unmarshal(out, result)
}
