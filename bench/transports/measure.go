package transports

import (
	"fmt"
	"io"
	"slices"
)

// Result is what a row came to in one scenario: medians over the rounds. Samples differ by more than what drifts from round to round,
// since each process lies elsewhere in memory and on the cores; so the medians are compared, not the samples of each round.
type Result struct {
	Name string
	Era  Era
	// Rate is requests answered in a second; half of the samples are between Low and High.
	Rate, Low, High float64
	// Share is the rate over the floor's.
	Share float64
	// Mallocs and Bytes are what the measured side allocated for a request, CPU what it computed, in nanoseconds.
	Mallocs, Bytes, CPU float64
	// P50 and P99 are latencies in nanoseconds, 0 where they were not measured; CPUShare is the CPU over the floor's.
	P50, P99, CPUShare float64
	// Gets are the buffers taken from a pool for a request, Hits the share of them that it had; 0 where there is no pool.
	Gets, Hits float64
}

// Table is one scenario with all rows, the floor first.
type Table struct {
	Scenario Scenario
	Rows     []Result
}

// Stdio measures servers and clients over the pipes of a child. It tells progress what it is at.
func Stdio(o Options, progress io.Writer) ([]Section, error) {
	return sections(o, progress, []side{
		{"stdio servers", aboutServers, serverScenarios(), serverRows()},
		{"stdio clients", aboutClients, clientScenarios(), clientRows()},
	})
}

// HTTP measures servers of Streamable HTTP, with both kinds of answers, and clients. It tells progress what it is at.
func HTTP(o Options, progress io.Writer) ([]Section, error) {
	return sections(o, progress, []side{
		{"HTTP servers, JSON answers", aboutHTTP, httpScenarios(), httpServerRows(false)},
		{"HTTP servers, event streams", aboutHTTP, streamScenarios(), httpServerRows(true)},
		{"HTTP clients", aboutHTTPClients, clientScenarios(), httpClientRows()},
	})
}

// SSE measures servers and clients of HTTP+SSE. It tells progress what it is at.
func SSE(o Options, progress io.Writer) ([]Section, error) {
	return sections(o, progress, []side{
		{"HTTP+SSE servers", aboutSSE, streamScenarios(), sseServerRows()},
		{"HTTP+SSE clients", aboutSSEClients, clientScenarios(), sseClientRows()},
	})
}

// side is what makes a Section.
type side struct {
	title, about string
	scenarios    []Scenario
	rows         []row
}

func sections(o Options, progress io.Writer, sides []side) ([]Section, error) {
	var out []Section
	for _, x := range sides {
		t, err := tables(x.title, x.scenarios, x.rows, o, progress)
		if err != nil {
			return nil, err
		}
		out = append(out, Section{x.title, x.about, t})
	}
	return out, nil
}

func tables(side string, scenarios []Scenario, rows []row, o Options, progress io.Writer) ([]Table, error) {
	var kept []row
	for i, r := range rows {
		if o.keepsRow(i, r.name) {
			kept = append(kept, r)
		}
	}
	var out []Table
	for _, s := range scenarios {
		if !o.keepsScenario(s) {
			continue
		}
		fmt.Fprintf(progress, "measuring: %s, %s\n", side, s)
		samples, err := interleave(s, kept, o)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", side, s, err)
		}
		t := Table{Scenario: s}
		for i, r := range kept {
			t.Rows = append(t.Rows, summarize(r, samples[i], samples[0]))
		}
		out = append(out, t)
	}
	return out, nil
}

// interleave returns the samples of each row. Every round begins with another row, so that none always follows the same.
func interleave(s Scenario, rows []row, o Options) ([][]sample, error) {
	samples := make([][]sample, len(rows))
	for round := range max(o.Rounds, 1) {
		for i := range rows {
			at := (i + round) % len(rows)
			got, err := rows[at].sample(s, o)
			if err != nil {
				return nil, fmt.Errorf("%s (%s): %w", rows[at].name, rows[at].era, err)
			}
			samples[at] = append(samples[at], got)
		}
	}
	return samples, nil
}

func summarize(r row, own, floor []sample) Result {
	out := Result{
		Name: r.name, Era: r.era,
		Rate:    quantile(own, sample.rate, 0.5),
		Low:     quantile(own, sample.rate, 0.25),
		High:    quantile(own, sample.rate, 0.75),
		Mallocs: quantile(own, sample.mallocs, 0.5),
		Bytes:   quantile(own, sample.bytes, 0.5),
		CPU:     quantile(own, sample.cpu, 0.5),
		P50:     quantile(own, sample.median, 0.5),
		P99:     quantile(own, sample.tail, 0.5),
		Gets:    quantile(own, sample.gets, 0.5),
		Hits:    quantile(own, sample.hits, 0.5),
	}
	out.CPUShare = out.CPU / quantile(floor, sample.cpu, 0.5)
	out.Share = out.Rate / quantile(floor, sample.rate, 0.5)
	return out
}

// quantile returns the value below which the part q of the samples lies, interpolated between neighbors.
func quantile(samples []sample, value func(sample) float64, q float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = value(s)
	}
	slices.Sort(values)
	at := q * float64(len(values)-1)
	below := int(at)
	above := min(below+1, len(values)-1)
	return values[below] + (at-float64(below))*(values[above]-values[below])
}
