// Package sample makes random instances of a schema, straight from the parsed document and not from the model, so that
// a mistake of the model cannot hide in them.
package sample

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// Sampler makes instances. The same seed makes the same ones. It is not for concurrent use.
type Sampler struct {
	rng *rand.Rand
	// Extra adds members that the schema does not name where it allows them.
	Extra bool
	// Safe keeps integers within what a float64 holds exactly, for schemas that say integer where the types say number.
	Safe bool
}

// New returns a Sampler.
func New(seed uint64) *Sampler { return &Sampler{rng: rand.New(rand.NewPCG(seed, 2))} }

const (
	fullDepth = 4  // below it optional members come by chance
	maxDepth  = 24 // recursion that does not end by then has no small instance
)

// Value returns an instance of s as compact JSON; false if it finds none, for example of a pattern that it cannot invert.
func (g *Sampler) Value(s *jsonschema.Schema) ([]byte, bool) { return g.value(nil, s, 0) }

func (g *Sampler) value(dst []byte, s *jsonschema.Schema, depth int) ([]byte, bool) {
	if depth > maxDepth {
		return dst, false
	}
	v := new(view)
	if !g.merge(v, s, depth) {
		return dst, false
	}
	switch {
	case v.constant != "":
		return append(dst, v.constant...), true
	case v.enum != nil:
		return append(dst, v.enum[g.rng.IntN(len(v.enum))].Raw...), true
	}
	if v.types == nil {
		return g.open(dst, 0), true
	}
	if v.nullable && g.rng.IntN(8) == 0 {
		return append(dst, "null"...), true
	}
	switch v.types[g.rng.IntN(len(v.types))] {
	case "object":
		return g.object(dst, v, depth)
	case "array":
		return g.array(dst, v, depth)
	case "string":
		return g.str(dst, v)
	case "integer":
		return g.integer(dst, v)
	case "number":
		return g.number(dst, v)
	case "boolean":
		return strconv.AppendBool(dst, g.rng.IntN(2) == 0), true
	}
	return append(dst, "null"...), true
}

func (g *Sampler) object(dst []byte, v *view, depth int) ([]byte, bool) {
	dst = append(dst, '{')
	n := 0
	member := func(name string, s *jsonschema.Schema, required bool) bool {
		start := len(dst)
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(quoted(dst, name), ':')
		out, ok := g.value(dst, s, depth+1)
		if !ok {
			dst = dst[:start]
			return !required
		}
		dst = out
		n++
		return true
	}
	// In random order: no codec may count on the order of members.
	props := slices.Clone(v.props)
	g.rng.Shuffle(len(props), func(i, j int) { props[i], props[j] = props[j], props[i] })
	for _, p := range props {
		required := slices.Contains(v.required, p.Name)
		if !required && (depth >= fullDepth || g.rng.IntN(5) < 2) || n == v.maxMembers {
			continue
		}
		if !member(p.Name, p.Schema, required) {
			return dst, false
		}
	}
	for _, name := range v.required {
		if !slices.ContainsFunc(props, func(p jsonschema.Property) bool { return p.Name == name }) && !member(name, v.extra(), true) {
			return dst, false
		}
	}
	for i := range g.extras(v, len(props)) {
		if n == v.maxMembers {
			break
		}
		if !member("x-"+strconv.Itoa(i)+string(rune('a'+g.rng.IntN(26))), v.extra(), false) {
			return dst, false
		}
	}
	return append(dst, '}'), n >= v.minMembers
}

// extras is how many members to add that the schema does not name.
func (g *Sampler) extras(v *view, named int) int {
	switch {
	case v.closed, len(v.patterns) > 0:
		return 0
	case v.additional != nil, named == 0:
		return max(v.minMembers, g.rng.IntN(3))
	case g.Extra && g.rng.IntN(4) == 0:
		return 1 + g.rng.IntN(2)
	}
	return 0
}

func (g *Sampler) array(dst []byte, v *view, depth int) ([]byte, bool) {
	n := g.rng.IntN(4)
	if depth >= fullDepth {
		n = g.rng.IntN(2)
	}
	n = max(n, v.minItems)
	if v.maxItems >= 0 {
		n = min(n, v.maxItems)
	}
	dst = append(dst, '[')
	seen := map[string]bool{} // as many as there are elements, if they are unique
	for i := range n {
		item := v.items
		if i < len(v.prefix) {
			item = v.prefix[i]
		}
		start := len(dst)
		if dst[start-1] != '[' {
			dst = append(dst, ',')
		}
		at := len(dst)
		var ok bool
		if item == nil {
			dst = g.open(dst, 1)
		} else if dst, ok = g.value(dst, item, depth+1); !ok {
			if dst = dst[:start]; i < v.minItems {
				return dst, false
			}
			break
		}
		if text := canonical(dst[at:]); v.unique && seen[text] {
			dst = dst[:start]
		} else {
			seen[text] = true
		}
	}
	return append(dst, ']'), !v.unique || len(seen) >= v.minItems
}

// canonical is the same for equal values, whatever the order of their members.
func canonical(v []byte) string {
	var x any
	if json.Unmarshal(v, &x) == nil {
		if b, err := json.Marshal(x); err == nil {
			return string(b)
		}
	}
	return string(v)
}
