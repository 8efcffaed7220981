package sse

import (
	"strings"
	"time"
)

// reference reads a whole text as the standard tells, line by line. limit is that of a Config; 0 for none. Events that are over it are
// replaced by tooLarge.
func reference(text string, limit int) stream {
	s := stream{Retry: -1}
	text = strings.TrimPrefix(text, "\uFEFF")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	lines := strings.Split(text, "\n")
	var (
		data       []string
		kind, id   string
		size       int
		lost       bool
		incomplete = lines[len(lines)-1]
	)
	lose := func() {
		if !lost {
			s.Events = append(s.Events, tooLarge)
		}
		lost, size = true, 0
	}
	for _, line := range lines[:len(lines)-1] {
		if line == "" {
			s.LastID = id
			if !lost && data != nil {
				if kind == "" {
					kind = "message"
				}
				s.Events = append(s.Events, result{kind, id, strings.Join(data, "\n"), s.Retry})
			}
			data, kind, lost, size = nil, "", false, 0
			continue
		}
		if limit > 0 && size+len(line)+1 > limit {
			lose()
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		if name == "" {
			continue
		}
		if !lost {
			size += len(line) + 1
		}
		value = strings.TrimPrefix(value, " ")
		switch {
		case (name == "event" || name == "id" && !strings.Contains(value, "\x00")) && len(value) > MaxField:
			lose()
		case name == "data":
			data = append(data, value)
		case name == "event":
			kind = value
		case name == "id" && !strings.Contains(value, "\x00"):
			id = value
		case name == "retry" && value != "" && strings.Trim(value, "0123456789") == "":
			s.Retry = milliseconds(strings.TrimLeft(value, "0"))
		}
	}
	if limit > 0 && incomplete != "" && size+len(incomplete)+1 > limit {
		lose()
	}
	return s
}

// milliseconds reads digits, at most MaxRetry.
func milliseconds(digits string) time.Duration {
	if len(digits) > 10 {
		return MaxRetry
	}
	n := int64(0)
	for _, c := range digits {
		n = 10*n + int64(c-'0')
	}
	return min(time.Duration(n)*time.Millisecond, MaxRetry)
}
