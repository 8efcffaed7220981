package corpus_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

// value is data as maps and slices; numbers keep their digits.
func value(t *testing.T, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return v
}

func TestShuffled(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Messages() {
		c := corpus.Shuffled(m)
		require.Equal(t, m.Name, c.Base())
		require.NotEqual(t, m.Name, c.Name)
		require.NotEqual(t, m.Data, c.Data, m.Name)
		require.Len(t, c.Data, len(m.Data), m.Name)
		require.True(t, cmp.Equal(value(t, m.Data), value(t, c.Data)), "%s has another value", c.Name)
		require.Equal(t, c.Data, corpus.Shuffled(m).Data, "%s differs from run to run", c.Name)
		require.NotEqual(t, firstKey(m.Payload()), firstKey(c.Payload()), "%s starts with the same member", c.Name)
	}
}

// firstKey returns the first member name of an object with several members; of others something unique.
func firstKey(object []byte) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil || len(members) < 2 {
		return string(object)
	}
	key, _, _ := strings.Cut(string(object), ":")
	return key
}

func TestWithUnknown(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Messages() {
		c := corpus.WithUnknown(m)
		require.Equal(t, m.Name, c.Base())
		require.NotEqual(t, m.Name, c.Name)
		have := value(t, c.Data)
		require.False(t, cmp.Equal(value(t, m.Data), have), m.Name)
		added := removeUnknown(have)
		require.True(t, cmp.Equal(value(t, m.Data), have), "%s changed more than it should", c.Name)
		if m.Kind == corpus.Error {
			require.Equal(t, m.Payload(), c.Payload())
			require.Equal(t, 1, added)
		} else {
			require.GreaterOrEqual(t, added, 3, c.Name)
		}
	}
}

// removeUnknown takes the added members out of v and returns how many there were.
func removeUnknown(v any) (removed int) {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if strings.HasPrefix(key, "x-example-") {
				delete(v, key)
				removed++
				continue
			}
			removed += removeUnknown(x)
		}
	case []any:
		for _, x := range v {
			removed += removeUnknown(x)
		}
	}
	return removed
}

// TestWithUnknownKeepsOpenJSON compares the open parts of every message that has some.
func TestWithUnknownKeepsOpenJSON(t *testing.T) {
	t.Parallel()
	var params corpus.CallToolParams
	require.NoError(t, json.Unmarshal(find(t, "tools-call-request+unknown").Payload(), &params))
	require.NotContains(t, string(params.Arguments), "x-example")

	var tools corpus.ListToolsResult
	require.NoError(t, json.Unmarshal(find(t, "tools-list-50+unknown").Payload(), &tools))
	require.Len(t, tools.Tools, 50)
	for _, tool := range tools.Tools {
		require.NotContains(t, string(tool.InputSchema)+string(tool.OutputSchema)+string(tool.Meta), "x-example")
	}

	var sampling corpus.CreateMessageParams
	require.NoError(t, json.Unmarshal(find(t, "sampling-20+unknown").Payload(), &sampling))
	require.NotContains(t, string(sampling.Metadata), "x-example")
	results := 0
	for _, message := range sampling.Messages {
		for _, block := range message.Content {
			require.NotContains(t, string(block.Input)+string(block.StructuredContent), "x-example")
			if block.Type == "tool_result" {
				results++
				require.Len(t, block.Content, 3)
			}
		}
	}
	require.Equal(t, 3, results)
}
