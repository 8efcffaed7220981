package jsonschema_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// repeat joins n strings with commas.
func repeat(n int, item func(i int) string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = item(i)
	}
	return strings.Join(items, ",")
}

// hostile are documents that a careless reader answers late or never, or with too much memory.
func hostile() map[string]string {
	const n = 20_000
	long := strings.Repeat("n", 20_000)
	return map[string]string{
		"brackets":        strings.Repeat("[", 4<<20),
		"open objects":    strings.Repeat(`{"a":`, 1<<20),
		"nested schemas":  strings.Repeat(`{"items":`, 998) + `{}` + strings.Repeat(`}`, 998),
		"long names":      strings.Repeat(`{"properties":{"`+long+`":`, 400) + `{}` + strings.Repeat(`}}`, 400),
		"long enum path":  `{"properties":{"` + strings.Repeat("n", 1<<20) + `":{"enum":[` + repeat(n, strconv.Itoa) + `]}}}`,
		"nested defaults": strings.Repeat(`{"default":`, 990) + `"` + strings.Repeat("d", 1<<20) + `"` + strings.Repeat(`}`, 990),
		"refs into defaults": `{"default":` + strings.Repeat(`{"default":`, 900) + `"` + strings.Repeat("d", 1<<20) + `"` + strings.Repeat(`}`, 900) +
			`,"allOf":[` + repeat(900, func(i int) string { return `{"$ref":"#` + strings.Repeat("/default", i+1) + `"}` }) + `]}`,
		"ref chain":    `{"$defs":{` + repeat(n, func(i int) string { return fmt.Sprintf(`"d%d":{"$ref":"#/$defs/d%d"}`, i, i+1) }) + fmt.Sprintf(`,"d%d":{}}}`, n),
		"hidden chain": `{"$ref":"#/x/d0","x":{` + repeat(n, func(i int) string { return fmt.Sprintf(`"d%d":{"items":{"$ref":"#/x/d%d"}}`, i, i+1) }) + fmt.Sprintf(`,"d%d":{}}}`, n),
		"anchor chain": `{"allOf":[` + repeat(n, func(i int) string { return fmt.Sprintf(`{"$ref":"#a%d"}`, i) }) + `],"$ref":"#/x/d0","x":{` + repeat(n, func(i int) string { return fmt.Sprintf(`"d%d":{"$anchor":"a%d","items":{"$ref":"#a%d"}}`, i, i, i+1) }) + `}}`,
		"many ways": `{"$defs":{` + repeat(200, func(i int) string {
			return fmt.Sprintf(`"d%d":{"anyOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]}`, i, i+1, i+1)
		}) + `,"d200":{}}}`,
		"many unknown":   `{` + repeat(n, func(i int) string { return fmt.Sprintf(`"unknown%d":{}`, i) }) + `}`,
		"many errors":    `{"allOf":[` + repeat(n, func(int) string { return `{"$ref":"#/definitions/x","type":1}` }) + `]}`,
		"many required":  `{"required":[` + repeat(n, func(i int) string { return fmt.Sprintf(`"r%d"`, i) }) + `]}`,
		"big number":     `{"minLength":1e999999999,"multipleOf":1e-999999999,"maxLength":` + strings.Repeat("9", 1<<20) + `}`,
		"nested pattern": `{"pattern":"` + strings.Repeat("(", 1<<16) + strings.Repeat(")", 1<<16) + `"}`,
		"repeat pattern": `{"pattern":"` + strings.Repeat("(a{1000}){1000}", 100) + `"}`,
		"long pointer":   `{"$ref":"#` + strings.Repeat("/a", 1<<20) + `"}`,
		"long ref":       `{"$ref":"` + strings.Repeat("../", 1<<18) + `a.json"}`,
	}
}

// hostileErrors says how the documents of hostile are refused that are not read.
var hostileErrors = map[string]string{
	"brackets":           "h.json:1:1001: #: arrays and objects are nested deeper than 1000 levels",
	"open objects":       "h.json:1:5001: #: arrays and objects are nested deeper than 1000 levels",
	"long names":         "nested names and values add up to too much",
	"long enum path":     "nested names and values add up to too much",
	"refs into defaults": "nested names and values add up to too much",
	"ref chain":          `/$defs/d0/$ref: $ref "#/$defs/d1" begins a chain of more than 10000 references`,
	"anchor chain":       `$ref "#a1" leads nowhere`,
	"many errors":        "/allOf/9/type: type is a number",
	"big number":         "minLength is 1e999999999, which is out of range",
	"nested pattern":     "expression nests too deeply",
	"repeat pattern":     "invalid repeat count",
	"long pointer":       `leads nowhere: h.json# has no member "a"`,
	"long ref":           "leads to a file that cannot be read",
}

// TestHostile allows far more time than is needed, and far less than what is quadratic takes.
func TestHostile(t *testing.T) {
	for name, src := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := jsonschema.Load("h.json", []byte(src), jsonschema.Options{})
			require.Less(t, time.Since(start), time.Minute)
			if err != nil {
				requirePositioned(t, err)
				require.Less(t, len(err.Error()), 10_000)
			}
			if want, ok := hostileErrors[name]; ok {
				require.ErrorContains(t, err, want)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	_, err := jsonschema.Load("h.json", make([]byte, 64<<20+1), jsonschema.Options{})
	require.EqualError(t, err, "h.json:1:1: #: the file has 67108865 bytes, more than 67108864 (split it)")
}

// A reader that always has another file must not be followed for ever.
func TestEndlessFiles(t *testing.T) {
	n := 0
	_, err := jsonschema.Load("0.json", []byte(`{"$ref":"1.json"}`), jsonschema.Options{Read: func(string) ([]byte, error) {
		n++
		return fmt.Appendf(nil, `{"items":{"$ref":"%d.json"}}`, n+1), nil
	}})
	require.ErrorContains(t, err, "too many files")
	require.Less(t, n, 1001)
}
