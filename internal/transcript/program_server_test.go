package transcript_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/anyjson"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// newServer returns the program that the library serves in all transcripts, as a user would write it. It tells what happens to it.
func newServer(tell func(what string)) *mcp.ServerHandler {
	p := &program{tell}
	yes := mcp.Some(true)
	h := &mcp.ServerHandler{
		ServerInfo:    mcp.Implementation{Name: "program", Version: "1"},
		Instructions:  "Call a tool.",
		ListTools:     p.listTools,
		CallTool:      p.callTool,
		ListPrompts:   p.listPrompts,
		GetPrompt:     p.getPrompt,
		ListResources: p.listResources,
		ReadResource:  p.readResource,
		Subscribe:     func(context.Context, *mcp.Request[mcp.SubscribeParams], *mcp.EmptyResult) error { return nil },
		Unsubscribe:   func(context.Context, *mcp.Request[mcp.UnsubscribeParams], *mcp.EmptyResult) error { return nil },
		OnRootsListChanged: func(context.Context, *mcp.Request[mcp.RootsListChangedParams]) error {
			tell(`{"roots":"changed"}`)
			return nil
		},
	}
	h.Capabilities.Logging = codec.RawString("{}")
	h.Capabilities.Tools.Set(mcp.ServerCapabilitiesTools{ListChanged: yes})
	h.Capabilities.Resources.Set(mcp.ServerCapabilitiesResources{ListChanged: yes, Subscribe: yes})
	return h
}

type program struct{ tell func(what string) }

// tools are what it has, five to have pages.
var tools = map[string]func(ctx context.Context, p *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error{
	"echo":  echo,
	"wait":  wait,
	"sleep": sleep,
	"count": count,
	"log":   logs,
	"ask":   ask,
	"think": think,
	"fail":  fail,
	"large": large,
	"leave": leave,
}

// arguments are those of all tools.
type arguments struct {
	Text string `json:"text"`
	N    int    `json:"n"`
}

func (p *program) callTool(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	f, ok := tools[r.Params.Name]
	if !ok {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "there is no tool %q", r.Params.Name)
	}
	return f(ctx, p, r, out)
}

func argumentsOf(r *mcp.Request[mcp.CallToolParams]) (a arguments, err error) {
	if !r.Params.Arguments.IsZero() {
		err = anyjson.UnmarshalRaw(r.Params.Arguments, &a)
	}
	return a, err
}

// echo answers with the text.
func echo(_ context.Context, _ *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	a, err := argumentsOf(r)
	if err != nil {
		return err
	}
	out.AddText(a.Text)
	return nil
}

// wait waits until it is cancelled, and tells of that.
func wait(ctx context.Context, p *program, _ *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
	<-ctx.Done()
	p.tell(`{"wait":"cancelled"}`)
	return ctx.Err()
}

// sleep answers after n seconds, whatever happens.
func sleep(_ context.Context, _ *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	a, err := argumentsOf(r)
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(a.N) * time.Second)
	out.AddText("slept")
	return nil
}

// count reports n steps, each of them twice: a program may be careless.
func count(ctx context.Context, _ *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	a, err := argumentsOf(r)
	if err != nil {
		return err
	}
	for i := range 2 * a.N {
		if err := r.Progress(ctx, float64(i/2+1), float64(a.N), ""); err != nil {
			return err
		}
	}
	out.AddText("counted")
	return nil
}

// logs logs at two levels.
func logs(ctx context.Context, _ *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	for _, level := range []mcp.LoggingLevel{"debug", "warning"} {
		if err := r.Log(ctx, level, "program", codec.Quote("it is "+string(level))); err != nil {
			return err
		}
	}
	out.AddText("logged")
	return nil
}

// ask asks the user.
func ask(ctx context.Context, _ *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	answer, err := r.Elicit(ctx, "sure", &mcp.ElicitFormParams{Message: "sure?"})
	if err != nil {
		return err
	}
	out.AddText(string(answer.Action))
	return nil
}

// think asks the model.
func think(ctx context.Context, _ *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	q := &mcp.CreateMessageParams{MaxTokens: 10}
	q.AddText("user", "well?")
	answer, err := r.CreateMessage(ctx, "thought", q)
	if err != nil {
		return err
	}
	out.AddText(answer.Content.Text())
	return nil
}

// fail fails without telling why.
func fail(context.Context, *program, *mcp.Request[mcp.CallToolParams], *mcp.CallToolResult) error {
	return errors.New("a secret of the program")
}

// large answers with n bytes of text.
func large(_ context.Context, _ *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	a, err := argumentsOf(r)
	if err != nil {
		return err
	}
	out.AddText(strings.Repeat("x", a.N))
	return nil
}

// leave lets the client come back for the answer, which is there n seconds later.
func leave(ctx context.Context, p *program, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	if c, ok := r.ResponseWriter.(jsonrpc.StreamCloser); ok {
		if err := c.CloseStream(time.Second); err != nil {
			return err
		}
	}
	return sleep(ctx, p, r, out)
}

// pageSize is how many items a page has.
const pageSize = 2

// page returns what a cursor is for: names from..to, and the next cursor.
func page(names []string, cursor mcp.Opt[string]) (list []string, next mcp.Opt[string], err error) {
	from := 0
	if c, ok := cursor.Get(); ok {
		if from, err = strconv.Atoi(strings.TrimPrefix(c, "from-")); err != nil || !strings.HasPrefix(c, "from-") || from < 0 || from >= len(names) {
			return nil, next, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "there is no such cursor")
		}
	}
	to := min(from+pageSize, len(names))
	if to < len(names) {
		next = mcp.Some("from-" + strconv.Itoa(to))
	}
	return names[from:to], next, nil
}

func (p *program) listTools(_ context.Context, r *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
	list, next, err := page([]string{"ask", "count", "echo", "sleep", "wait"}, r.Params.Cursor)
	for _, name := range list {
		out.Tools = append(out.Tools, mcp.Tool{Name: name, InputSchema: codec.RawString(`{"type":"object"}`)})
	}
	out.NextCursor = next
	return err
}

func (p *program) listPrompts(_ context.Context, r *mcp.Request[mcp.ListPromptsParams], out *mcp.ListPromptsResult) error {
	list, next, err := page([]string{"bye", "hello", "thanks"}, r.Params.Cursor)
	for _, name := range list {
		out.Prompts = append(out.Prompts, mcp.Prompt{Name: name})
	}
	out.NextCursor = next
	return err
}

func (p *program) getPrompt(_ context.Context, r *mcp.Request[mcp.GetPromptParams], out *mcp.GetPromptResult) error {
	out.AddText("user", r.Params.Name)
	return nil
}

func (p *program) listResources(_ context.Context, r *mcp.Request[mcp.ListResourcesParams], out *mcp.ListResourcesResult) error {
	list, next, err := page([]string{"a", "b", "c", "d"}, r.Params.Cursor)
	for _, name := range list {
		out.Resources = append(out.Resources, mcp.Resource{Name: name, URI: "test:" + name})
	}
	out.NextCursor = next
	return err
}

func (p *program) readResource(_ context.Context, r *mcp.Request[mcp.ReadResourceParams], out *mcp.ReadResourceResult) error {
	out.AddText(r.Params.URI, "text/plain", "the text")
	return nil
}
