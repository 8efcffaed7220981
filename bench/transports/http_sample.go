package transports

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"time"
)

// httpServerRow measures an HTTP server by bare connections.
func httpServerRow(name, server string, era Era) row {
	return row{name, server, era, func(s Scenario, o Options) (sample, error) { return driveHTTP(server, era, s, o) }}
}

// httpServerRows begins with the floor, as serverRows does.
func httpServerRows(stream bool) []row {
	floor := httpServerRow(httpFloor, httpFloor, Modern)
	rows := []row{
		floor,
		again(floor),
		httpServerRow("mcpwire", httpMCPwire, Legacy),
		httpServerRow("mcpwire", httpMCPwire, Modern),
		httpServerRow("mcpwire, no pooling", httpUnpooled, Modern),
		httpServerRow("go-sdk", httpGoSDK, Legacy),
		httpServerRow("go-sdk", httpGoSDKFree, Modern),
	}
	if !stream {
		rows = append(rows, httpServerRow("mcp-go", httpMCPGo, Legacy))
	}
	return rows
}

func httpScenarios() []Scenario {
	return []Scenario{
		{Size: smallSize, InFlight: 8},
		{Size: largeSize, InFlight: 8},
		{Size: largeSize, InFlight: 8, Dense: true},
	}
}

func streamScenarios() []Scenario {
	return []Scenario{{Size: smallSize, InFlight: 8, Stream: true}, {Size: largeSize, InFlight: 8, Stream: true}}
}

// startHTTP starts a child that serves HTTP, and returns its address.
func startHTTP(server string, era Era, s Scenario, limit time.Duration) (*process, string, error) {
	p, err := start(server, era, s, limit)
	if err != nil {
		return nil, "", err
	}
	line, err := bufio.NewReaderSize(p.out, 64).ReadSlice('\n') // nothing else comes
	if err != nil {
		p.kill()
		return nil, "", errors.Join(fmt.Errorf("the server tells no address: %w", err), p.stop())
	}
	return p, strings.TrimSpace(string(line)), nil
}

// driveHTTP puts load on a new child and asks it what the load cost.
func driveHTTP(server string, era Era, s Scenario, o Options) (got sample, err error) {
	handshake := era
	if server == httpFloor {
		handshake = Modern // it knows no sessions
	}
	return driveConns(server, era, s, o, func(addr string, f frame, firstID int) (*httpConn, error) {
		return dialHTTP(addr, handshake, f, firstID, strings.HasPrefix(server, httpMCPwire))
	})
}

// dialer opens a connection of a client that makes requests with ids from firstID on.
type dialer func(addr string, f frame, firstID int) (*httpConn, error)

func driveConns(server string, era Era, s Scenario, o Options, dial dialer) (got sample, err error) {
	f, err := newFrame(era, s)
	if err != nil {
		return got, err
	}
	p, addr, err := startHTTP(server, era, s, o.limit())
	if err != nil {
		return got, err
	}
	defer func() {
		if stopped := p.stop(); err != nil {
			err = errors.Join(err, stopped)
		}
	}()
	var conns []*httpConn
	defer func() {
		for _, c := range conns {
			c.close() // the load is over
		}
	}()
	for i := range s.InFlight {
		c, err := dial(addr, f, firstID+i*maxCount)
		if err != nil {
			return got, err
		}
		conns = append(conns, c)
	}
	l := load{count: maxCount, time: o.warmUp()}
	if _, err := runHTTP(conns, l); err != nil {
		return got, fmt.Errorf("warm-up: %w", err)
	}
	before, err := p.usage()
	if err != nil {
		return got, err
	}
	l.time = o.Load
	if got, err = runHTTP(conns, l); err != nil {
		return got, err
	}
	after, err := p.usage()
	got.used = after.since(before)
	return got, err
}
