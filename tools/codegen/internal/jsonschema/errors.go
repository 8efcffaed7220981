package jsonschema

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// maxErrors is how many problems one call reports.
const maxErrors = 10

// shorten cuts text from the file that would make a message unreadable.
func shorten(s string) string {
	const most = 500
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// problems collects the errors of one load.
type problems struct {
	list []*Error
	stop bool
}

func (p *problems) add(err *Error) {
	if !p.full() {
		p.list = append(p.list, err)
	}
}

// fatal replaces what is there by an error that makes further work pointless.
func (p *problems) fatal(err *Error) {
	p.list, p.stop = []*Error{err}, true
}

// full reports whether there is no use in looking for more problems.
func (p *problems) full() bool { return p.stop || len(p.list) >= maxErrors }

// err returns nil, the only error, or all of them joined in the order of their positions.
// order gives every file its rank.
func (p *problems) err(order map[string]int) error {
	switch len(p.list) {
	case 0:
		return nil
	case 1:
		return p.list[0]
	}
	slices.SortStableFunc(p.list, func(a, b *Error) int {
		return cmp.Or(
			cmp.Compare(order[a.Pos.File], order[b.Pos.File]),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
		)
	})
	errs := make([]error, len(p.list))
	for i, e := range p.list {
		errs[i] = e
	}
	return errors.Join(errs...)
}
