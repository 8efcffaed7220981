package emit

import (
	"slices"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// client emits the functions that send requests and notifications.
func (g *gen) client(p *printer) {
	p.use("context")
	p.use(codecPath)
	p.use(jsonrpcPath)
	params, results := map[*model.Type]bool{}, map[*model.Type][]*model.Type{} // a result with what else may come in its place
	for _, m := range g.m.Methods {
		if m.Notification {
			g.notifyStub(p, m)
			continue
		}
		g.callStubs(p, m)
		params[m.Params] = true
		if isOne(m) {
			continue
		}
		results[m.Result] = slices.Grow(results[m.Result], 1)
		for _, a := range m.Alternatives {
			results[m.Result] = appendNew(results[m.Result], a)
		}
	}
	for _, t := range g.m.Types {
		if params[t] {
			g.sendParams(p, t)
		}
		if others, ok := results[t]; ok {
			g.otherResults(p, t, others)
		}
	}
}

// isOne reports whether the result of m can be of one type only.
func isOne(m *model.Method) bool { return len(m.Alternatives) == 0 && !hasResultType(m.Result) }

// hasResultType reports whether a result says of what type it is.
func hasResultType(t *model.Type) bool {
	return slices.ContainsFunc(t.Fields, func(f *model.Field) bool { return f.JSON == "resultType" })
}

// ttlOf returns the field that says how long a result may be kept; nil if there is none.
func ttlOf(t *model.Type) *model.Field {
	if i := slices.IndexFunc(t.Fields, func(f *model.Field) bool { return f.JSON == "ttlMs" && f.Opt }); i >= 0 {
		return t.Fields[i]
	}
	return nil
}

func appendNew(list []*model.Type, t *model.Type) []*model.Type {
	for _, have := range list {
		if have == t {
			return list
		}
	}
	return append(list, t)
}

func (g *gen) notifyStub(p *printer, m *model.Method) {
	p.f("// Notify%s sends %s. params may be nil for none; it is not used after Notify%s returns.", m.Go, g.methodDoc(m), m.Go)
	p.f("func Notify%s(ctx context.Context, c jsonrpc.Caller, params %s) error {", m.Go, g.paramsArg(m))
	p.p("if params == nil {")
	p.f("return c.Notify(ctx, %s, nil)", methodConst(m))
	p.p("}")
	p.f("return c.Notify(ctx, %s, params)", methodConst(m))
	p.p("}")
	p.p()
}

// send is the call that writes params and waits for the reply.
func send(m *model.Method) string {
	if m.Params.Kind == model.Union {
		return "send" + m.Params.Name + "(ctx, c, " + methodConst(m) + ", params)"
	}
	return "params.send(ctx, c, " + methodConst(m) + ")"
}

func (g *gen) callStubs(p *printer, m *model.Method) {
	res, alt := m.Result.Name, !isOne(m)
	p.f("// %s sends %s and returns the result, which owns its memory. params may be nil for none.", m.Go, g.methodDoc(m))
	if alt {
		p.doc("Another kind of result is an error: " + alternativesDoc(m) + ".")
	}
	p.f("func %s(ctx context.Context, c jsonrpc.Caller, params %s) (*%s, error) {", m.Go, g.paramsArg(m), res)
	p.f("call, err := %s", send(m))
	p.p("if err != nil {")
	p.p("return nil, err")
	p.p("}")
	p.p("defer call.Release()")
	p.f("out := new(%s)", res)
	p.p("if err := receive(call, out); err != nil {")
	p.p("return nil, err")
	p.p("}")
	if alt {
		p.f("if err := out.other(%s, call.Reply.Result); err != nil {", methodConst(m))
		p.p("return nil, err")
		p.p("}")
	}
	p.p("return out, nil")
	p.p("}")
	p.p()
	p.f("// %sInto is %s with a result that borrows d, until d is Reset: reusing both, it allocates nothing.", m.Go, m.Go)
	p.f("func %sInto(ctx context.Context, c jsonrpc.Caller, params %s, out *%s, d *codec.Decoder) error {", m.Go, g.paramsArg(m), res)
	p.f("call, err := %s", send(m))
	p.p("if err != nil {")
	p.p("return err")
	p.p("}")
	raw := "raw := "
	if !alt {
		raw = ""
	}
	p.f("%scall.Reply.ResetResultCopy(d)", raw)
	p.p("call.Release()")
	p.f("*out = %s{}", res)
	p.p("out.read(d)")
	p.p("if err := d.End(); err != nil {")
	p.f("return resultError(%s, err)", methodConst(m))
	p.p("}")
	if alt {
		p.f("return out.other(%s, raw)", methodConst(m))
	} else {
		p.p("return nil")
	}
	p.p("}")
	p.p()
}

func alternativesDoc(m *model.Method) string {
	var words []string
	for _, a := range m.Alternatives {
		words = append(words, "*"+errorOf(a))
	}
	if hasResultType(m.Result) {
		words = append(words, "*UnknownResultError")
	}
	return orList(words)
}

// errorOf names the error that stands for an alternative result.
func errorOf(t *model.Type) string {
	if t.Name == "CreateTaskResult" {
		return "TaskCreatedError"
	}
	return "InputRequiredError"
}

// sendParams emits what appends the params to a call. It is a static call on purpose: through an interface the params would
// escape to the heap.
func (g *gen) sendParams(p *printer, t *model.Type) {
	if t.Kind == model.Union {
		p.f("func send%s(ctx context.Context, c jsonrpc.Caller, method string, x %s) (*jsonrpc.Call, error) {", t.Name, t.Name)
	} else {
		p.f("func (x *%s) send(ctx context.Context, c jsonrpc.Caller, method string) (*jsonrpc.Call, error) {", t.Name)
	}
	p.p("call := c.NewCall(method)")
	p.p("if x == nil {")
	p.p("return do(ctx, c, call, nil)")
	p.p("}")
	p.p("var err error")
	if t.Kind == model.Union {
		p.f("call.Params, err = append%s(call.Params, x, revisionBit(call.Revision))", t.Name)
	} else {
		p.p("call.Params, err = x.AppendJSONFor(call.Params, call.Revision)")
	}
	p.p("return do(ctx, c, call, err)")
	p.p("}")
	p.p()
}

// otherResults emits the test whether a result is in truth one of another type (rules J-02, J-03).
func (g *gen) otherResults(p *printer, t *model.Type, others []*model.Type) {
	p.f("// other returns the error that stands for the result raw of a method if it is of another type than %s.", t.Name)
	typed := hasResultType(t)
	method := "_"
	if typed {
		method = "method"
	}
	p.f("func (x *%s) other(%s string, raw codec.Raw) error {", t.Name, method)
	if typed {
		p.p("if codec.IsSet(&x.ResultType) && *x.ResultType.Ptr() != resultComplete {")
		if slices.ContainsFunc(others, func(o *model.Type) bool { return errorOf(o) == "InputRequiredError" }) {
			p.p("if *x.ResultType.Ptr() == resultInputRequired {")
			p.p("return inputRequired(raw)")
			p.p("}")
		}
		p.p("return unknownResult(method, *x.ResultType.Ptr(), raw)")
		p.p("}")
	}
	for _, o := range others {
		if errorOf(o) != "TaskCreatedError" {
			continue
		}
		bit := -1
		for f, b := range g.order(t) {
			if tracked(f, t) && (bit < 0 || b < bit) {
				bit = b
			}
		}
		p.f(`if x.Extra.Missing(%d) && x.Extra.Has("task") {`, bit)
		p.p("return taskCreated(raw)")
		p.p("}")
	}
	if f := ttlOf(t); f != nil {
		p.f("notNegative(&x.%s)", f.Go)
	}
	p.p("return nil")
	p.p("}")
	p.p()
}
