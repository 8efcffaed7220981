package transport_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/mallocs"
	"github.com/mcpwire/mcpwire/transport"
)

func TestCounters(t *testing.T) {
	var a, b transport.Counters
	all := transport.Observers(nil, &a, nil, &b)
	all.Observe(transport.Observation{Event: transport.MessageIn, Bytes: 10})
	all.Observe(transport.Observation{Event: transport.MessageIn, Bytes: 5})
	all.Observe(transport.Observation{Event: transport.LateAnswer})
	all.Observe(transport.Observation{Event: 200, Bytes: 5}) // of a later version
	for _, c := range []*transport.Counters{&a, &b} {
		require.EqualValues(t, 2, c.Count(transport.MessageIn))
		require.EqualValues(t, 15, c.Bytes(transport.MessageIn))
		require.EqualValues(t, 1, c.Count(transport.LateAnswer))
		require.Zero(t, c.Count(transport.CallDone))
		require.Zero(t, c.Count(200)+c.Bytes(200))
	}
	require.Same(t, &a, transport.Observers(nil, &a))
	require.Nil(t, transport.Observers(nil, nil), "so that a transport sees that there is none")
	require.Equal(t, "handler panic", transport.HandlerPanic.String())
	require.Equal(t, "unknown event", transport.Event(200).String())
}

func TestLog(t *testing.T) {
	var out bytes.Buffer
	log := func(level slog.Level) transport.Observer {
		out.Reset()
		return transport.Log(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
			Level: level,
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		})))
	}
	o := transport.Observation{
		Event: transport.CallDone, Transport: "pipe", Method: strings.Repeat("m\n", 100), Bytes: 7,
		Duration: time.Second, Err: errors.New("no luck"),
	}
	log(slog.LevelDebug).Observe(o)
	require.Equal(t, `level=WARN msg="call done" transport=pipe method="`+strings.Repeat(`m\n`, 32)+
		`" bytes=7 duration=1s error="no luck"`+"\n", out.String())

	o.Err = nil
	log(slog.LevelInfo).Observe(o)
	require.Empty(t, out.String(), "what went well is for debugging")

	log(slog.LevelInfo).Observe(transport.Observation{Event: transport.LateAnswer, Transport: "sse"})
	require.Equal(t, `level=WARN msg="late answer" transport=sse`+"\n", out.String())
}

func TestObserveWithoutObserver(t *testing.T) {
	var o transport.Options
	require.Zero(t, mallocs.OnOneProcessor(100, 0, func() {
		o.Observe(transport.Observation{Event: transport.MessageIn, Method: "tools/call", Bytes: 300})
	}).Mallocs)
	var c transport.Counters
	o.Observer = &c
	require.Zero(t, mallocs.OnOneProcessor(100, 0, func() {
		o.Observe(transport.Observation{Event: transport.MessageIn, Method: "tools/call", Bytes: 300})
	}).Mallocs)
	require.GreaterOrEqual(t, c.Count(transport.MessageIn), int64(100))
}
