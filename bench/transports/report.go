package transports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

const (
	aboutServers = "Servers are child processes with one tool that answers with the text of its argument. The driver has its frames ready; one of " +
		"its goroutines writes them, one at a time or, batched, a window in one write, and another reads and compares every answer. Shares " +
		"are of the line echo, which only sends lines back; where it stands again, the difference from 1.00 is noise. Allocations, bytes " +
		"and CPU time are the server's, for each request."
	aboutHTTP = "Servers are child processes with the same tool. The driver has eight connections, each with one request at a time: bytes made in advance, " +
		"where only the id changes; every answer is compared. Shares are of a handler on net/http that reads the request and answers with bytes " +
		"made in advance; where it stands again, the difference from 1.00 is noise. Latencies are what the driver saw. Allocations, bytes " +
		"and CPU time are the server's, for each request."
	aboutHTTPClients = "Clients call a handler on net/http, in a child, that has its answers ready. The floor is net/http's own client, which posts bytes " +
		"made in advance. Allocations, bytes and CPU time are the client's, for each call."
	aboutSSE = "Servers are child processes with the same tool. The driver has eight sessions, each with a stream, a connection for POSTs, and one request " +
		"at a time: it reads the response, which has no content, and then the answer on the stream. Shares are of a handler on net/http that does the " +
		"same with answers made in advance; where it stands again, the difference from 1.00 is noise. Allocations, bytes and CPU time are the server's, for " +
		"each request."
	aboutSSEClients = "Clients call the floor of the servers. The floor of the clients is net/http's own client, which posts bytes made in advance and has " +
		"a stream for each goroutine; the others have one session. Allocations, bytes and CPU time are the client's, for each call."
	aboutClients = "Clients call a child that has its answers ready. The raw pipe is the driver of the server rows. Allocations, bytes and CPU " +
		"time are the client's, for each call."
)

// Section is all that is measured of one side of one transport.
type Section struct {
	Title, About string
	Tables       []Table
}

// Markdown returns the tables of all sections.
func Markdown(sections ...Section) string {
	var b strings.Builder
	for _, x := range sections {
		if len(x.Tables) == 0 {
			continue
		}
		b.WriteString(overview(x.Title, x.About, x.Tables).Markdown(2))
		for _, t := range x.Tables {
			b.WriteString(details(t).Markdown(3))
		}
	}
	return b.String()
}

// overview has the shares of all scenarios.
func overview(title, about string, tables []Table) report.Sheet {
	s := report.Sheet{Title: title, About: about, Head: []string{"share of the floor", "era"}}
	for _, t := range tables {
		s.Head = append(s.Head, t.Scenario.String())
	}
	for i, first := range tables[0].Rows {
		cells := []string{first.Name, string(first.Era)}
		for _, t := range tables {
			cells = append(cells, decimals(t.Rows[i].Share, 2))
		}
		s.Rows = append(s.Rows, cells)
	}
	return s
}

// details has everything of one scenario.
func details(t Table) report.Sheet {
	s := report.Sheet{
		Title: t.Scenario.String(),
		Head:  []string{"", "era", "requests/s", "quartiles", "share of the floor", "allocations", "bytes", "CPU", "CPU, times the floor's"},
	}
	pools := slices.ContainsFunc(t.Rows, func(r Result) bool { return r.Gets > 0 })
	if pools {
		s.Head = append(s.Head, "pooled buffers", "pool hits")
	}
	timed := slices.ContainsFunc(t.Rows, func(r Result) bool { return r.P50 > 0 })
	if timed {
		s.Head = append(s.Head, "p50", "p99")
	}
	for _, r := range t.Rows {
		cells := []string{
			r.Name, string(r.Era), decimals(r.Rate, 0), decimals(r.Low, 0) + " - " + decimals(r.High, 0), decimals(r.Share, 3),
			decimals(r.Mallocs, 3), decimals(r.Bytes, 0), micros(r.CPU), decimals(r.CPUShare, 2),
		}
		if pools {
			cells = append(cells, r.buffers()...)
		}
		if timed {
			cells = append(cells, micros(r.P50), micros(r.P99))
		}
		s.Rows = append(s.Rows, cells)
	}
	return s
}

// buffers are the cells about pooling.
func (r Result) buffers() []string {
	if r.Gets == 0 {
		return []string{"", ""}
	}
	return []string{decimals(r.Gets, 2), decimals(100*r.Hits, 2) + " %"}
}

func micros(nanoseconds float64) string { return fmt.Sprintf("%.1f us", nanoseconds/1e3) }

func decimals(x float64, n int) string { return strconv.FormatFloat(x, 'f', n, 64) }
