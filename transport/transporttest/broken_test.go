package transporttest_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/builds"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// sabotage breaks a transport in one way.
type sabotage struct {
	// What becomes of each message on its way; nil for nothing. The functions that make them are called for each connection.
	toServer, toClient func() func(line string) []string
	handler, client    func(h jsonrpc.Handler) jsonrpc.Handler
	options            func(o *transport.Options)
	// finds is the test that has to fail.
	finds string
}

const (
	v     = "2025-11-25/"
	named = "MCPWIRE_TEST_SABOTAGE"
)

// same applies f to each message, with nothing to remember.
func same(f func(line string) []string) func() func(string) []string {
	return func() func(string) []string { return f }
}

// drop drops messages that hold a text.
func drop(text string) func() func(string) []string {
	return same(func(line string) []string {
		if strings.Contains(line, text) {
			return nil
		}
		return []string{line}
	})
}

func replace(old, other string) func() func(string) []string {
	return same(func(line string) []string { return []string{strings.ReplaceAll(line, old, other)} })
}

// hold holds back the first message with a text, until the next one has passed.
func hold(text string) func() func(string) []string {
	return func() func(string) []string {
		held := ""
		return func(line string) []string {
			switch {
			case held != "":
				list := []string{line, held}
				held = ""
				return list
			case strings.Contains(line, text):
				held = line
				return nil
			}
			return []string{line}
		}
	}
}

var sabotages = map[string]sabotage{
	"swapped notifications":              {toServer: hold(`"n":7`), finds: v + "Order/NotificationsInOrder"},
	"swapped notifications back":         {toClient: hold(`"n":7`), finds: v + "Order/NotificationsInOrderToTheClient"},
	"lost notification back":             {toClient: drop(`"n":499`), finds: v + "Order/NotificationsInOrderToTheClient"},
	"lost notification":                  {toServer: drop(`"n":7}`), finds: v + "Order/NotificationsInOrder"},
	"notifications on the side":          {handler: onTheSide, finds: v + "Order/RequestAfterSlowNotification"},
	"notifications on the client's side": {client: onTheSide, finds: v + "Order/AnswerWaitsForNotification"},
	"lost cancellation":                  {toServer: drop("notifications/cancelled"), finds: v + "Cancel/IsTold"},
	"contexts that do not end": {handler: func(h jsonrpc.Handler) jsonrpc.Handler {
		return jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
			h.ServeMessage(context.WithoutCancel(ctx), w, m)
		})
	}, finds: v + "Handler/AfterReturn"},
	"answer twice": {toClient: same(func(line string) []string {
		if strings.Contains(line, `"first"`) {
			return []string{line, line}
		}
		return []string{line}
	}), finds: v + "Handler/AnswersTwice"},
	"lost progress":     {toClient: drop(`"progress":7,`), finds: v + "Progress/ReachesItsCallInOrder"},
	"unasked progress":  {toServer: replace(`"params":{"n":5}`, `"params":{"n":5,"_meta":{"progressToken":1}}`), finds: v + "Progress/NoneUnasked"},
	"ids of their own":  {toClient: replace(`"id":1.0,`, `"id":1,`), finds: v + "IDs/EchoedExactly"},
	"text ids":          {toServer: replace(`"id":"7"`, `"id":7`), finds: v + "IDs/NumberAndTextDiffer"},
	"another code":      {toClient: replace(`-32700`, `-32600`), finds: v + "BadMessages/ToTheServer"},
	"no answer to bad":  {toServer: drop(`"Method"`), finds: v + "BadMessages/ToTheServer"},
	"batches of others": {toServer: same(func(line string) []string { return []string{strings.Trim(line, "[]")} }), finds: v + "Batches/RefusedOrAnswered"},
	"higher limit":      {options: func(o *transport.Options) { o.Limits.Message++ }, finds: v + "Limits/RequestReceived"},
	"lower limit":       {options: func(o *transport.Options) { o.Limits.Message-- }, finds: v + "Limits/AnswerSent"},
	"more in flight":    {options: func(o *transport.Options) { o.Limits.InFlight++ }, finds: v + "Limits/RequestsInFlight"},
	"no read timeout":   {options: func(o *transport.Options) { o.Timeouts.ReadMessage = time.Hour }, finds: v + "Slow/ClientStopsWithinAMessage"},
	"no write timeout":  {options: func(o *transport.Options) { o.Timeouts.Write = time.Hour }, finds: v + "Slow/ClientDoesNotRead"},
	"lost buffer":       {options: func(o *transport.Options) { o.Pool.Get(10) }, finds: v + "Handler/NoAnswer"},
	"lost goroutine":    {options: func(*transport.Options) { go func() { select {} }() }, finds: v + "Handler/NoAnswer"},
	"second end": {options: func(o *transport.Options) {
		end := o.OnSessionEnd
		o.OnSessionEnd = func(s jsonrpc.Session, cause error) {
			end(s, cause)
			end(s, cause)
		}
	}, finds: v + "Handler/NoAnswer"},
	"no end":       {options: func(o *transport.Options) { o.OnSessionEnd = nil }, finds: v + "Close/OnSession"},
	"told secrets": {handler: tells, finds: v + "Handler/Panic"},
	"second initialize": {toServer: func() func(string) []string {
		n := 0
		return func(line string) []string {
			if n++; n > 2 && strings.Contains(line, `"initialize"`) {
				line = strings.ReplaceAll(line, `"initialize"`, `"ping"`)
			}
			return []string{line}
		}
	}, finds: v + "Eras/SecondInitialize"},
	"mixed answers": {toClient: func() func(string) []string {
		var other string
		return func(line string) []string {
			if !strings.Contains(line, `"text":"7 49"`) && !strings.Contains(line, `"text":"8 64"`) {
				return []string{line}
			}
			if other == "" {
				other = line
				return nil
			}
			a, restA, _ := strings.Cut(line, `,"result"`)
			b, restB, _ := strings.Cut(other, `,"result"`)
			return []string{a + `,"result"` + restB, b + `,"result"` + restA}
		}
	}, finds: v + "Concurrency/EachCallItsAnswer"},
}

// onTheSide handles notifications on other goroutines.
func onTheSide(h jsonrpc.Handler) jsonrpc.Handler {
	return jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Kind == jsonrpc.Notification {
			m = m.Clone()
			go h.ServeMessage(context.WithoutCancel(ctx), w, m)
			return
		}
		h.ServeMessage(ctx, w, m)
	})
}

// tells answers with what handlers have panicked with.
func tells(h jsonrpc.Handler) jsonrpc.Handler {
	return jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		defer func() {
			if text, ok := recover().(string); ok {
				_ = w.Error(jsonrpc.NewError(jsonrpc.CodeInternalError, text, nil))
			}
		}()
		h.ServeMessage(ctx, w, m)
	})
}

// The suite finds what is wrong with broken transports.
func TestSuiteFinds(t *testing.T) { //nolint:tparallel // the suite does not work beside other tests
	builds.PlainOnly(t) // most of it is waiting for what does not come
	for name, x := range sabotages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestSabotaged$/"+x.finds, "-test.timeout=5m")
			cmd.Env = append(os.Environ(), named+"="+name)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "%s", out)
			require.Contains(t, string(out), "--- FAIL: TestSabotaged/"+x.finds)
		})
	}
}

// TestSabotaged is what TestSuiteFinds runs.
func TestSabotaged(t *testing.T) {
	x, ok := sabotages[os.Getenv(named)]
	if !ok {
		t.Skip("it is run by TestSuiteFinds")
	}
	transporttest.SetPatience(2 * time.Second) // what is broken does not come later
	transporttest.Run(t, x.transport())
}

// The transport without sabotage is fine. Package stdio runs the suite with one like it in all revisions.
func TestLines(t *testing.T) {
	x := sabotage{}.transport()
	x.Revisions, x.Calls = []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest}, 1000
	transporttest.Run(t, x)
}
