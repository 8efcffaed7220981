package transporttest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Handler returns the handler that the suite talks to, for a server in another process. It does as its peer says, and tells what it
// has seen. What methods it has is between it and the tests of the same version.
func Handler() jsonrpc.Handler { return newScript() }

// script is what Handler returns, and the handler on both ends of every test.
type script struct {
	mu    sync.Mutex
	state state
	meets map[string]*meeting
	kept  []*request    // by keep, for kept
	gate  chan struct{} // gated handlers wait for it
	once  sync.Once
}

// open opens the gate.
func (s *script) open() { s.once.Do(func() { close(s.gate) }) }

// state is what a script has seen.
type state struct {
	Notes    map[string][]int `json:"notes,omitempty"` // the numbers of notifications, by the names that they came with
	Noting   int              `json:"noting"`          // handlers of notifications that run
	Mixed    bool             `json:"mixed"`           // two of them ran at the same time, or one and a request that came after it
	Waiting  int              `json:"waiting"`         // requests that wait for their end
	Released []string         `json:"released"`        // what these got when they answered all the same
	Reports  []string         `json:"reports"`         // what handlers of notifications got that tried something
	Methods  map[string]int   `json:"methods"`         // how often each method was called
}

// params are those of all methods.
type params struct {
	Text  string `json:"text,omitempty"`
	N     int    `json:"n,omitempty"`
	Pause int    `json:"pause,omitempty"` // milliseconds
	Size  int    `json:"size,omitempty"`  // bytes
	Meta  struct {
		Token json.RawMessage `json:"progressToken,omitempty"`
	} `json:"_meta,omitzero"`
}

// reply is the result of all methods.
type reply struct {
	Text   string   `json:"text,omitempty"`
	N      int      `json:"n,omitempty"`
	Frame  int      `json:"frame,omitempty"` // the size of the request in bytes, as it came
	Report []string `json:"report,omitempty"`
	State  *state   `json:"state,omitempty"`
	Info   *info    `json:"info,omitempty"`
}

// info is what a handler is told of its peer.
type info struct {
	Revision     string          `json:"revision"`
	Session      bool            `json:"session"`
	CanCall      bool            `json:"canCall"`
	Capabilities json.RawMessage `json:"capabilities,omitempty"`
}

// AppendJSON and AppendJSONFor make a reply a jsonrpc.RevisionAppender.
func (r *reply) AppendJSON(dst []byte) ([]byte, error) {
	b, err := json.Marshal(r)
	return append(dst, b...), err
}

func (r *reply) AppendJSONFor(dst []byte, v jsonrpc.Revision) ([]byte, error) {
	start := len(dst)
	dst, err := r.AppendJSON(dst)
	if err != nil || !v.Modern() {
		return dst, err
	}
	kind := `"resultType":"complete"` // rule J-01
	if len(dst) > start+len("{}") {
		kind += ","
	}
	return slices.Insert(dst, start+1, []byte(kind)...), nil
}

// request is a message that a script handles.
type request struct {
	*jsonrpc.Message
	ctx context.Context
	w   jsonrpc.ResponseWriter
	p   params
}

// errHandled says that a method has answered, or does not want to.
var errHandled = errors.New("handled")

type method func(s *script, r *request) (*reply, error)

var methods = map[string]method{}

func init() { //nolint:gochecknoinits // methods refer to themselves
	for _, group := range []map[string]method{protocolMethods, plainMethods, waitMethods, streamMethods, oddMethods} {
		for name, f := range group {
			methods[name] = f
		}
	}
}

func newScript() *script {
	return &script{
		state: state{Notes: map[string][]int{}, Methods: map[string]int{}},
		meets: map[string]*meeting{}, gate: make(chan struct{}),
	}
}

func (s *script) ServeMessage(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
	f, ok := methods[m.Method]
	r := &request{Message: m, ctx: ctx, w: w}
	s.change(func(st *state) {
		st.Methods[strings.Clone(m.Method)]++ // a message is borrowed
		st.Mixed = st.Mixed || st.Noting > 0
	})
	if err := json.Unmarshal(orEmpty(m.Params.Bytes()), &r.p); err != nil {
		_ = w.Error(jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: %w", err))
		return
	}
	if !ok {
		jsonrpc.NotFound(ctx, w, m)
		return
	}
	answer(w, func() (*reply, error) { return f(s, r) })
}

// answer answers with what f returns.
func answer(w jsonrpc.ResponseWriter, f func() (*reply, error)) {
	res, err := f()
	var e *jsonrpc.Error
	switch {
	case errors.Is(err, errHandled):
	case errors.As(err, &e):
		_ = w.Error(e) // a failed write ends the connection
	case err != nil:
		_ = w.Error(jsonrpc.NewError(jsonrpc.CodeInternalError, report(err), err)) // likewise
	default:
		_ = w.Result(res) // likewise
	}
}

func orEmpty(b []byte) []byte {
	if len(b) == 0 {
		return []byte("{}")
	}
	return b
}

// report says of an error what a test wants to know: "ok", the code of a transport.Error, or the code of the peer's.
func report(err error) string {
	var e *jsonrpc.Error
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &e):
		return "answered " + strconv.Itoa(e.Code)
	}
	return transport.CodeOf(err).String()
}

func (s *script) change(f func(st *state)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.state)
}

// snapshot returns a copy of the state.
func (s *script) snapshot() *state {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := json.Marshal(s.state)
	if err != nil {
		panic(err) // it is made of numbers and texts
	}
	c := new(state)
	if err := json.Unmarshal(b, c); err != nil {
		panic(err) // likewise
	}
	return c
}

// jsonAppender makes a codec.Appender of what encoding/json can encode.
type jsonAppender struct{ v any }

func (a jsonAppender) AppendJSON(dst []byte) ([]byte, error) {
	b, err := json.Marshal(a.v)
	return append(dst, b...), err
}
