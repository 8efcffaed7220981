package emit

import "github.com/mcpwire/mcpwire/tools/codegen/internal/model"

// lists emits an iterator over all pages for each method that returns a list page by page.
func (g *gen) lists(p *printer) {
	p.use("context")
	p.use("iter")
	p.use(codecPath)
	p.use(jsonrpcPath)
	for _, m := range g.m.Methods {
		f := pageItems(m)
		if f == nil {
			continue
		}
		item, res := f.Type.Elem.Type.Name, m.Result.Name
		p.doc(f.Go + " yields all that the peer lists, asking it with " + m.Go + " for one page after the other. params may be nil for " +
			"none, or say where to start; they are copied, and sent with the cursor of each page. An error is yielded last, " +
			"with a nil item: one of " + m.Go + ", or that the peer gave the same cursor twice.")
		p.p("//")
		p.doc("The items of a page share memory that belongs to nobody else: they may be kept and changed. Each range over " + f.Go +
			" asks anew.")
		p.f("func %s(ctx context.Context, c jsonrpc.Caller, params *%s) iter.Seq2[*%s, error] {", f.Go, g.paramsName(m), item)
		p.f("return pages(ctx, c, params, %s, func(r *%s) ([]%s, codec.Opt[string]) { return r.%s, r.NextCursor })", m.Go, res, item, f.Go)
		p.p("}")
		p.p()
	}
}

// pageItems is the member with the items of a page, if m returns pages: it takes a cursor, and its result has the next
// one and one list of structs.
func pageItems(m *model.Method) *model.Field {
	if m.Notification || m.Params == nil || m.Params.Name != "PaginatedParams" || m.Result == nil {
		return nil
	}
	var items *model.Field
	paged := false
	for _, f := range m.Result.Fields {
		switch {
		case f.JSON == "nextCursor":
			paged = true
		case f.Type.Kind != model.List:
		case items != nil || f.Type.Elem.Kind != model.Named || f.Type.Elem.Type.Kind != model.Struct:
			return nil
		default:
			items = f
		}
	}
	if !paged {
		return nil
	}
	return items
}
