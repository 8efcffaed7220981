package transports

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/leaks"
)

func TestMain(m *testing.M) {
	RunChild()
	leaks.Main(m)
}

// TestServersAnswer drives each row for three requests: the driver refuses any other id or text.
func TestServersAnswer(t *testing.T) {
	for _, r := range serverRows() {
		t.Run(r.name+" "+string(r.era), func(t *testing.T) {
			for _, s := range []Scenario{{Size: smallSize, InFlight: 1}, {Size: largeSize, InFlight: 3, Batch: true}} {
				c, err := open(r.server, r.era, s, time.Minute)
				require.NoError(t, err)
				n, _, err := c.run(load{inFlight: s.InFlight, batch: s.Batch, count: 3, time: time.Minute})
				stopped := c.stop()
				require.NoError(t, err, "%v", stopped)
				require.Equal(t, 3, n)
			}
		})
	}
}

// small is what a test needs that only wants some load.
var small = Scenario{Size: smallSize, InFlight: 1}
