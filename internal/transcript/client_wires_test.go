package transcript_test

import (
	"errors"
	"fmt"
	"net/http"
)

// postWire is a script that is the client of Streamable HTTP: what comes with the responses to its POSTs is what the server says.
type postWire struct {
	x  *exchanges
	in *queue
}

func (w *postWire) open() error { return nil }

// send posts a message, which has to be taken.
func (w *postWire) send(line string) error {
	h, err := w.x.header(http.MethodPost, line, nil)
	if err != nil {
		return err
	}
	_, err = w.x.start(w.put(isOneRequest(line)), http.MethodPost, "", h, line)
	return err
}

// put returns what becomes of a response to a message.
func (w *postWire) put(request bool) func(item) {
	return func(x item) {
		switch x.kind {
		case isResponse:
			head := x.more.(*response)
			if id := head.header.Get("Mcp-Session-Id"); id != "" {
				w.x.join(id)
			}
			switch {
			case head.events():
			case head.body != "":
				w.in.put(item{kind: isMessage, text: head.body})
			case head.status != http.StatusAccepted || request:
				w.in.put(x)
			}
		case isEvent:
			if data, ok := x.more.(event).fields["data"]; ok && data != "" {
				w.in.put(item{kind: isMessage, text: data})
			}
		case isEnd:
			if x.more != nil {
				w.in.put(x)
			}
		}
	}
}

func (w *postWire) next() (string, error) {
	x, err := w.x.s.next(w.in, isMessage)
	return x.text, err
}

// close ends the session.
func (w *postWire) close() error {
	h, err := w.x.header(http.MethodDelete, "", nil)
	if err != nil {
		return err
	}
	q := new(queue)
	if _, err = w.x.start(q.put, http.MethodDelete, "", h, ""); err != nil {
		return err
	}
	x, err := w.x.s.next(q, isResponse)
	if err == nil && x.more.(*response).status != http.StatusNoContent {
		err = errors.New(x.text)
	}
	return err
}

func (w *postWire) closed() error { return errors.New("this transport does not tell") }

// streamWire is a script that is the client of HTTP+SSE.
type streamWire struct {
	x      *exchanges
	in     *queue
	stream *exchange
}

// open opens the stream, and waits for its first event.
func (w *streamWire) open() error {
	h, err := w.x.header(http.MethodGet, "", nil)
	if err != nil {
		return err
	}
	if w.stream, err = w.x.start(w.put, http.MethodGet, "", h, ""); err != nil {
		return err
	}
	if _, err = w.x.s.next(w.in, isResponse); err != nil {
		return err
	}
	x, err := w.x.s.next(w.in, isEvent)
	if err != nil {
		return err
	}
	e := x.more.(event)
	if e.fields["event"] != "endpoint" {
		return fmt.Errorf("it is no endpoint: %s", e)
	}
	w.x.s.vars["endpoint"] = text(e.fields["data"])
	return nil
}

// put makes messages of events.
func (w *streamWire) put(x item) {
	if e, ok := x.more.(event); ok && (e.fields["event"] == isMessage || e.fields["event"] == "") {
		x = item{kind: isMessage, text: e.fields["data"]}
	}
	w.in.put(x)
}

// send posts a message. One that is refused has its answer in the body of the response.
func (w *streamWire) send(line string) error {
	h, err := w.x.header(http.MethodPost, line, nil)
	if err != nil {
		return err
	}
	_, err = w.x.start(func(x item) {
		head, ok := x.more.(*response)
		switch {
		case ok && head.status == http.StatusAccepted && head.body == "":
			return
		case ok && head.body != "":
			x = item{kind: isMessage, text: head.body}
		}
		w.in.put(x)
	}, http.MethodPost, w.x.endpoint(), h, line)
	return err
}

func (w *streamWire) next() (string, error) {
	x, err := w.x.s.next(w.in, isMessage)
	return x.text, err
}

func (w *streamWire) close() error {
	w.stream.stop()
	_, err := w.x.s.next(w.in, isEnd)
	return err
}

func (w *streamWire) closed() error {
	x, err := w.x.s.next(w.in, isEnd)
	if err == nil && x.more != nil {
		return x.more.(error)
	}
	return err
}
