package model

import (
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func itoa(i int) string { return strconv.Itoa(i) }

// defaultInitialisms are words that Go writes in capitals.
var defaultInitialisms = []string{"ID", "URI", "URL", "MIME", "TTL", "JSON", "HTTP", "API"}

// reservedMembers are what generated structs have besides the schema's members.
var reservedMembers = []string{
	"AppendJSON", "AppendJSONFor", "DecodeJSON", "MarshalJSON", "UnmarshalJSON", "MarshalEasyJSON", "UnmarshalEasyJSON",
	"Reset", "Clone", "Validate", "Strip", "Extra", "Equal", "IsZero", "String",
}

// reservedTypes are declared by every generated package.
var reservedTypes = []string{"Revision"}

// namer gives out Go names.
type namer struct {
	rows  *overrides
	words map[string]bool // initialisms, in capitals
	types map[string]bool // names taken in the package
}

func newNamer(rows *overrides) namer {
	n := namer{rows: rows, words: map[string]bool{}, types: map[string]bool{}}
	for _, w := range defaultInitialisms {
		n.words[w] = true
	}
	for _, row := range rows.Initialisms {
		n.words[strings.ToUpper(row.Word)] = true
		row.used = true
	}
	for _, name := range reservedTypes {
		n.types[name] = true
	}
	return n
}

// splitWords cuts a name at what is neither letter nor digit and at humps: mimeType, HTTPServer, list_changed.
func splitWords(s string) []string {
	var words []string
	rs := []rune(s)
	start := -1
	flush := func(end int) {
		if start >= 0 && end > start {
			words = append(words, string(rs[start:end]))
		}
		start = -1
	}
	for i, r := range rs {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush(i)
			continue
		}
		if start >= 0 && unicode.IsUpper(r) {
			prev := rs[i-1]
			next := i+1 < len(rs) && unicode.IsLower(rs[i+1])
			if !unicode.IsUpper(prev) || next {
				flush(i)
			}
		}
		if start < 0 {
			start = i
		}
	}
	flush(len(rs))
	return words
}

// word turns any text into an exported Go identifier; "" if nothing of it can be in one.
func (n *namer) word(s string) string {
	var b strings.Builder
	for _, w := range splitWords(s) {
		up := strings.ToUpper(w)
		plural := strings.HasSuffix(w, "s") && n.words[strings.TrimSuffix(up, "S")]
		switch {
		case n.words[up]:
			b.WriteString(up)
		case plural:
			b.WriteString(strings.TrimSuffix(up, "S") + "s")
		default:
			rs := []rune(w)
			rs[0] = unicode.ToUpper(rs[0])
			b.WriteString(string(rs))
		}
	}
	return exported(b.String())
}

// exported makes s start with a capital letter.
func exported(s string) string {
	if s == "" || unicode.IsUpper([]rune(s)[0]) {
		return s
	}
	return "X" + s
}

// typeWord is a quick check whether a text has anything that can be in an identifier.
func typeWord(s string) string { return strings.Join(splitWords(s), "") }

// typeName names the type of a definition.
func (n *namer) typeName(key string) string { return n.inlineName(n.orType(key)) }

func (n *namer) orType(key string) string {
	if w := n.word(key); w != "" {
		return w
	}
	return "Type"
}

// inlineName makes a computed name final: the rename rows apply, and a taken name gets a number.
func (n *namer) inlineName(name string) string {
	return n.take(n.rows.renamed(name))
}

func (n *namer) take(name string) string {
	got := name
	for i := 2; n.types[got]; i++ {
		got = name + itoa(i)
	}
	n.types[got] = true
	return got
}

// unknownName names the variant that keeps what a union does not know.
func (n *namer) unknownName(t *Type) string { return n.take("Unknown" + t.Name) }

// signs are the names of characters that make up a value on their own.
var signs = map[rune]string{
	'+': "Plus", '-': "Minus", '*': "Star", '/': "Slash", '%': "Percent", '<': "Less", '>': "Greater", '=': "Equal",
	'!': "Not", '&': "And", '|': "Or", '~': "Tilde", '^': "Caret", '.': "Dot", ',': "Comma", ':': "Colon", '?': "Question",
	'$': "Dollar", '#': "Hash", '@': "At", '_': "Underscore", ' ': "Space",
}

// constName names the constant of an enum value. Names are unique in the package, as constants share its scope.
func (n *namer) constName(typ, value string) string {
	w := ""
	for _, part := range splitWords(value) {
		w += n.wordPart(part)
	}
	if first := []rune(value); len(first) > 0 && (w == "" || unicode.IsDigit([]rune(w)[0]) && signs[first[0]] != "") {
		prefix := ""
		for _, r := range first {
			if signs[r] == "" {
				break
			}
			prefix += signs[r]
		}
		w = prefix + w
	}
	if w == "" {
		w = "Value"
		if value == "" {
			w = "Empty"
		}
	}
	return n.take(typ + w)
}

// wordPart is word for a part that need not start an identifier.
func (n *namer) wordPart(s string) string {
	if r, _ := utf8.DecodeRuneInString(s); unicode.IsDigit(r) || unicode.ToUpper(r) == r && !unicode.IsUpper(r) {
		return s
	}
	return n.word(s)
}

// fieldNames names the fields of a struct. What is not stored gets no name.
func (n *namer) fieldNames(t *Type) {
	taken := map[string]bool{}
	for _, f := range t.Fields {
		if f.Const != nil && !f.Const.Optional {
			continue
		}
		base := n.fieldName(f.JSON)
		if slices.Contains(reservedMembers, base) {
			base += "Field"
		}
		name := base
		for i := 2; taken[name]; i++ {
			name = base + itoa(i)
		}
		taken[name] = true
		f.Go = name
	}
}

// fieldName names a member: a prefix that ends in a slash is a namespace and does not show.
func (n *namer) fieldName(member string) string {
	if i := strings.LastIndexByte(member, '/'); i >= 0 && n.word(member[i+1:]) != "" {
		member = member[i+1:]
	}
	w := n.word(member)
	if w == "" || !token.IsIdentifier(w) {
		return "Member"
	}
	return w
}

// startsWithLetter reports whether the first character of s can begin an identifier.
func startsWithLetter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}
