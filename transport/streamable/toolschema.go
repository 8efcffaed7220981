package streamable

import (
	"context"
	"net/http"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// annotation is an argument that a header mirrors.
type annotation struct {
	header string   // canonical
	path   []string // of the argument
}

// toolSchemas remembers what is annotated in input schemas.
type toolSchemas struct {
	mu     sync.RWMutex
	byTool map[string]toolSchema
}

type toolSchema struct {
	text string // of the schema
	list []annotation
}

// maxTools bounds what is remembered: names of tools are the program's, but nobody knows how many it makes.
const maxTools = 4096

// of returns the annotations in the schema of a tool.
func (t *toolSchemas) of(tool string, schema codec.Raw) []annotation {
	t.mu.RLock()
	known, ok := t.byTool[tool]
	t.mu.RUnlock()
	if ok && known.text == string(schema.Bytes()) {
		return known.list
	}
	known = toolSchema{string(schema.Bytes()), annotations(schema)}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byTool == nil || len(t.byTool) >= maxTools {
		t.byTool = map[string]toolSchema{}
	}
	t.byTool[string([]byte(tool))] = known
	return known.list
}

// annotations returns the arguments that a schema has annotated with x-mcp-header, where that is allowed: on properties that are reached
// by properties alone (rules E-12 to E-14). A schema with another kind of annotation is invalid as a whole, and clients do not use it;
// so nothing of it is checked.
func annotations(schema codec.Raw) []annotation {
	w := &schemaWalk{seen: map[string]bool{}}
	w.object(schema, nil, 0)
	if w.bad {
		return nil
	}
	return w.list
}

type schemaWalk struct {
	list []annotation
	seen map[string]bool
	bad  bool
}

// maxPath bounds how deep arguments are looked for.
const maxPath = 32

func (w *schemaWalk) object(schema codec.Raw, path []string, depth int) {
	if depth > maxPath || !schema.Is(codec.KindObject) {
		return
	}
	properties, err := peek.Member(schema, "properties")
	if err != nil || !properties.Is(codec.KindObject) {
		w.bad = w.bad || err != nil
		return
	}
	var d codec.Decoder
	d.ResetRaw(properties)
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		at := append(path[:len(path):len(path)], string([]byte(key)))
		property := d.Raw()
		if d.Err() != nil {
			break
		}
		w.property(property, at)
		w.object(property, at, depth+1)
	}
	w.bad = w.bad || d.Err() != nil
}

func (w *schemaWalk) property(schema codec.Raw, path []string) {
	if !schema.Is(codec.KindObject) {
		return
	}
	annotated, err := peek.Member(schema, "x-mcp-header")
	if err != nil {
		w.bad = true
		return
	}
	if annotated.IsZero() {
		return
	}
	name, err := peek.String(schema, "x-mcp-header")
	kind, err2 := peek.String(schema, "type")
	header := http.CanonicalHeaderKey("Mcp-Param-" + name)
	switch {
	case err != nil, err2 != nil, !isToken(name), w.seen[header], kind != "string" && kind != "integer" && kind != "boolean":
		w.bad = true
	default:
		w.seen[header] = true
		w.list = append(w.list, annotation{header, path})
	}
}

// isToken reports whether s is a token of RFC 9110.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && !isMark(c) {
			return false
		}
	}
	return s != ""
}

func isMark(c byte) bool {
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~':
		return true
	}
	return false
}

// checkArguments compares Mcp-Param headers with the arguments of a tools/call (rules E-26 to E-29). Headers that no annotation asks for
// are ignored.
func (h *Handler) checkArguments(ctx context.Context, r *http.Request, m *jsonrpc.Message, tool string) *jsonrpc.Error {
	schema, ok := h.set.ToolSchema(ctx, tool)
	if !ok || schema.IsZero() {
		return nil // the handler knows what to say
	}
	list := h.tools.of(tool, schema)
	if len(list) == 0 {
		return nil
	}
	arguments, err := peek.Member(m.Params, "arguments")
	for i := 0; err == nil && i < len(list); i++ {
		var value codec.Raw
		if value, err = argument(arguments, list[i].path); err != nil {
			break
		}
		if e := httpheader.Match(r.Header[list[i].header], value); e != nil {
			return mismatch(list[i].header, e)
		}
	}
	if err != nil {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: arguments: %w", err)
	}
	return nil
}

// argument returns what is at path; zero if it is absent or null.
func argument(at codec.Raw, path []string) (codec.Raw, error) {
	for _, name := range path {
		if !at.Is(codec.KindObject) {
			return codec.Raw{}, nil
		}
		var err error
		if at, err = peek.Member(at, name); err != nil {
			return codec.Raw{}, err
		}
	}
	return at, nil
}
