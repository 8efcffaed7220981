package transports

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
)

func TestTextArgument(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		`{"text":"hello"}`:               "hello",
		`{"text":"h\u0065llo"}`:          "hello",
		`{ "more": [1], "text": "two" }`: "two",
		`{}`:                             "",
	} {
		got, err := textArgument(codec.RawString(args))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, args := range []string{`{"text":1}`, `[]`} {
		_, err := textArgument(codec.RawString(args))
		require.Error(t, err, args)
	}
}
