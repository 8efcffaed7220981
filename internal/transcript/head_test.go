package transcript_test

import (
	"fmt"
	"net/http"
	"strings"
)

// cutHead cuts the lines of a header off a text, which end with an empty one. A text without that is all header, or all body: that is what all says.
// One that begins as JSON does has no header.
func cutHead(text string, all bool) (header [][2]string, body string, err error) {
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return nil, text, nil
	}
	head, body, ok := strings.Cut("\n"+text, "\n\n")
	switch {
	case !ok && all:
		head, body = text, ""
	case !ok:
		return nil, text, nil
	}
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, "", fmt.Errorf("no header: %q", line)
		}
		header = append(header, [2]string{name, strings.TrimSpace(value)})
	}
	return header, body, nil
}

// absent says, as the value of a header, that it is not there.
const absent = "-"

// matchHeader says which header differs.
func (v vars) matchHeader(want [][2]string, have http.Header) error {
	for _, h := range want {
		values := have.Values(h[0])
		switch {
		case h[1] == absent:
			if len(values) > 0 {
				return fmt.Errorf("there is a header %s: %q", h[0], values)
			}
		case len(values) != 1 || !v.matchText(h[1], values[0]):
			return fmt.Errorf("the header %s is %q, and not %q", h[0], values, h[1])
		}
	}
	return nil
}

// matchBody says how a body differs; an empty pattern is for no body.
func (v vars) matchBody(want, have string) error {
	want = strings.TrimSpace(want)
	switch {
	case want == "" && have != "":
		return fmt.Errorf("there is a body: %s", have)
	case want == "":
		return nil
	case strings.HasPrefix(want, "{"), strings.HasPrefix(want, "["):
		return v.matchJSON(want, have)
	case !v.matchText(want, strings.TrimSpace(have)):
		return fmt.Errorf("the body is %q, and not %q", have, want)
	}
	return nil
}
