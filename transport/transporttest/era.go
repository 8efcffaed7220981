package transporttest

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// One server speaks all revisions, to different clients and to one.
var eraTests = []test{
	{"ClientsOfAllRevisions F-22", 0, clientsOfAllRevisions},
	{"BothOnOneConnection F-22 T-35", 0, bothOnOneConnection},
	{"SecondInitialize S27", 0, secondInitialize},
	{"NoRevision F-14", 0, noRevision},
}

// A client of this revision works beside those of all others, on the same server.
func clientsOfAllRevisions(s *suite) {
	e := s.serve(nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for _, v := range s.tr.Revisions {
		l := (&endpoint{Server: e.Server, s: s.as(v), script: e.script, seen: e.seen, sessions: e.sessions}).dial(nil)
		for i := range 3 {
			wg.Go(func() {
				for j := range 20 {
					nonce := v.String() + strconv.Itoa(i*100+j)
					res, err := l.call(ctx, "test/echo", params{Text: nonce})
					if err != nil || res.Text != nonce {
						s.Errorf("%v, %v instead of %q", res, err, nonce)
					}
					res, err = l.call(ctx, "test/info", params{})
					if err != nil || res.Info.Revision != v.String() || res.Info.CanCall != v.Legacy() {
						s.Errorf("%v, %v", res, err)
					}
					_, err = l.call(ctx, "test/nest", params{N: 2})
					if (err == nil) != v.Legacy() {
						s.Errorf("%v: a nested call: %v", v, err)
					}
				}
			})
		}
	}
	wg.Wait()
}

// A client with a session may send requests that need none, at the same time and with ids of the same kind.
func bothOnOneConnection(s *suite) {
	if !slices.Contains(s.tr.Revisions, jsonrpc.Latest) || !slices.Contains(s.tr.Revisions, jsonrpc.LatestLegacy) {
		s.Skip("the transport has one era only")
	}
	r := s.serve(nil).rawClient()
	legacy, modern := *r, *r
	legacy.s, modern.s = r.s.as(jsonrpc.LatestLegacy), r.s.as(jsonrpc.Latest)
	if s.rev.Legacy() {
		legacy.s = s
	}
	infoOf := func(x *raw, id string) {
		s.Helper()
		x.send(x.request(id, "test/info", ""))
		m := x.receive()
		require.Contains(s, m.Result.String(), `"revision":"`+x.s.rev.String()+`"`, "%s", m.Frame())
		require.Contains(s, m.Result.String(), `"canCall":`+strconv.FormatBool(x.s.rev.Legacy()), "%s", m.Frame())
		require.Equal(s, x.s.rev.Modern(), complete(m), "%s", m.Frame())
	}
	infoOf(&modern, "1") // before there is a session
	legacy.initialize(legacy.s.rev)
	for range 5 {
		infoOf(&legacy, "2")
		infoOf(&modern, "2")
	}
	// At the same time: they wait for each other.
	r.send(legacy.request("3", "test/meet", `"text":"eras","n":2`))
	r.send(modern.request("4", "test/meet", `"text":"eras","n":2`))
	got := map[string]bool{}
	for range 2 {
		m := r.receive()
		require.Zero(s, failure(m), "%s", m.Frame())
		require.Equal(s, m.ID.String() == "4", complete(m), "%s", m.Frame())
		got[m.ID.String()] = true
	}
	require.Len(s, got, 2)
}

// complete reports whether m is a result in the form of revisions without sessions (rule J-01).
func complete(m *jsonrpc.Message) bool {
	return strings.Contains(m.Result.String(), `"resultType":"complete"`)
}

// as returns the suite as that of another revision.
func (s *suite) as(v jsonrpc.Revision) *suite {
	other := *s
	other.rev = v
	return &other
}

// The first initialize counts; another one is refused and changes nothing.
func secondInitialize(s *suite) {
	if s.rev.Modern() {
		s.Skip("this revision has no initialize")
	}
	r := s.serve(nil).openRaw()
	for v := jsonrpc.Rev20241105; v <= jsonrpc.Latest; v++ {
		r.send(initialize(r.nextID(), v))
		m := r.receive()
		require.Equal(s, jsonrpc.CodeInvalidRequest, failure(m), "%s", m.Frame())
		require.Equal(s, s.rev.String(), r.reply("test/info", "").Info.Revision)
	}
	r.alive()
}

// A client that is not told which revision to speak finds the latest.
func noRevision(s *suite) {
	if s.rev != jsonrpc.Latest {
		s.Skip("it is run once, with the latest revision")
	}
	if s.tr.NoProbe {
		s.Skip("clients do not ask for modern revisions")
	}
	e := s.serve(nil)
	l := &link{s: s, server: e, script: newScript(), seen: new(transport.Counters)}
	o := s.clientOptions(nil, l)
	o.Revision = 0
	c, err := e.Dial(s.within(), l.script, o)
	require.NoError(s, err)
	l.set(c)
	l.alive()
}
