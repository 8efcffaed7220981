package streamable_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

const challengeText = `Bearer realm="r", error="invalid_token", error_description="it is old", scope="a b", resource_metadata="https://as.example/x"`

// guarded lets through who has the token, and challenges others.
func guarded(want *atomic.Value, code int, s step) step {
	return func(w http.ResponseWriter, r *seen) {
		if r.Header.Get("Authorization") == "Bearer "+want.Load().(string) {
			s(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", challengeText)
		status(code, "text/plain", "who are you?")(w, r)
	}
}

// guard guards all the steps of a script.
func guard(steps map[string][]step, want *atomic.Value) map[string][]step {
	all := map[string][]step{}
	for what, list := range steps {
		for _, s := range list {
			all[what] = append(all[what], guarded(want, 401, s))
		}
	}
	return all
}

// Each request has the token that there is at its time, and a 401 gets a new one (rules I-02, I-05 to I-07, I-10).
func TestToken(t *testing.T) {
	for name, steps := range map[string]map[string][]step{"legacy": legacyServer, "modern": modernServer} {
		t.Run(name, func(t *testing.T) {
			var want, have atomic.Value
			want.Store("t1")
			have.Store("")
			s := newScript(guard(steps, &want))
			var challenges []transport.Challenge
			o := new(streamable.DialOptions)
			o.DisableStandaloneSSE = true
			o.Token = func(context.Context) (string, error) { return have.Load().(string), nil }
			o.OnChallenge = func(_ context.Context, c *transport.Challenge) (bool, error) {
				challenges = append(challenges, *c)
				have.Store(want.Load())
				return true, nil
			}
			c := mustDial(t, s, nil, o)
			_, err := do(t, c, "tools/call", callEcho)
			require.NoError(t, err)
			require.Len(t, challenges, 1)
			x := challenges[0]
			require.Equal(t, []string{challengeText}, x.Header["Www-Authenticate"])
			x.Header = nil
			require.Equal(t, transport.Challenge{
				Status: 401, Attempt: 1, Realm: "r", Scope: "a b", Error: "invalid_token", ErrorDescription: "it is old", ResourceMetadata: "https://as.example/x",
			}, x)
			require.Equal(t, s.requests(probe)[0].Body, s.requests(probe)[1].Body, "the body is sent again")
			require.Empty(t, s.requests(probe)[0].Header["Authorization"])

			want.Store("t2")
			_, err = do(t, c, "tools/call", callEcho)
			require.NoError(t, err)
			require.Len(t, challenges, 2)
			require.Len(t, s.requests(callTool), 3)
			require.NoError(t, c.Close())
			for _, x := range s.requests("DELETE") {
				require.Equal(t, "Bearer t2", x.Header.Get("Authorization"))
			}
		})
	}
}

// What the hook says counts, and it is not asked for ever.
func TestChallenges(t *testing.T) {
	refuse := errors.New("the user does not want to")
	forbidden := func(header string) step {
		return func(w http.ResponseWriter, r *seen) {
			if header != "" {
				w.Header().Set("WWW-Authenticate", header)
			}
			status(403, "application/json", `{"jsonrpc":"2.0","id":`+r.ID+`,"error":{"code":-1,"message":"forbidden"}}`)(w, r)
		}
	}
	for _, row := range []struct {
		rule  string
		reply step
		retry bool
		err   error
		want  int // status
		asked int
	}{
		{"I-07 for ever", forbidden(`Bearer error="insufficient_scope"`), true, nil, 403, 2},
		{"I-05 it gives up", status(401, "", ""), false, nil, 401, 1},
		{"I-05 it fails", status(401, "", ""), false, refuse, 401, 1},
		{"T-17 403 without a challenge", forbidden(""), true, nil, 403, 0},
		{"T-17 403 with another challenge", forbidden(`Basic realm="x"`), true, nil, 403, 0},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := newScript(withSteps(modernServer, map[string][]step{callTool: {row.reply}}))
			asked := 0
			o := new(streamable.DialOptions)
			o.OnChallenge = func(context.Context, *transport.Challenge) (bool, error) {
				asked++
				return row.retry, row.err
			}
			c := mustDial(t, s, nil, o)
			_, err := do(t, c, "tools/call", callEcho)
			require.ErrorIs(t, err, transport.Rejected)
			require.Equal(t, row.want, statusOf(err))
			require.Equal(t, row.asked, asked)
			require.Len(t, s.requests(callTool), 1+row.asked*map[bool]int{true: 1}[row.retry])
			if row.err != nil {
				require.ErrorIs(t, err, refuse)
			}
		})
	}
}

// Without a token there is no request, and what is wrong with it is not told.
func TestBadToken(t *testing.T) {
	broken := errors.New("the keyring is locked")
	for _, row := range []struct {
		token string
		err   error
	}{{"", broken}, {"secret\r\nX: y", nil}, {"secret two", nil}, {"s\u00e9cret", nil}} {
		s := newScript(modernServer)
		o := new(streamable.DialOptions)
		o.Token = func(context.Context) (string, error) { return row.token, row.err }
		_, err := dial(t, s, nil, o)
		require.ErrorIs(t, err, transport.Rejected)
		require.NotContains(t, err.Error(), "secret")
		require.Empty(t, s.requests(""))
		if row.err != nil {
			require.ErrorIs(t, err, broken)
		}
	}
}

// One new token is enough for all the requests that the old one was refused for.
func TestOneChallengeForMany(t *testing.T) {
	var want, have atomic.Value
	want.Store("1")
	have.Store("1")
	s := newScript(guard(modernServer, &want))
	var asked atomic.Int64
	o := new(streamable.DialOptions)
	o.Token = func(context.Context) (string, error) { return have.Load().(string), nil }
	o.OnChallenge = func(context.Context, *transport.Challenge) (bool, error) {
		asked.Add(1)
		have.Store(want.Load())
		return true, nil
	}
	c := mustDial(t, s, nil, o)
	for i := range 5 {
		want.Store(strconv.Itoa(i + 2))
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := do(t, c, "tools/call", callEcho); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int64(i+1), asked.Load())
	}
}

// Nothing secret gets to another origin, whatever the server says (rules H-13, S21).
func TestRedirects(t *testing.T) {
	evil := newScript(nil)
	other := httptest.NewServer(evil)
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		s := newScript(withSteps(legacyServer, map[string][]step{
			callTool:    {redirect(other.URL, code)},
			"GET":       {redirect(other.URL, code)},
			"DELETE":    {redirect(other.URL, code)},
			"POST ping": {redirect("/mcp?2", code)},
		}))
		o := new(streamable.DialOptions)
		o.Token = func(context.Context) (string, error) { return "secret", nil }
		c := mustDial(t, s, nil, o)
		_, err := do(t, c, "tools/call", callEcho)
		require.Equal(t, code, statusOf(err))
		require.Equal(t, code, statusOf(c.Ping(t.Context())), "not even within the origin")
		require.NoError(t, c.Close())
		require.Empty(t, evil.requests(""))
		require.LessOrEqual(t, len(s.requests("POST ping")), 1)
	}
}

// A stream may be found elsewhere within the origin.
func TestStreamRedirect(t *testing.T) {
	s := newScript(withSteps(legacyServer, map[string][]step{"GET": {redirect("/stream", 307), streamOf("1h")}}))
	c := mustDial(t, s, nil, nil)
	require.Eventually(t, func() bool { return len(s.requests("GET")) == 2 }, waitLong, tick)
	require.Equal(t, "/stream", s.requests("GET")[1].URL)
	require.Equal(t, "secret-1", s.requests("GET")[1].Header.Get("Mcp-Session-Id"))
	require.NoError(t, c.Close())
	round := newScript(withSteps(legacyServer, map[string][]step{"GET": {redirect("/mcp", 307)}}))
	c = mustDial(t, round, nil, nil)
	require.Eventually(t, func() bool { return len(round.requests("GET")) == 6 }, waitLong, tick)
	require.NoError(t, c.Close())
	require.Len(t, round.requests("GET"), 6)
}

// Cookies, which balance load, are kept where the user has a jar for them.
func TestCookies(t *testing.T) {
	s := newScript(withSteps(modernServer, map[string][]step{probe: {func(w http.ResponseWriter, r *seen) {
		w.Header().Set("Set-Cookie", "node=7; Path=/")
		result(discovered)(w, r)
	}}}))
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	o := new(streamable.DialOptions)
	o.HTTPClient = &http.Client{Jar: jar}
	c := mustDial(t, s, nil, o)
	_, err = do(t, c, "tools/call", callEcho)
	require.NoError(t, err)
	require.Equal(t, "node=7", s.requests(callTool)[0].Header.Get("Cookie"))
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}
