package transports

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
)

func TestTextArgument(t *testing.T) {
	t.Parallel()
	var d codec.Decoder
	for args, want := range map[string]string{
		`{"text":"hello"}`:               "hello",
		`{"text":"h\u0065llo"}`:          "hello",
		`{ "more": [1], "text": "two" }`: "two",
		`{}`:                             "",
	} {
		d.ResetRaw(codec.RawString(args))
		got, err := textArgument(&d)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, args := range []string{`{"text":1}`, `[]`} {
		d.ResetRaw(codec.RawString(args))
		_, err := textArgument(&d)
		require.Error(t, err, args)
	}
}
