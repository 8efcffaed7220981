package transport_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// What kind of failure an error is, and the figures that belong to it.
func ExampleError() {
	err := fmt.Errorf("calling the tool: %w", transport.TooLarge("response", 20<<20, 16<<20))

	var e *transport.Error
	switch {
	case errors.Is(err, transport.Timeout):
		fmt.Println("try again later")
	case errors.As(err, &e) && e.Code() == transport.MessageTooLarge:
		fmt.Printf("%d of %d bytes\n", e.Size(), e.Limit())
	}
	fmt.Println(err)
	// Output:
	// 20971520 of 16777216 bytes
	// calling the tool: transport: message too large: response: 20971520 bytes: the limit is 16777216 bytes
}

// Options are changed field by field; what is left out is safe.
func ExampleOptions() {
	var counters transport.Counters
	o := transport.Options{
		Limits:   transport.Limits{Message: 1 << 20},
		Timeouts: transport.Timeouts{Call: 5 * time.Second},
		Observer: transport.Observers(&counters, transport.Log(slog.New(slog.NewTextHandler(os.Stderr, nil)))),
	}
	limits := o.Limits.WithDefaults(transport.DefaultServerMessage)
	fmt.Println(limits.Message, limits.Sessions)
	fmt.Println(o.Timeouts.WithDefaults().Connect)

	o.Observe(transport.Observation{Event: transport.MessageIn, Transport: "pipe", Method: "ping", Bytes: 40})
	fmt.Println(counters.Count(transport.MessageIn), counters.Bytes(transport.MessageIn))
	// Output:
	// 1048576 10000
	// 10s
	// 1 40
}

// An Observer of one's own: it reports calls that take long.
func ExampleObserver() {
	var o transport.Observer = slow{time.Second}
	o.Observe(transport.Observation{Event: transport.CallDone, Method: "tools/call", Duration: 3 * time.Second})
	o.Observe(transport.Observation{Event: transport.CallDone, Method: "tools/list", Duration: time.Millisecond})
	// Output: tools/call took 3s
}

type slow struct{ limit time.Duration }

func (s slow) Observe(o transport.Observation) {
	if o.Event == transport.CallDone && o.Duration > s.limit {
		fmt.Println(o.Method, "took", o.Duration)
	}
}
