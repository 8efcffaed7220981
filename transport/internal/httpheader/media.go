package httpheader

import (
	"mime"
	"strings"
)

// The media types of MCP.
const (
	JSON   = "application/json"
	Events = "text/event-stream"
)

// Accept is what a client takes.
type Accept struct {
	JSON   bool // application/json
	Events bool // text/event-stream
}

// ParseAccept returns what the Accept header allows: types, wildcards, weights, in one line or several (rule D-03). A weight of 0 forbids,
// and the most specific range counts (RFC 9110 section 12.5.1). Without the header, everything is allowed. What is malformed
// allows nothing.
func ParseAccept(values []string) Accept {
	if len(values) == 0 || len(values) == 1 && values[0] == JSON+", "+Events { // which is what clients send
		return Accept{true, true}
	}
	var json, events match
	for _, value := range values {
		for value != "" {
			var media string
			media, value = cutList(value)
			kind, params, ok := mediaRange(media)
			if !ok {
				continue
			}
			allowed := !isZero(params["q"])
			json.consider(kind, JSON, "application/*", allowed)
			events.consider(kind, Events, "text/*", allowed)
		}
	}
	return Accept{json.allowed, events.allowed}
}

// match is the most specific range that a type was found in.
type match struct {
	level   int
	allowed bool
}

func (m *match) consider(kind, exact, family string, allowed bool) {
	level := 0
	switch kind {
	case exact:
		level = 3
	case family:
		level = 2
	case "*/*":
		level = 1
	}
	switch {
	case level == 0 || level < m.level:
	case level > m.level:
		m.level, m.allowed = level, allowed
	default: // the same again, with other parameters
		m.allowed = m.allowed || allowed
	}
}

// mediaRange parses one member of Accept. Types without parameters, which nearly all are, cost nothing.
func mediaRange(s string) (kind string, params map[string]string, ok bool) {
	switch s = Trim(s); s {
	case "":
		return "", nil, false
	case JSON, Events, "*/*":
		return s, nil, true
	}
	kind, params, err := mime.ParseMediaType(s)
	return kind, params, err == nil
}

// isZero reports whether q is a weight of zero.
func isZero(q string) bool {
	whole, fraction, _ := strings.Cut(q, ".")
	return whole == "0" && strings.Trim(fraction, "0") == ""
}

// cutList cuts off the first member of a list. A comma in a quoted string does not end one.
func cutList(s string) (member, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// IsJSONBody reports whether the Content-Type of a request is application/json, at most with charset=utf-8. Whatever else is
// to be answered with 415: browsers send some other types to any site without asking it (rule D-09).
func IsJSONBody(values []string) bool {
	if len(values) != 1 {
		return false
	}
	if values[0] == JSON {
		return true
	}
	kind, params, err := mime.ParseMediaType(values[0])
	if err != nil || kind != JSON {
		return false
	}
	for name, value := range params {
		if name != "charset" || !strings.EqualFold(value, "utf-8") {
			return false
		}
	}
	return true
}

// MediaType returns the type that the Content-Type of a response names, in lower case and without parameters (rule D-08); "" if
// there is none that is valid.
func MediaType(values []string) string {
	if len(values) != 1 {
		return ""
	}
	kind, _, ok := mediaRange(values[0])
	if !ok {
		// Parameters that are wrong do not matter.
		kind, _, _ = strings.Cut(values[0], ";")
		kind, _, ok = mediaRange(kind)
	}
	if !ok {
		return ""
	}
	return kind
}
