package transcript_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

var eventStream = http.Header{"Content-Type": {"text/event-stream"}}

// repliesWire is a script that is the server of Streamable HTTP: it answers requests with JSON, and sends all else on the stream of
// the request that came last and has no answer yet, or else on the stream that the client has opened by itself.
type repliesWire struct {
	r       *requests
	own     *asked
	pending []*open
	header  http.Header // of JSON responses; nil for nothing in particular
}

// open is a request that has no answer yet.
type open struct {
	*asked
	id     string
	stream bool
}

func (w *repliesWire) open() error { return nil }

// take answers the client's GET.
func (w *repliesWire) take() error {
	var err error
	if w.own, err = w.r.take(http.MethodGet); err != nil {
		return err
	}
	w.r.byName["own"] = w.own
	return w.own.respond(http.StatusOK, eventStream, "")
}

func (w *repliesWire) next() (string, error) {
	a, err := w.r.take(http.MethodPost)
	if err != nil {
		return "", err
	}
	var m jsonrpc.Message
	if jsonrpc.Scan([]byte(a.body), &m) == nil && m.Kind == jsonrpc.Request {
		w.pending = append(w.pending, &open{a, m.ID.String(), false})
		return a.body, nil
	}
	return a.body, a.respond(http.StatusAccepted, nil, "")
}

func (w *repliesWire) send(line string) error {
	ids := answersIn(line)
	for i, p := range w.pending {
		if !ids[p.id] {
			continue
		}
		w.pending = append(w.pending[:i:i], w.pending[i+1:]...)
		if !p.stream && !strings.HasPrefix(line, "[") {
			return p.respond(http.StatusOK, w.header, line)
		}
		return errors.Join(p.event(line), p.end(false))
	}
	if n := len(w.pending); n > 0 {
		return w.pending[n-1].event(line)
	}
	if w.own == nil {
		return errors.New("there is no stream to send it on")
	}
	return w.own.send("data: " + line + "\n\n")
}

// event sends an event, the first of which makes the response a stream.
func (p *open) event(line string) error {
	if !p.stream {
		p.stream = true
		if err := p.respond(http.StatusOK, eventStream, ""); err != nil {
			return err
		}
	}
	return p.send("data: " + line + "\n\n")
}

// answersIn returns the ids that a message, or a batch, has answers for.
func answersIn(line string) map[string]bool {
	ids := map[string]bool{}
	list := []json.RawMessage{json.RawMessage(line)}
	_ = json.Unmarshal([]byte(line), &list) // a message is no array
	for _, text := range list {
		var m jsonrpc.Message
		if jsonrpc.Scan(text, &m) == nil && m.Kind == jsonrpc.Response {
			ids[m.ID.String()] = true
		}
	}
	return ids
}

func (w *repliesWire) close() error { return errors.New("this transport does not tell") }

func (w *repliesWire) closed() error {
	a, err := w.r.take(http.MethodDelete)
	if err != nil {
		return err
	}
	return a.respond(http.StatusNoContent, nil, "")
}

// eventsWire is a script that is the server of HTTP+SSE.
type eventsWire struct {
	r      *requests
	stream *asked
}

// open answers the GET.
func (w *eventsWire) open() error {
	var err error
	if w.stream, err = w.r.take(http.MethodGet); err != nil {
		return err
	}
	w.r.byName["stream"] = w.stream
	return errors.Join(w.stream.respond(http.StatusOK, eventStream, ""), w.stream.send("event: endpoint\ndata: /message?s=1\n\n"))
}

func (w *eventsWire) next() (string, error) {
	if w.stream == nil { // it has to open a stream before it can say anything
		if err := w.open(); err != nil {
			return "", err
		}
	}
	a, err := w.r.take(http.MethodPost)
	if err != nil {
		return "", err
	}
	return a.body, a.respond(http.StatusAccepted, nil, "")
}

func (w *eventsWire) send(line string) error { return w.stream.send("data: " + line + "\n\n") }
func (w *eventsWire) close() error           { return w.stream.end(false) }
func (w *eventsWire) closed() error          { return w.stream.wait(w.r.s) }
