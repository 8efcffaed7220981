package transcript_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// event is one event of a stream; nil for fields that it does not have.
type event struct{ fields map[string]string }

func (e event) String() string { return fmt.Sprint(e.fields) }

// readEvents reads a stream to its end; nil if that is a good one.
func readEvents(r io.Reader, put func(item)) error {
	e := event{map[string]string{}}
	for b := bufio.NewReader(r); ; {
		line, err := b.ReadString('\n')
		switch {
		case errors.Is(err, io.EOF) && line == "" && len(e.fields) == 0:
			return nil
		case err != nil:
			return fmt.Errorf("in an event: %w", err)
		}
		e = e.add(strings.TrimSuffix(line, "\n"), put)
	}
}

// add adds a line, and returns the event that it is a part of.
func (e event) add(line string, put func(item)) event {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimPrefix(value, " ")
	old, has := e.fields[name]
	switch {
	case line == "":
		if len(e.fields) > 0 {
			put(item{kind: isEvent, text: e.String(), more: e})
		}
		return event{map[string]string{}}
	case name == "":
		put(item{kind: isComment, text: line})
	case has && name == "data":
		e.fields[name] = old + "\n" + value
	default:
		e.fields[name] = value
	}
	return e
}

// eventsOf reads the events of a step.
func eventsOf(body string) []event {
	var list []event
	e := event{map[string]string{}}
	q := new(queue)
	for line := range strings.Lines(body + "\n\n") {
		e = e.add(strings.TrimSuffix(line, "\n"), q.put)
	}
	for _, x := range q.items {
		if x.kind == isComment {
			list = append(list, event{})
			continue
		}
		list = append(list, x.more.(event))
	}
	return list
}

// matchEvent says how an event differs from what is wanted, in all of its fields.
func (v vars) matchEvent(want, have event) error {
	for name, value := range have.fields {
		if _, ok := want.fields[name]; !ok && (name != "event" || value != isMessage) {
			return fmt.Errorf("%s is too much: %s", name, have)
		}
	}
	for name, pattern := range want.fields {
		value, ok := have.fields[name]
		switch {
		case !ok:
			return fmt.Errorf("%s is missing: %s", name, have)
		case name == "data" && strings.HasPrefix(pattern, "{"), name == "data" && strings.HasPrefix(pattern, "["):
			if err := v.matchJSON(pattern, value); err != nil {
				return err
			}
		case !v.matchText(pattern, value):
			return fmt.Errorf("%s is %q, and not %q", name, value, pattern)
		}
	}
	return nil
}
