package jsonrpc

import "encoding/binary"

// The names that Scan looks for, from the quote on, as numbers of eight bytes: one comparison each.
const (
	wordVersion = '"' | 'j'<<8 | 's'<<16 | 'o'<<24 | 'n'<<32 | 'r'<<40 | 'p'<<48 | 'c'<<56
	wordID      = '"' | 'i'<<8 | 'd'<<16 | '"'<<24 | ':'<<32
	wordMethod  = '"' | 'm'<<8 | 'e'<<16 | 't'<<24 | 'h'<<32 | 'o'<<40 | 'd'<<48 | '"'<<56
	wordParams  = '"' | 'p'<<8 | 'a'<<16 | 'r'<<24 | 'a'<<32 | 'm'<<40 | 's'<<48 | '"'<<56
	wordResult  = '"' | 'r'<<8 | 'e'<<16 | 's'<<24 | 'u'<<32 | 'l'<<40 | 't'<<48 | '"'<<56
	wordError   = '"' | 'e'<<8 | 'r'<<16 | 'r'<<24 | 'o'<<32 | 'r'<<40 | '"'<<48 | ':'<<56

	wordMeta   = '"' | '_'<<8 | 'm'<<16 | 'e'<<24 | 't'<<32 | 'a'<<40 | '"'<<48 | ':'<<56
	wordName   = '"' | 'n'<<8 | 'a'<<16 | 'm'<<24 | 'e'<<32 | '"'<<40 | ':'<<48
	wordURI    = '"' | 'u'<<8 | 'r'<<16 | 'i'<<24 | '"'<<32 | ':'<<40
	wordTaskID = '"' | 't'<<8 | 'a'<<16 | 's'<<24 | 'k'<<32 | 'I'<<40 | 'd'<<48 | '"'<<56

	bits40 = 1<<40 - 1
	bits48 = 1<<48 - 1
	bits56 = 1<<56 - 1
)

// maxName is how many bytes a comma, the longest of those names with its quotes and a colon take.
const maxName = 11

// comma returns the eight bytes after the comma that comes next and the three after those; zero if there is none, or not so much.
func (s *scanner) comma() (w uint64, more uint32) {
	at := s.d.Offset()
	if len(s.src)-at <= maxName {
		return 0, 0
	}
	b := (*[maxName + 1]byte)(s.src[at : at+maxName+1])
	if b[0] != ',' {
		return 0, 0
	}
	return binary.LittleEndian.Uint64(b[1:9]), binary.LittleEndian.Uint32(b[8:12]) >> 8
}

// nextMember moves to the next member of the envelope, whose bit it returns; 0 if Scan does not know its name. prev is the name before. Names
// that are written in the usual way are not taken apart.
func (s *scanner) nextMember(prev string) (key string, bit uint8, ok bool) {
	switch w, more := s.comma(); {
	case w&bits40 == wordID:
		s.d.Advance(1 + len(`"id":`))
		return "id", sawID, true
	case w == wordMethod && more&0xff == ':':
		s.d.Advance(1 + len(`"method":`))
		return "method", sawMethod, true
	case w == wordParams && more&0xff == ':':
		s.d.Advance(1 + len(`"params":`))
		return "params", sawParams, true
	case w == wordResult && more&0xff == ':':
		s.d.Advance(1 + len(`"result":`))
		return "result", sawResult, true
	case w == wordError:
		s.d.Advance(1 + len(`"error":`))
		return "error", sawError, true
	case w == wordVersion && more&0xffff == '"'|':'<<8:
		s.d.Advance(1 + len(`"jsonrpc":`))
		return "jsonrpc", sawVersion, true
	}
	key, ok = s.d.NextKey(prev)
	return key, memberBit(key), ok
}

// memberBit returns the bit of a member of the envelope, 0 for others.
func memberBit(key string) uint8 {
	switch key {
	case "jsonrpc":
		return sawVersion
	case "id":
		return sawID
	case "method":
		return sawMethod
	case "params":
		return sawParams
	case "result":
		return sawResult
	case "error":
		return sawError
	}
	return 0
}

// nextParam moves to the next member of the params, and returns its index as notedParam does. prev is the name before.
func (s *scanner) nextParam(prev string) (key string, i int, ok bool) {
	switch w, more := s.comma(); {
	case w == wordMeta:
		s.d.Advance(1 + len(`"_meta":`))
		return "_meta", 0, true
	case w&bits56 == wordName:
		s.d.Advance(1 + len(`"name":`))
		return "name", 1, true
	case w&bits48 == wordURI:
		s.d.Advance(1 + len(`"uri":`))
		return "uri", 2, true
	case w == wordTaskID && more&0xff == ':':
		s.d.Advance(1 + len(`"taskId":`))
		return "taskId", 3, true
	}
	key, ok = s.d.NextKey(prev)
	return key, notedParam(key), ok
}
