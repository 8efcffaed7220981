package emit

import (
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// server emits the handlers of both sides.
func (g *gen) server(p *printer) {
	p.use("context")
	p.use(jsonrpcPath)
	g.handler(p, "ServerHandler", "server", func(m *model.Method) model.Revs { return m.RevsToServer })
	// A request that came inside an InputRequiredResult is answered by the same function.
	g.handler(p, "ClientHandler", "client", func(m *model.Method) model.Revs { return m.RevsToClient | m.Embedded })
	g.pools(p)
	g.metas(p)
}

// builtin are the methods that a handler answers by itself if its field is nil.
var builtin = map[string]map[string]bool{
	"ServerHandler": {"Initialize": true, "Discover": true, "Ping": true},
	"ClientHandler": {"Ping": true},
}

// wrapped are the methods whose field the shared code calls: the condition that there is an answer, and what gives it.
var wrapped = map[string]map[string][2]string{
	"ServerHandler": {"SetLevel": {"h.hasLevels()", "h.setLevel"}},
}

// answerDocs say what is not plain about a field.
var answerDocs = map[string]map[string]string{
	"ServerHandler": {"SetLevel": " The level is a known one, and kept for Request.Log once SetLevel has returned nil. If nil, and " +
		"Capabilities.Logging is set, the handler answers by itself."},
}

// handlerOptions are the fields of a handler that do not stand for a method.
var handlerOptions = map[string][]string{
	"ServerHandler": {
		"// ServerInfo is what the server says of itself, in modern revisions with every result.",
		"ServerInfo Implementation",
		"// OmitServerInfo leaves ServerInfo out of results of modern revisions.",
		"OmitServerInfo bool",
		"// Capabilities adds to what the fields that are set show: list changes, extensions. What no field is set for is",
		"// not offered, whatever stands here. But server/discover takes Resources.Subscribe as it is, since a transport's Hub",
		"// may answer subscriptions/listen.",
		"Capabilities ServerCapabilities",
		"// Instructions tell a model how to use the server; \"\" for none.",
		"Instructions string",
		"// State seals the requestState of results that ask the client for input, and opens what the client hands back before a",
		"// function is called: what functions get in RequestState is what they, or Request.Elicit and its kin, have put there for the same",
		"// request, and anything else is refused. See NewStateSigner. If nil, it is whatever the client says.",
		"State StateSealer",
		fallbackDoc, "Fallback jsonrpc.Handler", errorLogDoc[0], errorLogDoc[1], errorLogField,
	},
	"ClientHandler": {
		"// ClientInfo is what the client says of itself; see DescribeClient.",
		"ClientInfo Implementation",
		"// Capabilities adds to what the fields that are set show: list changes, modes, extensions. What no field is set for",
		"// is not offered, whatever stands here.",
		"Capabilities ClientCapabilities",
		fallbackDoc, "Fallback jsonrpc.Handler", errorLogDoc[0], errorLogDoc[1], errorLogField,
	},
}

const (
	fallbackDoc   = "// Fallback gets the messages that no field answers; if nil, requests are answered with -32601."
	errorLogField = "ErrorLog func(ctx context.Context, method string, err error)"
)

var errorLogDoc = [2]string{
	"// ErrorLog is told of what the peer does not learn: errors of the functions that are no *jsonrpc.Error, answers",
	"// that could not be written. It may be called at any time from any goroutine; if nil, they are dropped.",
}

func (g *gen) handler(p *printer, name, side string, revs func(*model.Method) model.Revs) {
	p.f("// %s answers the messages that a %s gets, each method with the function in its field. A nil field is a method that the", name, side)
	p.f("// %s does not have. Set the fields before the first message; after that %s may serve any number of messages at", side, name)
	p.p("// the same time.")
	p.p("//")
	p.p("// A function gets its params in a Request and fills out, which is zero. Both, and all they hold, are good until it returns, as are the")
	p.p("// values of ctx.")
	p.p("// A *jsonrpc.Error that it returns is sent as it is; of any other error the peer learns only that there was one.")
	p.f("type %s struct {", name)
	for _, line := range handlerOptions[name] {
		p.p(line)
	}
	p.p()
	var requests, notes []*model.Method
	for _, m := range g.m.Methods {
		switch {
		case revs(m) == 0 || m.Go == "Cancelled":
		case m.Notification:
			notes = append(notes, m)
		default:
			requests = append(requests, m)
		}
	}
	for _, m := range requests {
		doc := m.Go + " answers " + g.methodDoc(m) + "."
		if builtin[name][m.Go] {
			doc += " If nil, the handler answers by itself."
		}
		doc += answerDocs[name][m.Go]
		p.doc(doc)
		p.f("%s func(ctx context.Context, r *Request[%s], out *%s) error", m.Go, g.paramsName(m), m.Result.Name)
	}
	p.p()
	for _, m := range notes {
		p.doc("On" + m.Go + " is told of " + g.methodDoc(m) + ". What it returns goes to the ErrorLog.")
		p.f("On%s func(ctx context.Context, r *Request[%s]) error", m.Go, g.paramsName(m))
	}
	p.p("}")
	p.p()
	p.p("// ServeMessage answers m.")
	p.f("func (h *%s) ServeMessage(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {", name)
	p.p("rev := revisionBit(m.Info().Revision)")
	p.p("switch m.Method {")
	for _, m := range requests {
		p.f("case %s:", methodConst(m))
		cond := g.inRevs(revs(m))
		f := "h." + m.Go
		if w, ok := wrapped[name][m.Go]; ok {
			cond = strings.TrimSuffix(w[0]+" && "+cond, " && ")
			f = w[1]
		} else if builtin[name][m.Go] {
			p.f("f := %s", f)
			p.p("if f == nil {")
			p.f("f = h.default%s", m.Go)
			p.p("}")
			f = "f"
		} else {
			cond = strings.TrimSuffix(f+" != nil && "+cond, " && ")
		}
		if cond == "" {
			cond = "true"
		}
		p.f("if %s {", cond)
		p.f("serve(ctx, w, m, h.common(), &pool%s, %s, %s)", m.Go, g.reading(m.Params), f)
		p.p("return")
		p.p("}")
	}
	for _, m := range notes {
		p.f("case %s:", methodConst(m))
		cond := strings.TrimSuffix("h.On"+m.Go+" != nil && "+g.inRevs(revs(m)), " && ")
		p.f("if %s {", cond)
		p.f("note(ctx, w, m, h.common(), &pool%s, %s, h.On%s)", m.Go, g.reading(m.Params), m.Go)
		p.p("return")
		p.p("}")
	}
	p.p("}")
	p.p("h.fallback(ctx, w, m)")
	p.p("}")
	p.p()
}

// inRevs is the condition that a method is in the revision, "" if it always is.
func (g *gen) inRevs(r model.Revs) string {
	if r&g.all == g.all {
		return ""
	}
	return "rev&" + mask(r) + " != 0"
}

// reading is the function that reads params of type t.
func (g *gen) reading(t *model.Type) string {
	if t.Kind == model.Union {
		return "params" + t.Name
	}
	return "(*" + t.Name + ").params"
}

// pools declares where handlers take params and results from.
func (g *gen) pools(p *printer) {
	p.p("// Params and results of handlers come from here.")
	p.p("var (")
	for _, m := range g.m.Methods {
		if m.Go == "Cancelled" {
			continue
		}
		out := "struct{}"
		if !m.Notification {
			out = m.Result.Name
		}
		p.f("pool%s = pool[%s, %s]{}", m.Go, m.Params.Name, out)
	}
	p.p(")")
	p.p()
}

// metas emits how the shared code of the handlers reaches the parts of params and results.
func (g *gen) metas(p *printer) {
	p.use(codecPath)
	params, results := map[*model.Type]bool{}, map[*model.Type]bool{}
	withMeta := map[*model.Type]bool{} // params, and what params that are a union may be
	for _, m := range g.m.Methods {
		params[m.Params], withMeta[m.Params] = true, true
		for _, v := range m.Params.Variants {
			withMeta[v.Type] = true
		}
		if m.Result != nil {
			results[m.Result] = true
			for _, a := range m.Alternatives {
				results[a] = true
			}
		}
	}
	for _, t := range g.m.Types {
		if params[t] {
			g.paramsReader(p, t)
		}
		if params[t] && slices.ContainsFunc(t.Fields, func(f *model.Field) bool { return f.JSON == "inputResponses" }) {
			p.f("func (x *%s) inputs() ([]codec.Member[InputResponse], codec.Opt[string]) { return x.InputResponses, x.RequestState }", t.Name)
			p.p()
			p.f("func (x *%s) state() *codec.Opt[string] { return &x.RequestState }", t.Name)
			p.p()
		}
		for _, f := range t.Fields {
			if f.JSON != "_meta" || f.Type.Kind != model.Named || !f.Opt {
				continue
			}
			switch meta := f.Type.Type.Name; {
			case results[t] && meta == "ResultMeta":
				p.f("func (x *%s) resultMeta() *codec.Opt[ResultMeta] { return &x.%s }", t.Name, f.Go)
				p.p()
			case withMeta[t] && meta == "RequestMeta":
				p.f("func (x *%s) requestMeta() *codec.Opt[RequestMeta] { return &x.%s }", t.Name, f.Go)
				p.p()
			}
		}
		if f := ttlOf(t); results[t] && f != nil {
			p.f("func (x *%s) ttl() *codec.Opt[int64] { return &x.%s }", t.Name, f.Go)
			p.p()
		}
		if results[t] && t.Helpers {
			p.f("func (x *%s) useSlab(s codec.Slab) { x.Slab = s }", t.Name)
			p.p()
		}
	}
}

// paramsReader emits the reading of params, in which required members must not be missing, into what is zero.
func (g *gen) paramsReader(p *printer, t *model.Type) {
	if t.Kind == model.Union {
		p.f("func params%s(x *%s, d *codec.Decoder) error {", t.Name, t.Name)
		p.f("read%s(d, x)", t.Name)
		p.p("if err := d.End(); err != nil {")
		p.p("return err")
		p.p("}")
		p.p("switch x := (*x).(type) {")
		for _, v := range distinct(t) {
			p.f("case *%s:", v.Name)
			p.p("return x.lacks()")
		}
		p.p("}")
		p.p("return nil")
		p.p("}")
		p.p()
		for _, v := range distinct(t) {
			g.lacks(p, v)
		}
		return
	}
	p.f("func (x *%s) params(d *codec.Decoder) error {", t.Name)
	p.p("x.read(d)")
	p.p("if err := d.End(); err != nil {")
	p.p("return err")
	p.p("}")
	p.p("return x.lacks()")
	p.p("}")
	p.p()
	g.lacks(p, t)
}

func (g *gen) lacks(p *printer, t *model.Type) {
	p.f("func (x *%s) lacks() error {", t.Name)
	bits := g.order(t)
	c := &checks{p: p}
	for _, f := range t.Fields {
		if tracked(f, t) {
			if cond := g.absent(f, bits[f]); cond != "" {
				c.bad(cond, "codec.Missing("+quote(f.JSON)+")")
			}
		}
	}
	c.end()
	p.p("return nil")
	p.p("}")
	p.p()
}
