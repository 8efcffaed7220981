package transcript_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/codec"
)

// vars are the values of placeholders, as JSON.
type vars map[string]string

const (
	anyValue  = "$any"       // whatever there is
	noValue   = "$absent"    // no such member
	unordered = "$unordered" // as the first element: the others come in any order
	others    = "..."        // as a name: there may be more members
)

// repeated are the texts that $NAME(N) sends N times.
var repeated = map[string]string{"fill": "x", "open": "[", "close": "]", "notes": `{"jsonrpc":"2.0","method":"notifications/of/nobody"},`}

var (
	quoted   = regexp.MustCompile(`"\$([a-z][a-zA-Z0-9]*)"`)
	bare     = regexp.MustCompile(`\$([a-z][a-zA-Z0-9]*)(?:\((\d+)\))?`)
	isHolder = regexp.MustCompile(`^\$([a-z][a-zA-Z0-9]*)$`)
)

// fill puts values into a text that is to be sent.
func (v vars) fill(text string) (string, error) {
	var unknown []string
	text = quoted.ReplaceAllStringFunc(text, func(s string) string {
		value, ok := v[quoted.FindStringSubmatch(s)[1]]
		if !ok {
			return s // the next step says what is wrong
		}
		return value
	})
	text = bare.ReplaceAllStringFunc(text, func(s string) string {
		m := bare.FindStringSubmatch(s)
		if c := repeated[m[1]]; c != "" && m[2] != "" {
			n, _ := strconv.Atoi(m[2]) // they are digits
			return strings.Repeat(c, n)
		}
		value, ok := v[m[1]]
		if !ok {
			unknown = append(unknown, s)
		}
		return plain(value) + strings.TrimPrefix(s, "$"+m[1])
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("nothing is known of %s", strings.Join(unknown, ", "))
	}
	return text, nil
}

// plain returns a value as text: a string without its quotes.
func plain(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) == nil {
		return s
	}
	return value
}

// text makes a value of a text.
func text(s string) string { return codec.Quote(s).String() }

// matchText reports whether got is what the pattern says, and keeps what placeholders stand for.
func (v vars) matchText(pattern, got string) bool {
	var names []string
	expr := "(?s)^"
	for pattern != "" {
		at := bare.FindStringSubmatchIndex(pattern)
		if at == nil {
			break
		}
		name := pattern[at[2]:at[3]]
		expr += regexp.QuoteMeta(pattern[:at[0]])
		switch value, ok := v[name]; {
		case "$"+name == anyValue:
			expr += ".*"
		case ok:
			expr += regexp.QuoteMeta(plain(value))
		default:
			names = append(names, name)
			expr += "(.+)"
		}
		pattern = pattern[at[3]:]
	}
	m := regexp.MustCompile(expr + regexp.QuoteMeta(pattern) + "$").FindStringSubmatch(got)
	if m == nil {
		return false
	}
	for i, name := range names {
		v[name] = text(m[i+1])
	}
	return true
}

// decode reads one JSON value, in which numbers keep their text.
func decode(s string) (any, error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the value")
	}
	return x, nil
}

// matchJSON says how got differs from a pattern, and keeps what placeholders stand for.
func (v vars) matchJSON(pattern, got string) error {
	want, err := decode(pattern)
	if err != nil {
		return fmt.Errorf("the transcript has no JSON here: %w: %s", err, pattern)
	}
	have, err := decode(got)
	if err != nil {
		return fmt.Errorf("no JSON has come: %w: %.300q", err, got)
	}
	if err := v.match(want, have, ""); err != nil {
		return fmt.Errorf("%w\n  want %s\n  have %.2000s", err, pattern, got)
	}
	return nil
}

func (v vars) match(want, have any, at string) error {
	switch w := want.(type) {
	case string:
		if m := isHolder.FindStringSubmatch(w); m != nil {
			return v.matchHolder(m[1], have, at)
		}
	case map[string]any:
		if h, ok := have.(map[string]any); ok {
			return v.matchObject(w, h, at)
		}
	case []any:
		if h, ok := have.([]any); ok {
			return v.matchArray(w, h, at)
		}
	}
	if encode(want) != encode(have) {
		return fmt.Errorf("at %q: want %s, have %s", at, encode(want), encode(have))
	}
	return nil
}

// matchHolder is match for a placeholder.
func (v vars) matchHolder(name string, have any, at string) error {
	value := encode(have)
	if "$"+name == anyValue {
		return nil
	}
	if old, ok := v[name]; ok && old != value {
		return fmt.Errorf("at %q: $%s was %s, and is %s", at, name, old, value)
	}
	v[name] = value
	return nil
}

func (v vars) matchObject(want, have map[string]any, at string) error {
	_, open := want[others]
	for name, w := range want {
		if name == others {
			continue
		}
		h, ok := have[name]
		switch {
		case w == noValue && ok:
			return fmt.Errorf("at %q: %s is there", at, name)
		case w == noValue:
			continue
		case !ok:
			return fmt.Errorf("at %q: %s is missing", at, name)
		}
		if err := v.match(w, h, at+"/"+name); err != nil {
			return err
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok && !open {
			return fmt.Errorf("at %q: %s is too much", at, name)
		}
	}
	return nil
}

func (v vars) matchArray(want, have []any, at string) error {
	inOrder := len(want) == 0 || want[0] != unordered
	if !inOrder {
		want, have = want[1:], slices.Clone(have)
	}
	if len(want) != len(have) {
		return fmt.Errorf("at %q: want %d elements, have %d", at, len(want), len(have))
	}
	for i, w := range want {
		if inOrder {
			if err := v.match(w, have[i], at+"/"+strconv.Itoa(i)); err != nil {
				return err
			}
			continue
		}
		found := slices.IndexFunc(have, func(h any) bool {
			try := maps.Clone(v)
			if try.match(w, h, at) != nil {
				return false
			}
			maps.Copy(v, try)
			return true
		})
		if found < 0 {
			return fmt.Errorf("at %q: no element is %s", at, encode(w))
		}
		have = slices.Delete(have, found, found+1)
	}
	return nil
}

// encode writes a value, with its members in the order of their names.
func encode(x any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		panic(err) // it was decoded
	}
	return strings.TrimSpace(b.String())
}
