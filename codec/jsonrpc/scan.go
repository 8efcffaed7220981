package jsonrpc

import (
	"bytes"
	"errors"
	"math"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/internal/bytesconv"
)

// ErrBatch is what Scan returns for a top-level array. Only revision 2025-03-26 has batches: there, ScanBatch takes
// the array apart. Everywhere else ErrBatch is the answer: it is an *Error with CodeInvalidRequest.
var ErrBatch error = &Error{Code: CodeInvalidRequest, Message: "invalid request: an array where one message should be"}

// The members of the envelope that were seen, and what was found out about them.
const (
	sawVersion uint8 = 1 << iota
	sawID
	sawMethod
	sawParams
	sawResult
	sawError
	idIsNull
)

// Scan finds the parts of the JSON-RPC message in src, checking all of src in one pass: grammar, UTF-8, depth (the
// envelope counts as one level of codec.DefaultMaxDepth) and the rules of the envelope. What is inside params and result is
// not decoded. m is overwritten, its Info included; what it then holds borrows src, and may borrow nothing else
// than a few bytes for a method or id that is written with escapes.
//
// The error is an *Error that can be sent as the answer: CodeParseError if src is not a JSON document, else
// CodeInvalidRequest. It wraps a *codec.Error with the offset; only ErrBatch has none. A member of the envelope
// that comes twice is an error, so that no two readers of a message can disagree about it.
//
// After an error, m has no more than what is needed to answer or to report: Kind, if the members that could be read tell what
// the message was meant to be, else Invalid; ID and Method, if they could be read and came once. A broken
// Response is not to be answered: its ID is one of our own.
func Scan(src []byte, m *Message) error {
	*m = Message{}
	s := scanner{src: src}
	s.d.Reset(src)
	if s.d.Kind() != codec.KindObject {
		return s.notAnObject()
	}
	s.end = s.d.Offset() + 1
	first := s.end
	key, ok := s.d.FirstKey()
	for bit := memberBit(key); ok; key, bit, ok = s.nextMember(key) {
		s.member(bit, m)
		s.end = s.d.Offset()
	}
	err := s.d.End()
	m.Kind = s.kind()
	if err != nil {
		s.broken(m)
		return parseError(err)
	}
	if s.classify(m); s.fault != nil {
		m.Result, m.Err = codec.Raw{}, codec.Raw{}
		m.dropParams()
		return s.fault
	}
	if m.Kind == Response && s.seen&sawID == 0 {
		m.id = span{first, first} // where AppendRewritten puts one in
	}
	m.frame, m.lines = src, s.d.LineBreaks()
	if from, to := s.d.LongText(); to > 0 && uint64(len(src)) <= math.MaxUint32 {
		m.long.from, m.long.to = uint32(from), uint32(to) //nolint:gosec // see above
	}
	return nil
}

// scanner is the state of one Scan. It lives on the stack: nothing may keep a pointer to it.
type scanner struct {
	src   []byte
	d     codec.Decoder
	seen  uint8
	end   int    // where the member before this one ended
	fault *Error // the first rule of the envelope that is broken; a grammar error takes precedence
}

// member reads the value of one member. Broken rules are noted, and reading goes on: the id may be still to come.
func (s *scanner) member(bit uint8, m *Message) {
	switch bit {
	case sawVersion:
		if s.once(sawVersion, "jsonrpc") {
			s.version()
		}
	case sawID:
		if s.once(sawID, "id") {
			s.id(m)
		} else {
			m.ID = ID{}
		}
	case sawMethod:
		if s.once(sawMethod, "method") {
			s.method(m)
		} else {
			m.Method = ""
		}
	case sawParams:
		if s.once(sawParams, "params") {
			s.params(m)
		}
	case sawResult:
		if s.once(sawResult, "result") {
			s.result(m)
		}
	case sawError:
		if s.once(sawError, "error") {
			s.errorObject(m)
		}
	default:
		s.d.Skip()
	}
}

// once reports whether a member comes for the first time (rule A-19); else it skips the value.
func (s *scanner) once(bit uint8, name string) bool {
	if s.seen&bit != 0 {
		s.invalid(s.keyOffset(), name, codec.ErrDuplicate, name+" comes twice")
		s.d.Skip()
		return false
	}
	s.seen |= bit
	return true
}

// keyOffset returns where the current key begins. Only a comma and white space are between it and the member before.
func (s *scanner) keyOffset() int { return s.end + bytes.IndexByte(s.src[s.end:], '"') }

func (s *scanner) version() {
	if s.d.Literal(`"2.0"`) {
		return
	}
	if s.d.Kind() != codec.KindString {
		s.wrongKind("jsonrpc", "jsonrpc is not a string")
		return
	}
	at := s.d.Offset()
	if got := s.text(); got != "2.0" && s.d.Err() == nil {
		s.invalid(at, "jsonrpc", codec.ErrConst, `jsonrpc is not "2.0"`)
	}
}

func (s *scanner) id(m *Message) {
	if s.plainID(m) {
		return
	}
	switch s.d.Kind() {
	case codec.KindNumber:
		m.id.from = s.d.Offset()
		number := s.d.Number()
		m.id.to = s.d.Offset()
		if s.d.Err() != nil {
			return
		}
		if !isInteger(number) {
			s.invalid(m.id.from, "id", codec.ErrRange, "id is a fraction")
			return
		}
		m.ID = ID{number, idNumber}
	case codec.KindString:
		m.id.from = s.d.Offset()
		m.ID = readStringID(&s.d)
		m.id.to = s.d.Offset()
	case codec.KindNull: // whether that is allowed depends on the rest of the message
		s.seen |= idIsNull
		m.id.from = s.d.Offset()
		s.d.Skip()
		m.id.to = s.d.Offset()
	default:
		s.wrongKind("id", "id is neither a string nor an integer")
	}
}

// plainID reads an id that is nothing but digits right in front of a comma, as most are, and reports whether it was one.
func (s *scanner) plainID(m *Message) bool {
	from := s.d.Offset()
	to := from
	for to < len(s.src) && s.src[to]-'0' <= 9 {
		to++
	}
	if to == from || to == len(s.src) || s.src[to] != ',' || s.src[from] == '0' && to-from > 1 {
		return false
	}
	s.d.Advance(to - from)
	m.id = span{from, to}
	m.ID = ID{bytesconv.String(s.src[from:to]), idNumber}
	return true
}

func (s *scanner) method(m *Message) {
	if s.d.Kind() != codec.KindString {
		s.wrongKind("method", "method is not a string")
		return
	}
	m.method.from = s.d.Offset()
	m.Method = s.text()
	m.method.to = s.d.Offset()
}

// text reads the string at whose quote the decoder stands.
func (s *scanner) text() string {
	if plain, ok := s.d.PlainString(); ok {
		return plain
	}
	if raw := s.d.Raw(); s.d.Err() == nil {
		return text(raw)
	}
	return ""
}

// params reads the params (rule A-17), and notes where what transports look at is.
func (s *scanner) params(m *Message) {
	if s.d.Kind() != codec.KindObject {
		s.wrongKind("params", "params is not an object")
		return
	}
	from := s.d.Mark()
	m.payload = uint32(s.d.Offset()) //nolint:gosec // of use in smaller frames only
	key, ok := s.d.FirstKey()
	for i := notedParam(key); ok; key, i, ok = s.nextParam(key) {
		if i < 0 {
			s.d.Skip()
			continue
		}
		bit := uint8(1) << i
		m.twice |= m.once & bit
		m.once |= bit
		m.noted[i] = s.d.Raw()
	}
	m.Params = s.d.RawSince(from)
}

// result reads a result (rule A-09).
func (s *scanner) result(m *Message) {
	if s.d.Kind() != codec.KindObject {
		s.wrongKind("result", "result is not an object")
		return
	}
	m.payload = uint32(s.d.Offset()) //nolint:gosec // of use in smaller frames only
	m.Result = s.d.Raw()
}

func (s *scanner) errorObject(m *Message) {
	if s.d.Kind() != codec.KindObject {
		s.wrongKind("error", "error is not an object")
		return
	}
	at := s.d.Offset()
	if s.usualError(m) || s.d.Err() != nil {
		return
	}
	if err := checkError(m.Err); err != nil {
		var e *codec.Error
		if errors.As(codec.At(err, "error"), &e) {
			e.Offset += at
			s.note(e, "error lacks an integer code or a string message, or has one twice")
		}
	}
}

// usualError reads the error object and reports whether it is as nearly all are: a code of a few digits and a message, and nothing twice. Another
// one is for checkError to look at.
func (s *scanner) usualError(m *Message) (usual bool) {
	usual = true
	var seen uint64
	from := s.d.Mark()
	for key, ok := s.d.FirstKey(); ok; key, ok = s.d.NextKey(key) {
		bit := errorBit(key)
		usual = usual && seen&bit == 0
		seen |= bit
		switch bit {
		case errorCode:
			usual = usual && s.d.Kind() == codec.KindNumber
			from := s.d.Offset()
			s.d.Skip()
			usual = usual && isShortInteger(s.src[from:s.d.Offset()])
		case errorMessage:
			usual = usual && s.d.Kind() == codec.KindString
			s.d.Skip()
		default:
			s.d.Skip()
		}
	}
	m.Err = s.d.RawSince(from)
	return usual && seen&errorRequired == errorRequired
}

func errorBit(key string) uint64 {
	switch key {
	case "code":
		return errorCode
	case "message":
		return errorMessage
	case "data":
		return errorData
	}
	return 0
}

// isShortInteger reports whether a number is plain digits, and so few of them that it fits into any int.
func isShortInteger(number []byte) bool {
	for _, c := range number {
		if c > '9' || c < '0' && c != '-' {
			return false
		}
	}
	return len(number) < 10
}
