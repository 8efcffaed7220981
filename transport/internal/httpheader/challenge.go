package httpheader

import "strings"

// Param is a parameter of a challenge.
type Param struct {
	Name  string // in lower case
	Value string // without quotes
}

// Challenge is one way to authenticate that a WWW-Authenticate header offers (RFC 9110 section 11.6.1).
type Challenge struct {
	Scheme  string // as it was sent; schemes are compared without regard to case
	Token68 string // what some schemes have in place of parameters
	Params  []Param
}

// Get returns the value of the first parameter of that name, which is in lower case; "" if there is none.
func (c *Challenge) Get(name string) string {
	for _, p := range c.Params {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// Bearer is what a challenge of scheme Bearer says (rules I-04 to I-06). What is absent is empty.
type Bearer struct {
	Realm            string
	Scope            string
	Error            string
	ErrorDescription string
	ResourceMetadata string
	Params           []Param // all of them
}

// ParseBearer returns the first challenge of scheme Bearer in a WWW-Authenticate header; ok is false if there is none.
func ParseBearer(values []string) (b Bearer, ok bool) {
	for _, c := range ParseChallenges(values) {
		if strings.EqualFold(c.Scheme, "Bearer") {
			return Bearer{c.Get("realm"), c.Get("scope"), c.Get("error"), c.Get("error_description"), c.Get("resource_metadata"), c.Params}, true
		}
	}
	return Bearer{}, false
}

// ParseChallenges returns the challenges in a WWW-Authenticate header, in order. Its lines are one list. Values that should be
// quoted, such as URLs, are taken without quotes too. What follows something malformed in a line is ignored.
func ParseChallenges(values []string) []Challenge {
	var all []Challenge
	for _, value := range values {
		p := challengeParser{rest: value, all: all}
		for p.next() {
		}
		all = p.all
	}
	return all
}

type challengeParser struct {
	rest string
	all  []Challenge
}

// next takes one member of the list: a challenge with what follows its scheme, or a further parameter of the last one. It reports false at
// the end, or if the rest is malformed.
func (p *challengeParser) next() bool {
	p.rest = strings.TrimLeft(p.rest, ", \t")
	name := p.token()
	spaces := p.spaces()
	atEnd := p.rest == "" || p.rest[0] == ','
	switch {
	case name == "":
		return false
	case !atEnd && p.rest[0] == '=':
		return len(p.all) > 0 && p.param(name)
	case !atEnd && spaces == 0:
		return false
	}
	p.all = append(p.all, Challenge{Scheme: name})
	if atEnd || p.token68() {
		return true
	}
	name = p.token()
	p.spaces()
	return name != "" && strings.HasPrefix(p.rest, "=") && p.param(name)
}

// param takes the value of a parameter, from the equals sign on.
func (p *challengeParser) param(name string) bool {
	p.rest = p.rest[1:]
	p.spaces()
	var value string
	ok := true
	if strings.HasPrefix(p.rest, `"`) {
		value, ok = p.quoted()
	} else {
		i := strings.IndexAny(p.rest, ", \t\"")
		if i < 0 {
			i = len(p.rest)
		}
		value, p.rest = p.rest[:i], p.rest[i:]
	}
	if !ok {
		return false
	}
	c := &p.all[len(p.all)-1]
	c.Params = append(c.Params, Param{strings.ToLower(name), value})
	p.spaces()
	return p.rest == "" || p.rest[0] == ','
}

// quoted takes a quoted string.
func (p *challengeParser) quoted() (string, bool) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '"':
			p.rest = p.rest[i+1:]
			return b.String(), true
		case '\\':
			if i++; i == len(p.rest) {
				return "", false
			}
		}
		b.WriteByte(p.rest[i])
	}
	return "", false
}

// token68 takes such a token, if all up to the next comma is one.
func (p *challengeParser) token68() bool {
	member, _, _ := strings.Cut(p.rest, ",")
	token := strings.TrimRight(member, " \t")
	if strings.Trim(strings.TrimRight(token, "="), letters+"-._~+/") != "" || token[0] == '=' {
		return false
	}
	p.all[len(p.all)-1].Token68 = token
	p.rest = p.rest[len(member):]
	return true
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// token takes a token of RFC 9110; "" if there is none.
func (p *challengeParser) token() string {
	i := 0
	for i < len(p.rest) && strings.IndexByte(letters+"!#$%&'*+-.^_`|~", p.rest[i]) >= 0 {
		i++
	}
	token := p.rest[:i]
	p.rest = p.rest[i:]
	return token
}

// spaces skips them, and returns how many there were.
func (p *challengeParser) spaces() int {
	n := len(p.rest)
	p.rest = strings.TrimLeft(p.rest, " \t")
	return n - len(p.rest)
}
