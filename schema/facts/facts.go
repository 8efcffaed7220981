// Package facts reduces a JSON Schema to what a machine acts on: names, types, bounds, references.
// Prose (the keywords description, title, $comment and examples) is dropped, and the rest
// is brought into one canonical form, so that two schemas can be compared and hashed by what they say.
//
// The package goes by keyword position, not by name: a property that happens to be called
// "description" is a fact and stays.
package facts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Canonical returns the facts of the schema document src as JSON with sorted keys and without
// white space. Numbers keep their source text, arrays their order, and no character is escaped that
// JSON does not require to be. The error says why src is not a JSON document; a key that occurs twice
// in one object is an error too, since readers differ in which of the two they see.
func Canonical(src []byte) ([]byte, error) {
	tree, err := Parse(src)
	if err != nil {
		return nil, err
	}
	return appendCanonical(nil, tree)
}

// Sum returns the SHA-256 of the canonical facts of src, in lower-case hex.
func Sum(src []byte) (string, error) {
	b, err := Canonical(src)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Parse reads the schema document src without its prose. Objects are map[string]any, arrays []any,
// numbers json.Number.
func Parse(src []byte) (any, error) {
	tree, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	Walk(tree, func(_, keyword string, parent map[string]any) {
		if isProse(keyword) {
			delete(parent, keyword)
		}
	})
	return tree, nil
}

func isProse(keyword string) bool {
	switch keyword {
	case "description", "title", "$comment", "examples":
		return true
	}
	return false
}

func parseJSON(src []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	v, err := parseValue(dec)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // Token says EOF wherever the input ends
	}
	if err != nil {
		return nil, fmt.Errorf("schema document: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("schema document: more after the first value, at byte %d", dec.InputOffset())
	}
	return v, nil
}

func parseValue(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		return parseObject(dec)
	case json.Delim('['):
		return parseArray(dec)
	}
	return tok, nil
}

func parseObject(dec *json.Decoder) (any, error) {
	o := map[string]any{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := tok.(string) // the decoder has checked that a key is a string
		if _, twice := o[key]; twice {
			return nil, fmt.Errorf("key %q twice in one object, at byte %d", key, dec.InputOffset())
		}
		if o[key], err = parseValue(dec); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token()
	return o, err
}

func parseArray(dec *json.Decoder) (any, error) {
	a := []any{}
	for dec.More() {
		v, err := parseValue(dec)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
	_, err := dec.Token()
	return a, err
}

func appendCanonical(dst []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case map[string]any:
		dst = append(dst, '{')
		for i, k := range sortedKeys(v) {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendScalar(dst, k); err != nil {
				return nil, err
			}
			dst = append(dst, ':')
			if dst, err = appendCanonical(dst, v[k]); err != nil {
				return nil, err
			}
		}
		return append(dst, '}'), nil
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendCanonical(dst, e); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	}
	return appendScalar(dst, v)
}

func appendScalar(dst []byte, v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("schema document: %w", err)
	}
	return append(dst, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...), nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
