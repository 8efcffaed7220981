package scan

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSetLevel(t *testing.T) {
	before := level
	for l := range Best() + 1 {
		undo := SetLevel(l)
		require.Equal(t, l, level)
		undo()
		require.Equal(t, before, level)
	}
	undo := SetLevel(Best() + 1)
	require.Equal(t, Best(), level, "no more than the machine has")
	undo()
}
