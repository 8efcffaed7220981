package transcript_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// requests are the HTTP requests that a script gets as the server.
type requests struct {
	s        *scene
	byMethod map[string]*queue
	byName   map[string]*asked
	released chan struct{}
}

// asked is one of them. The step that answers it writes the response; the handler waits until that is at its end.
type asked struct {
	method, path, body string
	header             http.Header

	mu    sync.Mutex
	w     http.ResponseWriter // nil when the handler has returned
	done  chan struct{}       // closed by the script
	abort bool
	gone  chan struct{} // closed when the client has gone
}

func (s *scene) newRequests() *requests {
	r := &requests{s: s, byName: map[string]*asked{}, byMethod: map[string]*queue{}, released: make(chan struct{})}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		r.byMethod[method] = s.newQueue("the client's " + method)
	}
	return r
}

func (r *requests) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the client has gone
	}
	a := &asked{
		method: req.Method, path: req.URL.RequestURI(), body: string(body), header: req.Header.Clone(),
		w: w, done: make(chan struct{}), gone: make(chan struct{}),
	}
	select {
	case <-r.released: // the transcript is at its end
		w.WriteHeader(http.StatusNoContent)
		return
	default:
	}
	q := r.byMethod[req.Method]
	q.put(item{kind: isRequest, text: a.path + " " + a.body, more: a})
	select {
	case <-a.done:
	case <-r.released:
	case <-req.Context().Done():
		close(a.gone)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.w = nil
	if a.abort {
		panic(http.ErrAbortHandler)
	}
}

// release ends what was not answered.
func (r *requests) release() { close(r.released) }

// take waits for the next request of a method.
func (r *requests) take(method string) (*asked, error) {
	x, err := r.s.next(r.byMethod[method], isRequest)
	if err != nil {
		return nil, err
	}
	return x.more.(*asked), nil
}

// expect finds a request as a step has it, and gives it a name.
func (r *requests) expect(st *step) error {
	a, err := r.take(st.verb)
	if err != nil {
		return err
	}
	r.byName[st.arg(0)] = a
	set, body, err := cutHead(st.body, st.verb != http.MethodPost)
	if err != nil {
		return err
	}
	if path := st.arg(1); path != "" && !r.s.vars.matchText(path, a.path) {
		return fmt.Errorf("the path is %s, and not %s", a.path, path)
	}
	if err := r.s.vars.matchHeader(set, a.header); err != nil {
		return err
	}
	return r.s.vars.matchBody(body, a.body)
}

func (r *requests) find(st *step) (*asked, error) {
	a := r.byName[st.arg(0)]
	if a == nil {
		return nil, fmt.Errorf("there is no request %s", st.arg(0))
	}
	return a, nil
}

// respond answers a request as a step says.
func (r *requests) respond(st *step) error {
	a, err := r.find(st)
	if err != nil {
		return err
	}
	first, rest, _ := strings.Cut(st.body, "\n")
	status, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return err
	}
	set, body, err := cutHead(rest, true)
	if err != nil {
		return err
	}
	header := http.Header{}
	for _, h := range set {
		value, err := r.s.vars.fill(h[1])
		if err != nil {
			return err
		}
		header.Add(h[0], value)
	}
	if body, err = r.s.vars.fill(strings.TrimSpace(body)); err != nil {
		return err
	}
	return a.respond(status, header, body)
}

// respond begins a response, which is at its end too, unless it is an event stream.
func (a *asked) respond(status int, header http.Header, body string) error {
	err := a.write(func(w http.ResponseWriter) {
		for name, values := range header {
			w.Header()[name] = values
		}
		if body != "" && header.Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may have gone
	})
	if strings.HasPrefix(header.Get("Content-Type"), "text/event-stream") || err != nil {
		return err
	}
	return a.end(false)
}

func (a *asked) write(f func(w http.ResponseWriter)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.w == nil {
		return errors.New("the request has ended")
	}
	f(a.w)
	return http.NewResponseController(a.w).Flush()
}

// end ends a response; abort breaks it off.
func (a *asked) end(abort bool) error {
	a.mu.Lock()
	ended := a.w == nil
	a.abort = abort
	a.mu.Unlock()
	if ended {
		return errors.New("the request has ended")
	}
	close(a.done)
	return nil
}

// send writes to an event stream.
func (a *asked) send(text string) error {
	return a.write(func(w http.ResponseWriter) { _, _ = io.WriteString(w, text) }) // the client may have gone
}

// wait waits until the client has gone.
func (a *asked) wait(s *scene) error {
	s.pass(a.gone)
	select {
	case <-a.gone:
		return nil
	default:
		return errors.New("the client is still there")
	}
}
