package stdio

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

const (
	aboutServers = "Servers are child processes with one tool that answers with the text of its argument. The driver has its frames ready; one of " +
		"its goroutines writes them, one at a time or, batched, a window in one write, and another reads and compares every answer. Shares " +
		"are of the line echo, which only sends lines back; where it stands again, the difference from 1.00 is noise. Allocations, bytes " +
		"and CPU time are the server's, for each request."
	aboutClients = "Clients call a child that has its answers ready. The raw pipe is the driver of the server rows. Allocations, bytes and CPU " +
		"time are the client's, for each call."
)

// Markdown returns the tables of servers and clients.
func Markdown(servers, clients []Table) string {
	var b strings.Builder
	for _, side := range []struct {
		name, about string
		tables      []Table
	}{{"stdio servers", aboutServers, servers}, {"stdio clients", aboutClients, clients}} {
		if len(side.tables) == 0 {
			continue
		}
		b.WriteString(overview(side.name, side.about, side.tables).Markdown(2))
		for _, t := range side.tables {
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
		Head:  []string{"", "era", "requests/s", "quartiles", "share of the floor", "allocations", "bytes", "CPU"},
	}
	for _, r := range t.Rows {
		s.Rows = append(s.Rows, []string{
			r.Name, string(r.Era), decimals(r.Rate, 0), decimals(r.Low, 0) + " - " + decimals(r.High, 0), decimals(r.Share, 3),
			decimals(r.Mallocs, 3), decimals(r.Bytes, 0), fmt.Sprintf("%.1f us", r.CPU/1e3),
		})
	}
	return s
}

func decimals(x float64, n int) string { return strconv.FormatFloat(x, 'f', n, 64) }
