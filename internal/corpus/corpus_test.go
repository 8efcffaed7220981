package corpus_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

// wants has the size in bytes that each message is meant to have, within a tenth, and the digest that it has. When a
// message changes on purpose, so does its digest; benchmark results from before cannot be compared any more.
var wants = []struct {
	name   string
	size   int
	digest string
}{
	{"tools-call-request", 325, "e375be363ff09e66"},
	{"tools-call-text", 334, "565ad468c20ae0ba"},
	{"initialize-request", 452, "d6d844b2616f10e1"},
	{"initialize-result", 635, "2e07340b7a0cc3ea"},
	{"tools-list-50", 58_600, "1f63291a629ba8b2"},
	{"resources-read-1MiB-text", 1 << 20, "da0c8ac9f8dd38d0"},
	{"tools-call-1MiB-image", 1 << 20, "12c3be8fde1295ae"},
	{"progress", 152, "def7242fc37294ec"},
	{"resources-list-500", 89_600, "ce52798b2750e813"},
	{"error", 163, "a2f4c4d67a70e101"},
	{"sampling-20", 24_000, "5663d0b3b0339481"},
}

func TestMessages(t *testing.T) {
	t.Parallel()
	messages := corpus.Messages()
	require.Len(t, messages, len(wants))
	for i, want := range wants {
		m := messages[i]
		require.Equal(t, want.name, m.Name)
		require.InEpsilon(t, want.size, len(m.Data), 0.1, "size of %s", m.Name)
		require.Equal(t, want.digest, digest(m.Data), "digest of %s", m.Name)
	}
}

// TestCopiesAreStable pins the copies, all in one digest.
func TestCopiesAreStable(t *testing.T) {
	t.Parallel()
	var all bytes.Buffer
	for _, m := range corpus.Variants() {
		all.WriteString(m.Name)
		all.Write(m.Data)
	}
	require.Equal(t, "44bd42ef5eb40667", digest(all.Bytes()))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// TestEnvelope checks what a JSON-RPC receiver looks at first.
func TestEnvelope(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Variants() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			require.True(t, json.Valid(m.Data))
			var compact bytes.Buffer
			require.NoError(t, json.Compact(&compact, m.Data))
			require.Len(t, m.Data, compact.Len(), "white space")

			var envelope map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(m.Data, &envelope))
			require.JSONEq(t, `"2.0"`, string(envelope["jsonrpc"]))
			key := map[corpus.Kind]string{
				corpus.Request: "params", corpus.Notification: "params",
				corpus.Result: "result", corpus.Error: "error",
			}[m.Kind]
			require.Equal(t, string(envelope[key]), string(m.Payload()))
			require.Equal(t, m.Kind != corpus.Notification, envelope["id"] != nil, "id")
			if m.Kind == corpus.Request || m.Kind == corpus.Notification {
				require.JSONEq(t, `"`+m.Method+`"`, string(envelope["method"]))
			} else {
				require.NotContains(t, envelope, "method")
			}
		})
	}
}

// TestSourceTextEscapes holds the big text to the density of escapes that its name in the reports promises.
func TestSourceTextEscapes(t *testing.T) {
	t.Parallel()
	var result corpus.ReadResourceResult
	m := find(t, "resources-read-1MiB-text")
	require.NoError(t, json.Unmarshal(m.Payload(), &result))
	text := *result.Contents[0].Text
	escapes := strings.Count(text, "\n") + strings.Count(text, "\t") + strings.Count(text, `"`) + strings.Count(text, `\`)
	require.Equal(t, len(m.Payload())-len(text), escapes+len(`{"contents":[{"uri":"file:///srv/atlas/internal/store/queries_gen.go","mimeType":"text/x-go","text":""}]}`))
	require.InDelta(t, 11, float64(len(text)+escapes)/float64(escapes), 0.5)
}

// TestSamplingText makes sure that the message with mixed text has what its description says.
func TestSamplingText(t *testing.T) {
	t.Parallel()
	data := string(find(t, "sampling-20").Data)
	for _, want := range []string{"ログイン", "登录", "안녕", "Здрав", "🎉", `\u30ed`, `\ud83d\ude00`, `\r\n`, `\\`, `\t`,
		`"tool_use"`, `"tool_result"`, `"image"`, `"audio"`, `"resource_link"`, `"resource"`} {
		require.Contains(t, data, want)
	}
	require.Equal(t, 20, strings.Count(data, `"role":`))
}

func TestFreshBytes(t *testing.T) {
	t.Parallel()
	first, second := corpus.Messages(), corpus.Messages()
	for i := range first {
		clear(first[i].Data)
		require.True(t, json.Valid(second[i].Data), "%s shares memory", second[i].Name)
	}
}

func find(t *testing.T, name string) corpus.Message {
	t.Helper()
	for _, m := range corpus.Variants() {
		if m.Name == name {
			return m
		}
	}
	require.FailNow(t, "no message", name)
	return corpus.Message{}
}
