package model

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// maxErrors is how many problems one run reports.
const maxErrors = 20

// problems collects what is wrong, so that one run can tell about many things.
type problems struct {
	list []*jsonschema.Error
	seen map[jsonschema.Error]bool
}

func (p *problems) add(pos jsonschema.Pos, msg, hint string) {
	e := jsonschema.Error{Pos: pos, Msg: msg, Hint: hint}
	if p.seen[e] {
		return
	}
	if p.seen == nil {
		p.seen = map[jsonschema.Error]bool{}
	}
	p.seen[e] = true
	p.list = append(p.list, &e)
}

// sorted returns all problems in the order of their positions.
func (p *problems) sorted() []*jsonschema.Error {
	slices.SortStableFunc(p.list, func(a, b *jsonschema.Error) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Msg, b.Msg))
	})
	return p.list
}

// err joins the first problems in the order of their positions; nil if there are none.
func (p *problems) err() error {
	list := p.sorted()
	list = list[:min(len(list), maxErrors)]
	errs := make([]error, 0, len(list)+1)
	for _, e := range list {
		errs = append(errs, e)
	}
	if more := len(p.list) - len(list); more > 0 {
		errs = append(errs, errors.New(strconv.Itoa(more)+" more problems"))
	}
	return errors.Join(errs...)
}

func quote(s string) string { return strconv.Quote(s) }
