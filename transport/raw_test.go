package transport_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

type (
	writer  = jsonrpc.ResponseWriter
	message = jsonrpc.Message
)

// methods routes messages by method to functions. It answers initialize with the revision that was asked for.
type methods map[string]func(ctx context.Context, w writer, m *message)

func (x methods) ServeMessage(ctx context.Context, w writer, m *message) {
	f := x[m.Method]
	switch {
	case f != nil:
		f(ctx, w, m)
	case m.Method == "initialize":
		v := string(memberOf(m.Params, "protocolVersion"))
		_ = w.Result(codec.RawString(`{"protocolVersion":"` + v + `","capabilities":{},"serverInfo":{"name":"t","version":"1"}}`))
	default:
		jsonrpc.NotFound(ctx, w, m)
	}
}

// text is params or a result: an object with one string.
type text string

func (x text) AppendJSON(dst []byte) ([]byte, error) {
	dst = codec.AppendString(append(dst, `{"text":`...), string(x))
	return append(dst, '}'), nil
}

// object reads one string member of an object.
type object struct{ name, value string }

func (x *object) DecodeJSON(d *codec.Decoder) error {
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key == x.name {
			x.value = d.String()
		} else {
			d.Skip()
		}
	}
	return d.Err()
}

// memberOf returns a string member of the object r in memory of its own; "" if there is none.
func memberOf(r codec.Raw, name string) text {
	x := object{name: name}
	if r.IsZero() || codec.UnmarshalRaw(r, &x) != nil {
		return ""
	}
	return text(strings.Clone(x.value))
}

func textOf(r codec.Raw) string { return string(memberOf(r, "text")) }

// call sends a request with a text and returns the text of the answer.
func call(ctx context.Context, c jsonrpc.Caller, method, s string) (string, error) {
	x := c.NewCall(method)
	defer x.Release()
	x.Params, _ = text(s).AppendJSON(x.Params)
	if err := c.Do(ctx, x); err != nil {
		return "", err
	}
	return textOf(x.Reply.Result), nil
}

// echo answers with the text that came.
func echo(_ context.Context, w writer, m *message) { _ = w.Result(text(textOf(m.Params))) }

// hour answers after an hour.
func hour(_ context.Context, w writer, _ *message) {
	time.Sleep(time.Hour)
	_ = w.Result(nil)
}

// back asks the peer's method with the text that came, and adds brackets to the answer.
func back(method string) func(ctx context.Context, w writer, m *message) {
	return func(ctx context.Context, w writer, m *message) {
		s, err := call(ctx, w, method, textOf(m.Params))
		answer(w, "("+s+")", err)
	}
}

// answer answers with s or err.
func answer(w writer, s string, err error) {
	if err != nil {
		_ = w.Error(jsonrpc.NewError(jsonrpc.CodeInternalError, err.Error(), nil))
		return
	}
	_ = w.Result(text(s))
}

// raw is a peer by hand: it writes what it likes, when it likes.
type raw struct {
	t   *testing.T
	out io.WriteCloser
	in  *bufio.Reader
	end func() // closes the connection
}

// link connects a raw peer. Its pipe holds 16 KiB on the way to s, and size bytes on the way back.
func link(t *testing.T, size int) (*raw, transport.Stream) {
	inA, inB := transport.NewPipe(16 << 10)
	outA, outB := transport.NewPipe(size)
	end := func() error { return errors.Join(inA.Close(), outA.Close()) }
	return &raw{t, inB, bufio.NewReader(outB), func() { _ = end() }}, transport.Stream{Name: "test", In: inA, Out: outA, Close: end}
}

// write writes messages with one Write.
func (r *raw) write(messages ...string) {
	r.t.Helper()
	_, err := io.WriteString(r.out, strings.Join(messages, "\n")+"\n")
	require.NoError(r.t, err)
}

func (r *raw) read() *message {
	r.t.Helper()
	line, err := r.in.ReadBytes('\n')
	require.NoError(r.t, err)
	m := new(message)
	require.NoError(r.t, jsonrpc.Scan(line[:len(line)-1], m), "%s", line)
	return m
}

// answered reads n answers and returns their ids in the order in which they came.
func (r *raw) answered(n int) []string {
	r.t.Helper()
	ids := make([]string, n)
	for i := range ids {
		m := r.read()
		require.Equal(r.t, jsonrpc.Response, m.Kind, "%s", m.Frame())
		ids[i] = m.ID.String()
	}
	return ids
}

// refused reads an error and returns its code and the id that it is for.
func (r *raw) refused() (code int, id string) {
	r.t.Helper()
	m := r.read()
	var e jsonrpc.Error
	require.NoError(r.t, m.DecodeError(&e), "%s", m.Frame())
	return e.Code, m.ID.String()
}

func req(id int, method string) string {
	return `{"jsonrpc":"2.0","id":` + strconv.Itoa(id) + `,"method":"` + method + `","params":{"text":"x"}}`
}

func notice(method, params string) string {
	return `{"jsonrpc":"2.0","method":"` + method + `","params":` + params + `}`
}

func cancelOf(id int) string {
	return notice("notifications/cancelled", `{"requestId":`+strconv.Itoa(id)+`}`)
}

func result(id, s string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"result":{"text":"` + s + `"}}`
}

// rawServer is a server whose client is raw.
type rawServer struct {
	*raw
	session jsonrpc.Session
	pool    *pool.Pool
	seen    *transport.Counters
	result  chan error // what Serve returns
	cancel  context.CancelFunc
}

// plain hides what a pipe can do besides reading and writing: its writer is a goroutine.
type plain struct{ io.ReadWriteCloser }

// withoutTry makes the writer of a stream a goroutine, inline makes it whoever sends.
func withoutTry(s *transport.Stream) { s.Out = plain{s.Out.(io.ReadWriteCloser)} }

func inline(s *transport.Stream) {
	withoutTry(s)
	s.Inline = true
}

// sized is how many bytes the way to the client holds.
type sized int

// serve starts a server that a raw client is connected with, and opens a session of the revision. At the end of the test, everything
// has to be gone.
func serve(t *testing.T, h jsonrpc.Handler, o transport.Options, v jsonrpc.Revision, how ...any) *rawServer {
	t.Helper()
	size, buffers := 64<<10, pool.New(pool.Config{Name: "test"})
	for _, x := range how {
		switch x := x.(type) {
		case sized:
			size = int(x)
		case *pool.Pool:
			buffers = x
		}
	}
	r, s := link(t, size)
	for _, x := range how {
		if f, ok := x.(func(*transport.Stream)); ok {
			f(&s)
		}
	}
	x := &rawServer{raw: r, pool: buffers, seen: new(transport.Counters), result: make(chan error, 1)}
	o.Pool, o.Observer = x.pool, transport.Observers(x.seen, o.Observer)
	ready := make(chan struct{})
	given := o.OnSession
	o.OnSession = func(ctx context.Context, s jsonrpc.Session) error {
		x.session = s
		close(ready)
		if given != nil {
			return given(ctx, s)
		}
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	x.cancel = cancel
	go func() { x.result <- s.Serve(ctx, h, &o) }()
	<-ready
	t.Cleanup(func() {
		x.end()
		cancel()
		require.Eventually(t, func() bool { return x.pool.Outstanding() == 0 }, patience, time.Millisecond, "%v", x.pool.Leaks())
	})
	if v != 0 {
		x.write(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"`+v.String()+`","capabilities":{}}}`,
			notice("notifications/initialized", "{}"))
		require.Equal(t, []string{"0"}, x.answered(1))
	}
	return x
}

// ended waits for the end of Serve.
func (x *rawServer) ended() error {
	x.t.Helper()
	select {
	case err := <-x.result:
		x.result <- err
		return err
	case <-time.After(patience):
		x.t.Fatal("Serve does not return")
		return nil
	}
}

// dial makes a Client whose server is raw.
func dial(t *testing.T, h jsonrpc.Handler, o transport.ClientOptions, how ...func(*transport.Stream)) (*transport.Client, *raw) {
	t.Helper()
	r, s := link(t, 64<<10)
	for _, f := range how {
		f(&s)
	}
	p := pool.New(pool.Config{Name: "test"})
	o.Pool, o.Revision = p, jsonrpc.LatestLegacy
	opened := make(chan struct{})
	go func() {
		defer close(opened)
		m := r.read()
		r.write(`{"jsonrpc":"2.0","id":` + m.ID.String() + `,"result":{"protocolVersion":"` + jsonrpc.LatestLegacy.String() + `","capabilities":{},"serverInfo":{"name":"t","version":"1"}}}`)
		r.read()
	}()
	c, err := s.Dial(t.Context(), h, &o)
	require.NoError(t, err)
	<-opened
	t.Cleanup(func() {
		r.end()
		require.NoError(t, c.Close())
		require.Eventually(t, func() bool { return p.Outstanding() == 0 }, patience, time.Millisecond, "%v", p.Leaks())
	})
	return c, r
}

// connect connects two handlers by a pipe, in the last revision that lets servers call.
func connect(t *testing.T, server, client jsonrpc.Handler, o *transport.PipeOptions) *transport.Client {
	t.Helper()
	if o == nil {
		o = new(transport.PipeOptions)
	}
	o.Client.Revision = jsonrpc.LatestLegacy
	return pipe(t, server, client, o)
}

// patience bounds waits for what comes soon, or late on a machine that has other things to do.
const patience = 2 * time.Minute

// within returns a context that ends the test's wait rather than the test.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	t.Cleanup(stop)
	return ctx
}

// holdsNothing checks that nothing is left of calls and requests, once what goes on has ended.
func holdsNothing(t *testing.T, s jsonrpc.Session) {
	t.Helper()
	require.Eventually(t, func() bool { return transport.HeldBy(s) == transport.Held{} }, patience, time.Millisecond)
}

var errOnPurpose = errors.New("on purpose")

// unable is what cannot be encoded.
type unable struct{}

func (unable) AppendJSON(dst []byte) ([]byte, error) { return append(dst, `{"half":`...), errOnPurpose }

// panics is what panics when it is encoded.
type panics struct{}

func (panics) AppendJSON([]byte) ([]byte, error) { panic(errOnPurpose) }
