package streamable

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// toolTable is what is known of the arguments that a server wants to have mirrored in headers, by tool: what its last list has
// said (rules E-11 to E-19).
type toolTable struct {
	mu    sync.RWMutex
	tools map[string][]mirrored
}

// mirrored is an argument that is sent in a header too.
type mirrored struct {
	header string
	path   []string
}

// maxTools is how many tools with such arguments are remembered.
const maxTools = 10_000

// of returns what is mirrored of a request.
func (t *toolTable) of(method string, name named) []mirrored {
	if method != callToolsCall || !name.ok {
		return nil
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.tools[name.text]
}

// mirror adds the headers for the arguments in list to h. What no header can have is left out: the server will say what it thinks of it.
func mirror(h http.Header, list []mirrored, params codec.Raw) error {
	if len(list) == 0 {
		return nil
	}
	arguments, err := peek.Member(params, "arguments")
	if err != nil {
		return transport.NewError(transport.Unknown, "the params of a call", err)
	}
	for _, m := range list {
		value := arguments
		for _, member := range m.path {
			if !value.Is(codec.KindObject) {
				value = codec.Raw{}
				break
			}
			if value, err = peek.Member(value, member); err != nil {
				return transport.NewError(transport.Unknown, "the arguments of a call", err)
			}
		}
		delete(h, http.CanonicalHeaderKey(m.header)) // of the caller's own
		if text, ok, err := httpheader.Mirror(value); ok && err == nil {
			h[m.header] = []string{text}
		}
	}
	return nil
}

// note takes what a list says of a tool.
func (t *toolTable) note(name string, list []mirrored) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(list) == 0 {
		delete(t.tools, name)
		return
	}
	if t.tools == nil {
		t.tools = map[string][]mirrored{}
	}
	if _, known := t.tools[name]; known || len(t.tools) < maxTools {
		t.tools[name] = list
	}
}

// sameParams reports whether two headers mirror the same arguments.
func sameParams(a, b http.Header) bool {
	return mirrors(a, b) && mirrors(b, a)
}

func mirrors(a, b http.Header) bool {
	for name, values := range a {
		if strings.HasPrefix(name, outParam) && !slices.Equal(values, b[name]) {
			return false
		}
	}
	return true
}

// maxPages is how many pages of a list are read for one call.
const maxPages = 100

// relist reads the list of tools anew, as a call has shown that it has changed (rule E-18).
func (c *client) relist(ctx context.Context) error {
	caller := c.conn.Caller()
	cursor := codec.Raw{}
	for range maxPages {
		next, err := func() (codec.Raw, error) {
			call := caller.NewCall(callToolsList)
			defer call.Release()
			if !cursor.IsZero() {
				call.Params = append(call.Params, `{"cursor":`...)
				call.Params = append(append(call.Params, cursor.Bytes()...), '}')
			}
			if err := caller.Do(ctx, call); err != nil {
				return codec.Raw{}, err
			}
			next, err := peek.Member(call.Reply.Result, "nextCursor")
			return next.Clone(), err
		}()
		if err != nil || next.IsZero() {
			return err
		}
		cursor = next
	}
	return nil
}

// learn notes what a list of tools says of headers. It takes in and returns it without the tools that ask for what cannot be (rules E-15,
// E-16).
func (c *client) learn(in *transport.Incoming) *transport.Incoming {
	frame := in.Bytes()
	tools, err := findTools(frame)
	if err != nil {
		return in // whoever decodes it finds that too
	}
	var keep [][]byte
	dropped := 0
	for _, t := range tools {
		name, list, err := readTool(frame[t.from:t.to])
		if err != nil {
			dropped++
			c.opts.Observe(transport.Observation{
				Event: transport.ToolDropped, Transport: "streamable", Method: callToolsList, Err: fmt.Errorf("tool %s: %w", quote(name), err),
			})
			list = nil
		} else {
			if len(keep) > 0 {
				keep = append(keep, []byte{','})
			}
			keep = append(keep, frame[t.from:t.to])
		}
		c.d.tools.note(name, list)
	}
	if dropped == 0 {
		return in
	}
	parts := append([][]byte{frame[:tools[0].from]}, keep...)
	parts = append(parts, frame[tools[len(tools)-1].to:])
	out, err := fill(c.conn.NewIncoming(len(frame)), parts...)
	if err == nil {
		err = out.Scan()
	}
	in.Release()
	if err != nil {
		panic("streamable: a list without some of its members is none: " + err.Error())
	}
	return out
}

// part is where something stands in a text.
type part struct{ from, to int }

// findTools finds the members of result.tools in a response that Scan has accepted.
func findTools(frame []byte) ([]part, error) {
	var (
		d     codec.Decoder
		seen  uint64
		tools []part
	)
	d.Reset(frame)
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key != "result" {
			d.Skip()
			continue
		}
		for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
			if key != "tools" {
				d.Skip()
				continue
			}
			d.Once(&seen, 1)
			for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
				d.Kind() // skips white space
				from := d.Offset()
				d.Skip()
				tools = append(tools, part{from, d.Offset()})
			}
		}
	}
	return tools, d.Err()
}

// readTool returns the name of a tool, and what its schema wants to have mirrored. The error says why it cannot be.
func readTool(text []byte) (name string, list []mirrored, err error) {
	tool := codec.MakeRaw(text)
	if name, err = peek.String(tool, "name"); err != nil {
		return "", nil, nil //nolint:nilerr // whoever decodes it finds that too
	}
	if !mayAnnotate(text) {
		return name, nil, nil
	}
	schema, err := peek.Member(tool, "inputSchema")
	if err != nil || schema.IsZero() {
		return name, nil, nil //nolint:nilerr // likewise
	}
	var w schemaWalk
	w.d.ResetRaw(schema)
	w.schema(nil, true)
	if w.err == nil && w.d.Err() != nil {
		w.err = w.d.Err()
	}
	if w.err != nil {
		return name, nil, w.err
	}
	return name, w.list, nil
}

var errNotReachable = errors.New("x-mcp-header where it has no meaning")
