package mcp_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// page is what a server answers to one cursor.
type page struct {
	names []string
	next  mcp.Opt[string]
	err   error
}

// first stands for no cursor; an empty cursor is another thing.
const first = "(none)"

// paged is a server of tools that notes the cursors it is asked for.
func paged(pages map[string]page, asked *[]string) *mcp.ServerHandler {
	return &mcp.ServerHandler{
		ListTools: func(_ context.Context, r *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
			cursor := r.Params.Cursor.Or(first)
			*asked = append(*asked, cursor+r.Params.Meta.Or(mcp.RequestMeta{}).ProgressToken.String())
			p, ok := pages[cursor]
			if !ok {
				return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "no cursor %q", cursor)
			}
			for _, name := range p.names {
				out.Tools = append(out.Tools, mcp.Tool{Name: name, InputSchema: codec.RawString(`{}`)})
			}
			out.NextCursor = p.next
			return p.err
		},
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	refused := jsonrpc.NewError(-32050, "busy", nil)
	for name, test := range map[string]struct {
		pages  map[string]page
		params *mcp.ListToolsParams
		want   []string
		asked  []string
		err    string // of the last item; "" for none
	}{
		"one page":           {map[string]page{first: {names: []string{"a", "b"}}}, nil, []string{"a", "b"}, []string{"(none)none"}, ""},
		"no items":           {map[string]page{first: {}}, nil, nil, []string{"(none)none"}, ""},
		"null ends the list": {map[string]page{first: {names: []string{"a"}, next: codec.Null[string]()}}, nil, []string{"a"}, []string{"(none)none"}, ""},
		"empty cursor, empty page": {
			map[string]page{first: {names: []string{"a"}, next: mcp.Some("")}, "": {next: mcp.Some("2")}, "2": {names: []string{"b"}}},
			nil, []string{"a", "b"}, []string{"(none)none", "none", "2none"}, "",
		},
		"starts at a cursor, keeps the metadata": {
			map[string]page{"1": {names: []string{"b"}, next: mcp.Some("2")}, "2": {names: []string{"c"}}},
			&mcp.ListToolsParams{Cursor: mcp.Some("1"), Meta: mcp.Some(mcp.RequestMeta{ProgressToken: jsonrpc.IntID(7)})},
			[]string{"b", "c"}, []string{"17", "27"}, "",
		},
		"error on the second page": {
			map[string]page{first: {names: []string{"a"}, next: mcp.Some("2")}, "2": {err: refused}},
			nil, []string{"a"}, []string{"(none)none", "2none"}, "busy",
		},
		"same cursor twice": {
			map[string]page{first: {names: []string{"a"}, next: mcp.Some("x")}, "x": {names: []string{"b"}, next: mcp.Some("x")}},
			nil, []string{"a", "b"}, []string{"(none)none", "xnone"}, "list without end",
		},
		"same empty cursor twice": {
			map[string]page{first: {next: mcp.Some("")}, "": {next: mcp.Some("")}},
			nil, nil, []string{"(none)none", "none"}, "list without end",
		},
		"the caller's own cursor comes back": {
			map[string]page{"x": {names: []string{"b"}, next: mcp.Some("x")}},
			&mcp.ListToolsParams{Cursor: mcp.Some("x")},
			[]string{"b"}, []string{"xnone"}, "list without end",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked, got []string
			var before mcp.ListToolsParams
			if test.params != nil {
				before = *test.params
			}
			l := newLoop(paged(test.pages, &asked), jsonrpc.Rev20251125)
			var failed []error
			for tool, err := range mcp.Tools(t.Context(), l, test.params) {
				require.Empty(t, failed, "an error is the last")
				require.Equal(t, err == nil, tool != nil)
				if err != nil {
					failed = append(failed, err)
					continue
				}
				got = append(got, tool.Name)
			}
			require.Equal(t, test.want, got)
			require.Equal(t, test.asked, asked)
			if test.params != nil {
				require.Empty(t, cmp.Diff(before, *test.params), "the caller's params are not changed")
			}
			if test.err == "" {
				require.Empty(t, failed)
				return
			}
			require.Len(t, failed, 1)
			require.ErrorContains(t, failed[0], test.err)
		})
	}
}

func TestPagesStopAndStartAgain(t *testing.T) {
	t.Parallel()
	var asked []string
	l := newLoop(paged(map[string]page{first: {names: []string{"a", "b"}, next: mcp.Some("2")}, "2": {names: []string{"c"}}}, &asked), jsonrpc.Latest)
	params := &mcp.ListToolsParams{}
	tools := mcp.Tools(t.Context(), l, params)
	params.Cursor.Set("unknown") // params were copied
	for tool, err := range tools {
		require.NoError(t, err)
		require.Equal(t, "a", tool.Name)
		break
	}
	require.Len(t, asked, 1, "nothing is asked ahead")
	var kept []*mcp.Tool
	for tool, err := range tools {
		require.NoError(t, err)
		kept = append(kept, tool)
	}
	require.Len(t, asked, 3, "a second range begins with the first page")
	clear(l.reply.out[:cap(l.reply.out)])
	require.Len(t, kept, 3)
	for i, want := range []string{"a", "b", "c"} {
		require.Equal(t, want, kept[i].Name, "items own their memory")
		require.JSONEq(t, `{}`, kept[i].InputSchema.String())
	}
}

// Each method with pages has its iterator.
func TestAllLists(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{
		ListPrompts: func(_ context.Context, r *mcp.Request[mcp.ListPromptsParams], out *mcp.ListPromptsResult) error {
			out.Prompts = []mcp.Prompt{{Name: nextPage(&r.Params, &out.NextCursor)}}
			return nil
		},
		ListResources: func(_ context.Context, r *mcp.Request[mcp.ListResourcesParams], out *mcp.ListResourcesResult) error {
			out.Resources = []mcp.Resource{{Name: nextPage(&r.Params, &out.NextCursor)}}
			return nil
		},
		ListResourceTemplates: func(_ context.Context, r *mcp.Request[mcp.ListResourceTemplatesParams], out *mcp.ListResourceTemplatesResult) error {
			out.ResourceTemplates = []mcp.ResourceTemplate{{Name: nextPage(&r.Params, &out.NextCursor)}}
			return nil
		},
		ListTasks: func(_ context.Context, r *mcp.Request[mcp.ListTasksParams], out *mcp.ListTasksResult) error {
			out.Tasks = []mcp.Task{{TaskID: nextPage(&r.Params, &out.NextCursor), Status: mcp.TaskStatusWorking, TTL: codec.Null[int64]()}}
			return nil
		},
	}
	l := newLoop(h, jsonrpc.Rev20251125)
	var got []string
	for x, err := range mcp.Prompts(t.Context(), l, nil) {
		require.NoError(t, err)
		got = append(got, "prompt"+x.Name)
	}
	for x, err := range mcp.Resources(t.Context(), l, nil) {
		require.NoError(t, err)
		got = append(got, "resource"+x.Name)
	}
	for x, err := range mcp.ResourceTemplates(t.Context(), l, nil) {
		require.NoError(t, err)
		got = append(got, "template"+x.Name)
	}
	for x, err := range mcp.Tasks(t.Context(), l, nil) {
		require.NoError(t, err)
		got = append(got, "task"+x.TaskID)
	}
	require.Equal(t, []string{"prompt0", "prompt1", "resource0", "resource1", "template0", "template1", "task0", "task1"}, got)
}

// nextPage names the only item of a page, which is one of two.
func nextPage(p *mcp.PaginatedParams, next *mcp.Opt[string]) string {
	n, err := strconv.Atoi(p.Cursor.Or("0"))
	if err != nil {
		return err.Error()
	}
	if n == 0 {
		next.Set("1")
	}
	return strconv.Itoa(n)
}

// An error of the connection ends the loop as well.
func TestPagesOnClosedConnection(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection closed")
	n := 0
	for tool, err := range mcp.Tools(t.Context(), &brokenCaller{loop: newLoop(nil, jsonrpc.Latest), err: broken}, nil) {
		require.Nil(t, tool)
		require.ErrorIs(t, err, broken)
		n++
	}
	require.Equal(t, 1, n)
}

// brokenCaller is a connection that is closed.
type brokenCaller struct {
	*loop

	err error
}

func (b *brokenCaller) Do(context.Context, *jsonrpc.Call) error { return b.err }

// Tools yields what a server has, page after page.
func ExampleTools() {
	server := &mcp.ServerHandler{
		ListTools: func(_ context.Context, r *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
			if !r.Params.Cursor.Has() {
				out.Tools = []mcp.Tool{{Name: "read", InputSchema: codec.RawString(`{"type":"object"}`)}}
				out.NextCursor.Set("2")
				return nil
			}
			out.Tools = []mcp.Tool{{Name: "write", InputSchema: codec.RawString(`{"type":"object"}`)}}
			return nil
		},
	}
	caller := &loop{handler: server, info: jsonrpc.Info{Revision: jsonrpc.Latest}}
	for tool, err := range mcp.Tools(context.Background(), caller, nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(tool.Name)
	}
	// Output:
	// read
	// write
}
