package jsonrpc

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mcpwire/mcpwire/codec"
)

// kind tells what the message was meant to be by the members that were seen (rule A-20).
func (s *scanner) kind() Kind {
	method, answer := s.seen&sawMethod != 0, s.seen&(sawResult|sawError) != 0
	switch {
	case method && !answer && s.seen&sawID != 0:
		return Request
	case method && !answer:
		return Notification
	case answer && !method:
		return Response
	}
	return Invalid
}

// classify checks the rules that concern the message as a whole.
func (s *scanner) classify(m *Message) {
	answers := s.seen & (sawResult | sawError)
	switch {
	case s.seen&sawVersion == 0:
		s.invalid(0, "", codec.ErrMissing, "jsonrpc is missing")
	case s.seen&sawMethod != 0 && answers != 0:
		s.invalid(0, "", codec.ErrInvalid, "method together with result or error")
	case answers == sawResult|sawError:
		s.invalid(0, "", codec.ErrInvalid, "result together with error")
	case s.seen&sawMethod == 0 && answers == 0:
		s.invalid(0, "", codec.ErrMissing, "neither method nor result nor error")
	case m.Kind == Request && s.seen&idIsNull != 0:
		s.invalid(m.id.from, "id", codec.ErrType, "id of a request is null")
	case answers == sawResult && s.seen&sawID == 0:
		s.invalid(0, "", codec.ErrMissing, "result without id")
	case answers == sawResult && s.seen&idIsNull != 0:
		s.invalid(m.id.from, "id", codec.ErrType, "id of a result is null")
	}
	if m.Kind == Response {
		m.dropParams() // they have no meaning there, and so are kept from being taken for something
	}
}

// broken clears what cannot be relied on when the text breaks off or breaks the grammar.
func (s *scanner) broken(m *Message) {
	m.Result, m.Err = codec.Raw{}, codec.Raw{}
	m.dropParams()
	if m.Kind == Notification {
		m.Kind = Invalid // an id may have been still to come
	}
	if m.ID.IsNumber() && (m.id.to == len(s.src) || !strings.ContainsRune(", \t\r\n}", rune(s.src[m.id.to]))) {
		m.ID = ID{} // perhaps cut within its digits, or not a number to its end: 01 is no 0
	}
}

func (s *scanner) notAnObject() error {
	if s.d.Kind() == codec.KindArray {
		return ErrBatch
	}
	at := s.d.Offset()
	s.d.Skip()
	if err := s.d.End(); err != nil {
		return parseError(err)
	}
	s.invalid(at, "", codec.ErrType, "the message is not an object")
	return s.fault
}

// wrongKind notes that the next value is of a wrong kind, and reads over it.
func (s *scanner) wrongKind(member, rule string) {
	s.d.Kind() // moves to the value
	s.invalid(s.d.Offset(), member, codec.ErrType, rule)
	s.d.Skip()
}

// invalid notes a broken rule, unless there was one before.
func (s *scanner) invalid(at int, member string, cause error, rule string) {
	if member != "" {
		member = "/" + member
	}
	s.note(&codec.Error{Offset: at, Pointer: member, Err: fmt.Errorf("%w: %s", cause, rule)}, rule)
}

func (s *scanner) note(cause *codec.Error, rule string) {
	if s.fault == nil {
		s.fault = NewError(CodeInvalidRequest, "invalid request: "+rule, cause)
	}
}

// parseError returns the answer to a message that is not JSON. The text quotes no more than a byte of it.
func parseError(err error) *Error {
	var e *codec.Error
	text := "parse error"
	if errors.As(err, &e) {
		text = fmt.Sprintf("parse error at byte %d: %v", e.Offset, e.Err)
	}
	return NewError(CodeParseError, text, err)
}
