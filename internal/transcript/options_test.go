package transcript_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// options are what a transcript changes of the library's options.
type options struct {
	limits   transport.Limits
	timeouts transport.Timeouts
	origins  []string
	store    bool
	events   bool
	tokens   bool
	rounds   int
}

// names are the options by their names.
func (o *options) names() (numbers map[string]*int, times map[string]*time.Duration, flags map[string]*bool) {
	numbers = map[string]*int{
		"message": &o.limits.Message, "batch": &o.limits.Batch, "inflight": &o.limits.InFlight, "sessions": &o.limits.Sessions,
		"streams": &o.limits.Streams, "event": &o.limits.Event, "header": &o.limits.Header, "rounds": &o.rounds,
	}
	times = map[string]*time.Duration{
		"call": &o.timeouts.Call, "maxcall": &o.timeouts.MaxCall, "probe": &o.timeouts.Probe, "session": &o.timeouts.Session,
		"keepalive": &o.timeouts.KeepAlive,
	}
	flags = map[string]*bool{"store": &o.store, "events": &o.events, "tokens": &o.tokens}
	return numbers, times, flags
}

// parse reads the step: a name and a value on each line.
func (o *options) parse(st *step) error {
	numbers, times, flags := o.names()
	for _, line := range st.lines() {
		name, value, _ := strings.Cut(line, " ")
		var err error
		switch {
		case numbers[name] != nil:
			*numbers[name], err = strconv.Atoi(value)
		case times[name] != nil:
			*times[name], err = time.ParseDuration(value)
		case flags[name] != nil && value == "":
			*flags[name] = true
		case name == "origin":
			o.origins = append(o.origins, value)
		default:
			return fmt.Errorf("there is no option %s", line)
		}
		if err != nil {
			return fmt.Errorf("option %s: %w", line, err)
		}
	}
	return nil
}

// authorize takes the bearer token for the name of who sends a request.
func (o *options) authorize() func(*http.Request) (transport.Identity, error) {
	if !o.tokens {
		return nil
	}
	return func(r *http.Request) (transport.Identity, error) {
		name, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			return transport.Identity{}, errors.New("no token")
		}
		return transport.Identity{Principal: name}, nil
	}
}
