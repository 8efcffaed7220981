package transports

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func answerTo(id int, text string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%s"}]}}`+"\n", id, text)
}

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	c := checker{text: "hello"}
	for i, line := range []string{
		answerTo(firstID, "hello"),
		answerTo(firstID+7, "hello"), // by the pattern
		`{"result":{"content":[{"text":"\u0068ello","type":"text"}]},"id":100000008,"jsonrpc":"2.0"}`,
		strings.Replace(answerTo(firstID+9, "hello"), `"result":{`, `"result":{"resultType":"complete",`, 1),
	} {
		id, err := c.check([]byte(line))
		require.NoError(t, err, line)
		require.Equal(t, firstID+[]int{0, 7, 8, 9}[i], id)
	}
	_, err := c.check([]byte(`{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`))
	require.ErrorIs(t, err, errNotAnswer)
}

// TestCheckRefuses shows each wrong answer to a checker that knows nothing and to one that has a pattern.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	right := answerTo(firstID, "hello")
	cases := map[string]struct{ line, want string }{
		"another text":   {answerTo(firstID, "jello"), "not the one text"},
		"no text":        {strings.Replace(right, `{"type":"text","text":"hello"}`, "", 1), "not the one text"},
		"a tool's error": {strings.Replace(right, `"result":{`, `"result":{"isError":true,`, 1), "not the one text"},
		"an error":       {`{"jsonrpc":"2.0","id":100000000,"error":{"code":-32603,"message":"no"}}`, "not the answer to a call"},
		"no id":          {strings.Replace(right, `"id":100000000,`, "", 1), "not the answer to a call"},
		"a string id":    {strings.Replace(right, "100000000", `"00000000"`, 1), "id"},
		"the request":    {strings.Replace(right, `"id":`, `"method":"tools/call","id":`, 1), "not the answer to a call"},
		"no JSON":        {strings.Replace(right, "hello", "hel\x00o", 1), "invalid character"},
		"half a line":    {right[:40], "unexpected end"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, known := range []string{"", right} {
				c := checker{text: "hello"}
				if known != "" {
					_, err := c.check([]byte(known))
					require.NoError(t, err)
				}
				_, err := c.check([]byte(tc.line))
				require.ErrorContains(t, err, tc.want)
			}
		})
	}
}

func TestCheckEcho(t *testing.T) {
	t.Parallel()
	f, err := newFrame(Legacy, small)
	require.NoError(t, err)
	c := checker{text: f.text, echo: true}
	id, err := c.check(f.line)
	require.NoError(t, err)
	require.Equal(t, firstID, id)
	_, err = c.check([]byte(strings.Replace(string(f.line), "Rain", "Rust", 1)))
	require.ErrorContains(t, err, "another text")
	_, err = c.check([]byte(answerTo(firstID, f.text)))
	require.ErrorContains(t, err, "not the answer to a call", "an echo is no server")
}

func TestArrivals(t *testing.T) {
	t.Parallel()
	var a arrivals
	for range 2 { // the second time with what the first has left
		a.reset(firstID+50, 200)
		require.NoError(t, a.add(firstID+50+3, 8))
		require.NoError(t, a.add(firstID+50, 8))
		require.NoError(t, a.add(firstID+50+199, 200))
		require.ErrorContains(t, a.add(firstID+50+3, 8), "a second answer")
		require.ErrorContains(t, a.add(firstID+50+8, 8), "not sent")
		require.ErrorContains(t, a.add(firstID+49, 8), "not sent")
		require.Equal(t, 3, a.count)
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	for _, era := range []Era{Legacy, Modern} {
		for _, size := range []int{smallSize, largeSize} {
			f, err := newFrame(era, Scenario{Size: size})
			require.NoError(t, err)
			require.Len(t, f.line, size)
			putID(f.line, 123456789)
			require.Contains(t, string(f.line), `"id":123456789,"method"`)
			c := checker{text: f.text, echo: true}
			id, err := c.check(f.line)
			require.NoError(t, err)
			require.Equal(t, 123456789, id)
		}
		_, err := newFrame(era, Scenario{Size: 100})
		require.ErrorContains(t, err, "no room")
	}
}
