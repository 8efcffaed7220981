package transcript_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing/synctest"
)

// exchanges are the HTTP requests of a script that is the client.
type exchanges struct {
	s      *scene
	client *http.Client
	base   *url.URL
	byName map[string]*exchange
	usual  http.Header // of requests in the session
	always [][2]string // with all requests
}

// exchange is one of them. put is given all that comes of it.
type exchange struct {
	q    *queue // nil if put does something else than to queue it
	put  func(item)
	stop context.CancelFunc
}

// response is the head of a response, and its body if that is no event stream.
type response struct {
	status int
	header http.Header
	body   string
}

func (x *response) events() bool {
	return strings.HasPrefix(x.header.Get("Content-Type"), "text/event-stream")
}

// start sends a request, and goes on.
func (x *exchanges) start(put func(item), method, path string, header http.Header, body string) (*exchange, error) {
	u, err := x.base.Parse(path)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		stop()
		return nil, err
	}
	if host := header.Get("Host"); host != "" {
		r.Host = host
		header.Del("Host")
	}
	r.Header = header
	e := &exchange{put: put, stop: stop}
	go e.run(x.client, r)
	synctest.Wait()
	return e, nil
}

// run sends the request.
func (e *exchange) run(client *http.Client, r *http.Request) {
	resp, err := client.Do(r)
	if err != nil {
		e.put(item{kind: isEnd, text: err.Error(), more: err})
		return
	}
	defer resp.Body.Close()
	head := &response{status: resp.StatusCode, header: resp.Header}
	if head.events() {
		e.put(item{kind: isResponse, text: resp.Status, more: head})
		err = readEvents(resp.Body, e.put)
		e.put(item{kind: isEnd, text: fmt.Sprint(err), more: err})
		return
	}
	body, err := io.ReadAll(resp.Body)
	head.body = string(body)
	e.put(item{kind: isResponse, text: resp.Status + " " + head.body, more: head})
	if err != nil {
		e.put(item{kind: isEnd, text: err.Error(), more: err})
	}
}

// endpoint is where messages are posted to.
func (x *exchanges) endpoint() string { return plain(x.s.vars["endpoint"]) }

// play sends the request of a step: METHOD NAME [PATH].
func (x *exchanges) play(st *step) error {
	name := st.arg(0)
	if x.byName[name] != nil {
		return fmt.Errorf("there is a request %s already", name)
	}
	set, body, err := cutHead(st.body, st.verb != http.MethodPost)
	if err != nil {
		return err
	}
	if body, err = x.s.vars.fill(strings.TrimSuffix(body, "\n")); err != nil {
		return err
	}
	h, err := x.header(st.verb, body, set)
	if err != nil {
		return err
	}
	path, err := x.s.vars.fill(st.arg(1))
	if err != nil {
		return err
	}
	if path == "" && x.s.on == onSSE && st.verb == http.MethodPost {
		path = x.endpoint()
	}
	q := x.s.newQueue(name)
	e, err := x.start(q.put, st.verb, path, h, body)
	if err == nil {
		e.q = q
		x.byName[name] = e
	}
	return err
}

// expect finds a response as a step has it.
func (x *exchanges) expect(st *step) error {
	e, err := x.find(st)
	if err != nil {
		return err
	}
	got, err := x.s.next(e.q, isResponse)
	if err != nil {
		return err
	}
	head := got.more.(*response)
	first, rest, _ := strings.Cut(st.body, "\n")
	if have := strconv.Itoa(head.status); !x.s.vars.matchText(strings.TrimSpace(first), have) {
		return fmt.Errorf("the status is %s, and not %s", got.text, first)
	}
	set, body, err := cutHead(rest, true)
	if err != nil {
		return err
	}
	if err := x.s.vars.matchHeader(set, head.header); err != nil {
		return err
	}
	return x.s.vars.matchBody(body, head.body)
}

func (x *exchanges) find(st *step) (*exchange, error) {
	e := x.byName[st.arg(0)]
	if e == nil {
		return nil, fmt.Errorf("there is no request %s", st.arg(0))
	}
	return e, nil
}

// expectEvents finds the events of a step on the stream of a response.
func (x *exchanges) expectEvents(st *step) error {
	e, err := x.find(st)
	if err != nil {
		return err
	}
	for _, want := range eventsOf(st.body) {
		if want.fields == nil {
			if _, err := x.s.next(e.q, isComment); err != nil {
				return err
			}
			continue
		}
		got, err := x.s.next(e.q, isEvent)
		if err != nil {
			return err
		}
		if err := x.s.vars.matchEvent(want, got.more.(event)); err != nil {
			return err
		}
	}
	return nil
}

// expectEnd finds that a stream has ended, and not broken off.
func (x *exchanges) expectEnd(st *step) error {
	e, err := x.find(st)
	if err != nil {
		return err
	}
	got, err := x.s.next(e.q, isEnd)
	if err == nil && got.more != nil {
		return got.more.(error)
	}
	return err
}

// expectCut finds that a stream has ended, in whatever way.
func (x *exchanges) expectCut(st *step) error {
	e, err := x.find(st)
	if err == nil {
		_, err = x.s.next(e.q, isEnd)
	}
	return err
}

// drop breaks a request off.
func (x *exchanges) drop(st *step) error {
	e, err := x.find(st)
	if err != nil {
		return err
	}
	e.stop()
	_, err = x.s.next(e.q, isEnd)
	return err
}

func baseURL(on string) *url.URL {
	return &url.URL{Scheme: "http", Host: "memory", Path: map[string]string{onSSE: "/sse", onHTTP: "/mcp"}[on]}
}
