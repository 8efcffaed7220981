package transports

import (
	"fmt"
	"time"
)

// Scenario is one kind of load.
type Scenario struct {
	Size     int    `json:"size"` // of the request, in bytes
	InFlight int    `json:"inFlight"`
	Batch    bool   `json:"batch"`   // stdio: a window in one write; else every frame has a write of its own
	Dense    bool   `json:"dense"`   // the text is full of escapes
	Stream   bool   `json:"stream"`  // HTTP: answers are event streams
	Profile  string `json:"profile"` // a folder for a CPU profile of the server; "" for none

	// What follows is for sessions that are idle and for broadcasts.

	TTL    time.Duration `json:"ttl"`    // of a session that nobody uses
	Narrow bool          `json:"narrow"` // the server's sockets hold little that clients have not read
}

// String names the scenario.
func (s Scenario) String() string {
	size := fmt.Sprintf("%d B", s.Size)
	if s.Size%1024 == 0 {
		size = fmt.Sprintf("%d KiB", s.Size/1024)
	}
	name := fmt.Sprintf("%s, %d in flight", size, s.InFlight)
	if s.Batch {
		name += ", batched"
	}
	if s.Dense {
		name += ", full of escapes"
	}
	return name
}

const (
	smallSize = 300
	largeSize = 64 << 10
)

func serverScenarios() []Scenario {
	var all []Scenario
	for _, size := range []int{smallSize, largeSize} {
		all = append(all, Scenario{Size: size, InFlight: 1}, Scenario{Size: size, InFlight: 8}, Scenario{Size: size, InFlight: 8, Batch: true})
	}
	return all
}

func clientScenarios() []Scenario {
	var all []Scenario
	for _, size := range []int{smallSize, largeSize} {
		all = append(all, Scenario{Size: size, InFlight: 1}, Scenario{Size: size, InFlight: 8})
	}
	return all
}

// row is one line of a table: what is measured, against the first row of its table.
type row struct {
	name   string
	server string // the child's name
	era    Era
	// sample measures once, in processes of its own.
	sample func(s Scenario, o Options) (sample, error)
}

// serverRow measures a server by the raw driver.
func serverRow(server string, era Era) row {
	return row{server, server, era, func(s Scenario, o Options) (sample, error) { return driveServer(server, era, s, o) }}
}

// serverRows begins with the floor. Its second row is the floor again: how far it is from 1.00 is the noise.
func serverRows() []row {
	return []row{
		serverRow(floorServer, Legacy),
		again(serverRow(floorServer, Legacy)),
		serverRow(mcpwireServer, Legacy),
		serverRow(mcpwireServer, Modern),
		serverRow(unpooledServer, Legacy),
		serverRow(goroutineServer, Legacy),
		serverRow(gosdkServer, Legacy),
		serverRow(gosdkServer, Modern),
		serverRow(mcpgoServer, Legacy),
		serverRow(mcpgoServer, Modern),
	}
}

// clientRows begins with the floor, too: the driver itself is the leanest client there is.
func clientRows() []row {
	raw := row{"raw pipe", responder, Legacy, driveResponder}
	return []row{
		raw,
		again(raw),
		clientRow(mcpwireServer, Legacy, pooled()),
		clientRow(mcpwireServer, Modern, pooled()),
		clientRow(unpooledServer, Legacy, unpooled()),
	}
}

func again(r row) row {
	r.name += ", again"
	return r
}
