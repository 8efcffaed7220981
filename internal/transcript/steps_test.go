package transcript_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// verb is what a step can be.
type verb struct {
	play  func(s *scene, st *step) error
	side  string // the library has to have this one; "" for either
	http  bool   // it is about HTTP
	first bool   // it comes before all others
	empty bool   // it has no text
	args  int    // words that have to stand behind it
	more  int    // and those that may
}

var verbs = map[string]verb{}

func init() { //nolint:gochecknoinits // steps refer to the table
	verbs = map[string]verb{
		"options": {first: true},
		"connect": {play: (*scene).connect},
		"client":  {play: func(s *scene, st *step) error { return s.lines(st, s.tr.side == ofClient) }, more: 3},
		"server":  {play: func(s *scene, st *step) error { return s.lines(st, s.tr.side == ofServer) }, more: 3},
		"wait":    {play: (*scene).wait, args: 1, empty: true},
		"nothing": {play: (*scene).playNothing, more: 1, empty: true},
		"told":    {play: (*scene).told},
		"differ":  {play: (*scene).differ},
		"ended":   {play: (*scene).ended},

		"GET":      {play: (*scene).request, http: true, args: 1, more: 1},
		"POST":     {play: (*scene).request, http: true, args: 1, more: 1},
		"DELETE":   {play: (*scene).request, http: true, args: 1, more: 1},
		"response": {play: (*scene).response, http: true, args: 1},
		"events":   {play: (*scene).events, http: true, args: 1},
		"end":      {play: (*scene).endOf, http: true, args: 1, empty: true},
		"cut":      {play: (*scene).cut, http: true, args: 1, empty: true},
		"drop":     {play: (*scene).drop, http: true, args: 1, empty: true},

		"publish":  ofTheServer(verb{}, (*libraryServer).publish),
		"shutdown": ofTheServer(verb{empty: true}, (*libraryServer).shutdownStep),

		"bytes":    {play: (*scene).bytes, side: ofClient, http: true, args: 1},
		"start":    ofTheClient(verb{more: 1, empty: true}, (*libraryClient).playStart),
		"call":     ofTheClient(verb{args: 1, more: 2}, (*libraryClient).call),
		"list":     ofTheClient(verb{args: 2, empty: true}, (*libraryClient).list),
		"notify":   ofTheClient(verb{args: 1}, (*libraryClient).notify),
		"cancel":   ofTheClient(verb{args: 1, empty: true}, (*libraryClient).cancel),
		"progress": ofTheClient(verb{args: 1}, (*libraryClient).expectProgress),
		"close":    ofTheClient(verb{empty: true}, (*libraryClient).closeStep),
		"result":   ofTheClient(verb{args: 1}, func(x *libraryClient, st *step) error { return x.expect(st, false) }),
		"error":    ofTheClient(verb{args: 1}, func(x *libraryClient, st *step) error { return x.expect(st, true) }),
	}
}

func ofTheServer(v verb, f func(*libraryServer, *step) error) verb {
	v.side, v.play = ofServer, func(s *scene, st *step) error { return f(s.lib.(*libraryServer), st) }
	return v
}

func ofTheClient(v verb, f func(*libraryClient, *step) error) verb {
	v.side, v.play = ofClient, func(s *scene, st *step) error { return f(s.lib.(*libraryClient), st) }
	return v
}

// connect does what comes before the rule; the headers of the step go with each request after it.
func (s *scene) connect(st *step) error {
	set, _, err := cutHead(st.body, true)
	switch x, ok := s.lib.(*libraryServer); {
	case err != nil:
		return err
	case len(set) > 0 && s.posts == nil:
		return errors.New("there are no headers")
	case !ok:
		return s.lib.(*libraryClient).connect()
	default:
		if s.posts != nil {
			s.posts.always = set
		}
		return x.connect()
	}
}

// lines is what one side says. The library has said it, or the script does.
func (s *scene) lines(st *step, library bool) error {
	lineWire, bytes := s.wire.(*lineWire)
	switch how := strings.Join(st.args, " "); {
	case how == "" && library:
		return s.receive(st, true)
	case how == "":
		return s.send(st)
	case how == "in any order" && library:
		return s.receive(st, false)
	case how == "closes" && library:
		return s.wire.closed()
	case how == "closes":
		return s.wire.close()
	case how == "bytes" && bytes && library:
		return lineWire.expect(st)
	case how == "bytes" && bytes:
		text, err := s.literals(st)
		if err == nil {
			lineWire.out <- text
		}
		return err
	default:
		return fmt.Errorf("nobody can do this: %s", how)
	}
}

// literals joins the Go string literals of a step, and fills in values.
func (s *scene) literals(st *step) (string, error) {
	var all strings.Builder
	for _, line := range st.lines() {
		for line != "" {
			literal, err := strconv.QuotedPrefix(line)
			if err != nil {
				return "", fmt.Errorf("no Go string: %s", line)
			}
			line = strings.TrimSpace(line[len(literal):])
			part, err := strconv.Unquote(literal)
			if err != nil {
				return "", fmt.Errorf("no Go string: %s", literal)
			}
			all.WriteString(part)
		}
	}
	return s.vars.fill(all.String())
}

// expect finds the bytes of a step, which are whole lines.
func (w *lineWire) expect(st *step) error {
	want, err := w.s.literals(st)
	if err != nil {
		return err
	}
	for have := ""; have != want; {
		x, err := w.s.next(w.in, isMessage)
		if err != nil {
			return fmt.Errorf("%w, after %q", err, have)
		}
		if have += x.text; !strings.HasPrefix(want, have) {
			return fmt.Errorf("want %q, have %q", want, have)
		}
	}
	return nil
}

func (s *scene) wait(st *step) error {
	d, err := time.ParseDuration(st.arg(0))
	time.Sleep(d)
	return err
}

func (s *scene) playNothing(st *step) error {
	d := patience
	if len(st.args) > 0 {
		var err error
		if d, err = time.ParseDuration(st.args[0]); err != nil {
			return err
		}
	}
	return s.nothing(d)
}

// differ finds that no two of the values that were kept are the same.
func (s *scene) differ(st *step) error {
	seen := map[string]string{}
	for _, name := range strings.Fields(st.body) {
		value, ok := s.vars[name]
		switch {
		case !ok:
			return fmt.Errorf("nothing is known of $%s", name)
		case seen[value] != "":
			return fmt.Errorf("$%s and $%s are both %s", seen[value], name, value)
		}
		seen[value] = name
	}
	return nil
}

// told finds what the library's program was told.
func (s *scene) told(st *step) error {
	switch x := s.lib.(type) {
	case *libraryServer:
		return s.expectLines(x.told, isTold, st)
	case *libraryClient:
		return s.expectLines(x.told, isTold, st)
	default:
		return errors.New("there is nobody to be told")
	}
}

func (s *scene) expectLines(q *queue, kind string, st *step) error {
	for _, want := range st.lines() {
		got, err := s.next(q, kind)
		if err != nil {
			return err
		}
		if err := s.vars.matchJSON(want, got.text); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) ended(st *step) error {
	if x, ok := s.lib.(*libraryServer); ok {
		return x.ended(st)
	}
	return s.lib.(*libraryClient).ended(st)
}

func (s *scene) request(st *step) error {
	if s.posts != nil {
		return s.posts.play(st)
	}
	return s.asked.expect(st)
}

func (s *scene) response(st *step) error {
	if s.posts != nil {
		return s.posts.expect(st)
	}
	return s.asked.respond(st)
}

func (s *scene) events(st *step) error {
	if s.posts != nil {
		return s.posts.expectEvents(st)
	}
	a, err := s.asked.find(st)
	if err != nil {
		return err
	}
	text, err := s.vars.fill(strings.TrimRight(st.body, "\n") + "\n\n")
	if err != nil {
		return err
	}
	return a.send(text)
}

func (s *scene) endOf(st *step) error {
	if s.posts != nil {
		return s.posts.expectEnd(st)
	}
	a, err := s.asked.find(st)
	if err != nil {
		return err
	}
	return a.end(false)
}

func (s *scene) drop(st *step) error {
	if s.posts != nil {
		return s.posts.drop(st)
	}
	a, err := s.asked.find(st)
	if err != nil {
		return err
	}
	return a.wait(s)
}

// cut ends a connection without a word. If the library does that, it may also end it in good order.
func (s *scene) cut(st *step) error {
	if s.posts != nil {
		return s.posts.expectCut(st)
	}
	a, err := s.asked.find(st)
	if err != nil {
		return err
	}
	return a.end(true)
}

func (s *scene) bytes(st *step) error {
	a, err := s.asked.find(st)
	if err != nil {
		return err
	}
	text, err := s.literals(st)
	if err != nil {
		return err
	}
	return a.send(text)
}

// shutdownStep begins to end the server.
func (x *libraryServer) shutdownStep(*step) error {
	if x.shutdown == nil {
		x.stop()
		return nil
	}
	go func() { _ = x.shutdown(context.Background()) }() // what comes of it is seen at the other end
	return nil
}

// closeStep closes the client.
func (x *libraryClient) closeStep(*step) error {
	c, err := x.there()
	if err == nil {
		go func() { _ = c.Close() }() // likewise
	}
	return err
}
