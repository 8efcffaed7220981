package transports

import (
	"errors"
	"fmt"
	"time"
)

// crowdRow is a server that many clients of one kind have sessions with.
type crowdRow struct {
	name   string
	server string // the child's name
	era    Era
	visit  visitor
	deaf   bool // its sessions end although a stream is open
}

// crowdRows begins with the floor.
func crowdRows() []crowdRow {
	return []crowdRow{
		{"raw net/http", crowdFloor, Legacy, visitStreamable, false},
		{"mcpwire", crowdMCPwire, Legacy, visitStreamable, false},
		{"mcpwire, subscriptions/listen", crowdMCPwire, Modern, visitListening, false},
		{"mcpwire, HTTP+SSE", crowdMCPwireSSE, Legacy, visitSSE, false},
		{"go-sdk", crowdGoSDK, Legacy, visitStreamable, true},
		{"go-sdk, HTTP+SSE", crowdGoSDKSSE, Legacy, visitSSE, false},
		{"mcp-go", crowdMCPGo, Legacy, visitStreamable, false},
		{"mcp-go, HTTP+SSE", crowdMCPGoSSE, Legacy, visitSSE, false},
	}
}

// loneRows are servers of sessions that can be without a stream.
func loneRows() []crowdRow {
	return []crowdRow{
		{"mcpwire", crowdMCPwire, Legacy, visitStreamable, false},
		{"go-sdk", crowdGoSDK, Legacy, visitStreamable, false},
		{"mcp-go", crowdMCPGo, Legacy, visitStreamable, false},
	}
}

const (
	crowdLimit   = 3 * time.Minute // after which a child is killed
	pollInterval = 200 * time.Millisecond
	maxPolls     = 50
)

// gathering is a child with a crowd of clients.
type gathering struct {
	p      *process
	before Memory // without clients
	all    crowd
	took   time.Duration // to open all sessions
}

// begin starts a child and opens n sessions.
func (r crowdRow) begin(n int, s Scenario, w wishes) (g *gathering, err error) {
	p, addr, err := startHTTP(r.server, r.era, s, crowdLimit)
	if err != nil {
		return nil, err
	}
	g = &gathering{p: p}
	if g.before, err = p.memory(); err == nil {
		g.all, g.took, err = gather(addr, n, r.visit, w)
	}
	if err != nil {
		p.kill()
		return nil, errors.Join(err, p.stop())
	}
	return g, nil
}

func (g *gathering) end() {
	g.all.close()
	g.p.kill() // it may be stuck, and is of no use any more
	_ = g.p.stop()
}

// settle waits until the number of goroutines does not change any more, and returns what the child holds then.
func (g *gathering) settle() (m Memory, err error) {
	last := -1
	for range maxPolls {
		if m, err = g.p.memory(); err != nil || m.Goroutines == last {
			return m, err
		}
		last = m.Goroutines
		time.Sleep(pollInterval)
	}
	return m, nil
}

// vanish closes all connections, and returns what is left of the sessions as soon as nothing is, or after the limit.
func (g *gathering) vanish(limit time.Duration) (m Memory, err error) {
	g.all.close()
	gone := 0 // what has finalizers, as connections have, goes later than goroutines
	for end := time.Now().Add(limit); gone < 3 && time.Now().Before(end); time.Sleep(pollInterval) {
		if m, err = g.p.memory(); err != nil {
			return m, err
		}
		if m = m.since(g.before); m.Goroutines <= 0 && m.Sessions <= 0 {
			gone++
		}
	}
	return m, nil
}

// keepsCrowd says whether a row takes part.
func (o Options) keepsCrowd(rows []crowdRow) (kept []crowdRow) {
	for i, r := range rows {
		if o.keepsRow(i, r.name) {
			kept = append(kept, r)
		}
	}
	return kept
}

// spare are the descriptors that a process needs besides those of its clients.
const spare = 200

// possible returns the sizes of crowds that there are descriptors for, and a sentence about the others.
func (o Options) possible(limit uint64) (sizes []int, note string) {
	for _, n := range o.Crowds {
		if uint64(n)+spare > limit { //nolint:gosec // a count
			note += fmt.Sprintf(" %d sessions were left out: they need %d descriptors in each process, and the limit is %d.", n, n+spare, limit)
			continue
		}
		sizes = append(sizes, n)
	}
	return sizes, note
}
