package transporttest

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// raw is the test as one end of a connection.
type raw struct {
	Conn

	s      *suite
	lastID int
}

func (s *suite) newRaw(c Conn) *raw {
	s.Cleanup(func() { _ = c.Close() }) // some tests have closed it
	return &raw{Conn: c, s: s, lastID: 1000}
}

// rawClient returns a client of e that is the test, with nothing said yet; it skips the test if there is none.
func (e *endpoint) rawClient() *raw {
	e.s.Helper()
	if e.DialRaw == nil {
		e.s.Skip("there is no Server.DialRaw")
	}
	return e.s.newRaw(e.DialRaw(e.s))
}

// openRaw is rawClient, which has opened a session if the revision has that.
func (e *endpoint) openRaw() *raw {
	e.s.Helper()
	r := e.rawClient()
	if e.s.rev.Legacy() {
		r.initialize(e.s.rev)
	}
	return r
}

// rawServer returns a server that is the test, and a client of it; it skips the test if there is none.
func (s *suite) rawServer(o *transport.ClientOptions) (*link, *raw) {
	s.Helper()
	if s.tr.ServeRaw == nil {
		s.Skip("there is no Transport.ServeRaw")
	}
	l := &link{s: s, script: newScript(), seen: new(transport.Counters)}
	options := s.clientOptions(o, l)
	conn, dial := s.tr.ServeRaw(s)
	r := s.newRaw(conn)
	type dialed struct {
		c   Client
		err error
	}
	done := make(chan dialed, 1)
	go func() {
		c, err := dial(s.within(), l.script, options)
		done <- dialed{c, err}
	}()
	r.welcome()
	d := wait(s, done, "the client")
	require.NoError(s, d.err)
	l.set(d.c)
	return l, r
}

// welcome answers what a client of the revision asks first.
func (r *raw) welcome() {
	r.s.Helper()
	m := r.receive()
	if r.s.rev.Modern() {
		require.Equal(r.s, "server/discover", m.Method)
		r.answer(m, `{"resultType":"complete","ttlMs":0,"cacheScope":"private","supportedVersions":["`+jsonrpc.Latest.String()+`"],"capabilities":{}}`)
		return
	}
	require.Equal(r.s, "initialize", m.Method)
	r.answer(m, `{"protocolVersion":"`+r.s.rev.String()+`","capabilities":{},"serverInfo":{"name":"raw","version":"1"}}`)
	require.Equal(r.s, "notifications/initialized", r.receive().Method)
}

// send sends a message.
func (r *raw) send(text string) {
	r.s.Helper()
	require.NoError(r.s, r.trySend(text))
}

// trySend is send, whose error the caller expects.
func (r *raw) trySend(text string) error {
	if r.s.bubble {
		return r.Send([]byte(text))
	}
	done := make(chan error, 1)
	go func() { done <- r.Send([]byte(text)) }()
	return wait(r.s, done, "the end of sending")
}

// received is what Receive has returned.
type received struct {
	b   []byte
	err error
}

// tryReceive returns the next message, or the error of the connection.
func (r *raw) tryReceive() ([]byte, error) {
	r.s.Helper()
	if r.s.bubble {
		return r.Receive()
	}
	done := make(chan received, 1)
	go func() {
		b, err := r.Receive()
		done <- received{b, err}
	}()
	got := wait(r.s, done, "a message")
	return got.b, got.err
}

// receive returns the next message, which has to be one.
func (r *raw) receive() *jsonrpc.Message {
	r.s.Helper()
	b, err := r.tryReceive()
	require.NoError(r.s, err, "receiving")
	m := new(jsonrpc.Message)
	require.NoError(r.s, jsonrpc.Scan(b, m), "%s", b)
	return m
}

// drain receives until the connection ends, and returns what it has received.
func (r *raw) drain() (list []string) {
	r.s.Helper()
	for {
		b, err := r.tryReceive()
		if err != nil {
			return list
		}
		list = append(list, string(b))
	}
}

// answer answers a request of the peer.
func (r *raw) answer(m *jsonrpc.Message, result string) {
	r.s.Helper()
	r.send(`{"jsonrpc":"2.0","id":` + m.ID.String() + `,"result":` + result + `}`)
}

// metaOf is the _meta of requests without sessions, as a member.
var metaOf = `"_meta":{"io.modelcontextprotocol/protocolVersion":"` + jsonrpc.Latest.String() + `","io.modelcontextprotocol/clientCapabilities":{}}`

// members returns the params of a request, which are an object with more members or none.
func (r *raw) members(more string) string {
	switch {
	case r.s.rev.Legacy():
		return "{" + more + "}"
	case more == "":
		return "{" + metaOf + "}"
	}
	return "{" + metaOf + "," + more + "}"
}

// request returns the text of a request. id is JSON, more are members of its params.
func (r *raw) request(id, name, more string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"` + name + `","params":` + r.members(more) + `}`
}

func notification(name, params string) string {
	return `{"jsonrpc":"2.0","method":"` + name + `","params":` + params + `}`
}

// nextID returns an id that was not used yet.
func (r *raw) nextID() string {
	r.lastID++
	return strconv.Itoa(r.lastID)
}

// ask sends a request and returns its answer, which has to be the next message.
func (r *raw) ask(name, more string) *jsonrpc.Message {
	r.s.Helper()
	id := r.nextID()
	r.send(r.request(id, name, more))
	m := r.receive()
	require.Equal(r.s, jsonrpc.Response, m.Kind, "%s", m.Frame())
	require.Equal(r.s, id, m.ID.String(), "%s", m.Frame())
	return m
}

// reply is ask for a method of the script.
func (r *raw) reply(name, more string) *reply {
	r.s.Helper()
	m := r.ask(name, more)
	require.True(r.s, m.Err.IsZero(), "%s", m.Frame())
	res := new(reply)
	require.NoError(r.s, json.Unmarshal(m.Result.Bytes(), res))
	return res
}

// alive checks that the peer answers, and that it has said nothing else before.
func (r *raw) alive() {
	r.s.Helper()
	nonce := "alive " + r.nextID()
	require.Equal(r.s, nonce, r.reply("test/echo", `"text":"`+nonce+`"`).Text)
}

// await waits until the server has seen what it should.
func (r *raw) await(ok func(st *state) bool, what string) {
	r.s.Helper()
	r.s.eventually(func() bool { return ok(r.reply("test/state", "").State) }, what)
}

// initialize opens a session.
func (r *raw) initialize(v jsonrpc.Revision) {
	r.s.Helper()
	r.send(initialize("0", v))
	m := r.receive()
	require.False(r.s, m.Result.IsZero(), "%s", m.Frame())
	r.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

func initialize(id string, v jsonrpc.Revision) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"initialize","params":{"protocolVersion":"` + v.String() +
		`","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}`
}

// failure returns the code of an error response, and 0 for anything else.
func failure(m *jsonrpc.Message) int {
	var e jsonrpc.Error
	if m.Err.IsZero() || m.DecodeError(&e) != nil {
		return 0
	}
	return e.Code
}

// take lets a client call and returns the request as it came to the test, and what becomes of the call.
func (l *link) take(ctx context.Context, r *raw, name string) (*jsonrpc.Message, <-chan error) {
	l.s.Helper()
	done := l.start(ctx, name, params{})
	m := r.receive()
	require.Equal(l.s, name, m.Method)
	return m, done
}

// answered checks that a call to the test is answered: whatever it has sent before has not ended the connection.
func (l *link) answered(r *raw) {
	l.s.Helper()
	m, done := l.take(l.s.within(), r, "test/good")
	r.answer(m, `{"text":"good"}`)
	require.NoError(l.s, wait(l.s, done, "the end of the call"))
}
