package transport_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

func TestLimitDefaults(t *testing.T) {
	want := transport.Limits{
		Message: 4 << 20, Event: 16 << 20, Batch: 100, Header: 64 << 10, InFlight: 1024,
		QueueMessages: 1024, QueueBytes: 4 << 20, Sessions: 10_000, Streams: 16,
	}
	require.Empty(t, cmp.Diff(want, transport.Limits{}.WithDefaults(transport.DefaultServerMessage)))
	want.Message = 16 << 20
	require.Empty(t, cmp.Diff(want, transport.Limits{}.WithDefaults(transport.DefaultMessage)))
	keepsWhatIsSet(t, func(l transport.Limits) transport.Limits { return l.WithDefaults(transport.DefaultMessage) })
}

func TestTimeoutDefaults(t *testing.T) {
	want := transport.Timeouts{
		Connect: 10 * time.Second, Spawn: 30 * time.Second, Probe: 5 * time.Second, Call: time.Minute, MaxCall: 30 * time.Minute,
		ResponseHeader: time.Minute, ReadMessage: 30 * time.Second, IdleStream: 5 * time.Minute,
		KeepAlive: 15 * time.Second, Write: 30 * time.Second, Session: 30 * time.Minute,
		Shutdown: 5 * time.Second, Kill: 5 * time.Second,
	}
	require.Empty(t, cmp.Diff(want, transport.Timeouts{}.WithDefaults()))
	keepsWhatIsSet(t, transport.Timeouts.WithDefaults)
}

// keepsWhatIsSet checks every field of T by itself: a positive value stays, a negative one becomes the default.
func keepsWhatIsSet[T any](t *testing.T, withDefaults func(T) T) {
	t.Helper()
	var zero T
	defaults := reflect.ValueOf(withDefaults(zero))
	for i := range defaults.NumField() {
		name := defaults.Type().Field(i).Name
		require.Positive(t, defaults.Field(i).Int(), name)
		for _, v := range []int64{1, 7, 1 << 30, -1} {
			var x T
			reflect.ValueOf(&x).Elem().Field(i).SetInt(v)
			want := v
			if v < 0 {
				want = defaults.Field(i).Int()
			}
			require.Equal(t, want, reflect.ValueOf(withDefaults(x)).Field(i).Int(), "%s: %d", name, v)
		}
	}
}
