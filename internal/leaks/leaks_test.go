package leaks_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mcpwire/mcpwire/internal/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// A goroutine that ends late is none that is left, one that stays is.
func TestFind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	require.NoError(t, leaks.Find(time.Minute, before))
	late := make(chan struct{})
	go func() { <-late }()
	require.ErrorContains(t, leaks.Find(time.Millisecond, before), "TestFind")
	time.AfterFunc(time.Second, func() { close(late) }) // which is more than goleak waits
	require.NoError(t, leaks.Find(time.Minute, before))
}
