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

// toolSchemas remembers what is annotated in input schemas.
type toolSchemas struct {
	mu     sync.RWMutex
	byTool map[string]toolSchema
}

type toolSchema struct {
	text string // of the schema
	list []mirrored
}

// of returns the annotations in the schema of a tool.
func (t *toolSchemas) of(tool string, schema codec.Raw) []mirrored {
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

// annotations returns the arguments that a schema has annotated. A schema with an annotation where none is allowed is invalid as a whole,
// and clients do not use it (rule E-14): so nothing of it is checked.
func annotations(schema codec.Raw) []mirrored {
	if !mayAnnotate(schema.Bytes()) {
		return nil
	}
	var w schemaWalk
	w.d.ResetRaw(schema)
	w.schema(nil, true)
	if w.err != nil || w.d.Err() != nil {
		return nil
	}
	for i := range w.list {
		w.list[i].header = http.CanonicalHeaderKey(w.list[i].header)
	}
	return w.list
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
