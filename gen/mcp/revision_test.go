package mcp_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// setAll sets all functions of a handler to ones that return nil.
func setAll(handler any) {
	v := reflect.ValueOf(handler).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() != reflect.Func || v.Type().Field(i).Name == "ErrorLog" {
			continue
		}
		none := []reflect.Value{reflect.Zero(f.Type().Out(0))}
		f.Set(reflect.MakeFunc(f.Type(), func([]reflect.Value) []reflect.Value { return none }))
	}
}

var revisions = []jsonrpc.Revision{jsonrpc.Rev20241105, jsonrpc.Rev20250326, jsonrpc.Rev20250618, jsonrpc.Rev20251125, jsonrpc.Rev20260728}

// codeOf is the code that a request without params is answered with; 0 for a result.
func codeOf(t *testing.T, h jsonrpc.Handler, rev jsonrpc.Revision, method string) int {
	t.Helper()
	var m jsonrpc.Message
	require.NoError(t, jsonrpc.Scan([]byte(answer(t, h, jsonrpc.Info{Revision: rev}, method, `{}`)), &m))
	if !m.Result.IsZero() {
		return 0
	}
	var e jsonrpc.Error
	require.NoError(t, m.DecodeError(&e))
	return e.Code
}

// A handler that has a function for everything still refuses what a revision does not have.
func TestMethodsByRevision(t *testing.T) {
	t.Parallel()
	var server mcp.ServerHandler
	var client mcp.ClientHandler
	setAll(&server)
	setAll(&client)
	requests := 0
	for _, m := range mcp.Methods() {
		if m.Notification {
			continue
		}
		for _, rev := range revisions {
			requests++
			require.Equal(t, !m.ToServer(rev), codeOf(t, &server, rev, m.Name) == jsonrpc.CodeMethodNotFound, "%s to a server in %s", m.Name, rev)
			// What comes inside an InputRequiredResult is served by the same functions.
			toClient := m.ToClient(rev) || m.Embedded(rev)
			require.Equal(t, !toClient, codeOf(t, &client, rev, m.Name) == jsonrpc.CodeMethodNotFound, "%s to a client in %s", m.Name, rev)
		}
	}
	require.Greater(t, requests, 100)

	legacy := []string{
		"initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
		"tasks/get", "tasks/result", "tasks/list", "tasks/cancel",
	}
	for _, method := range legacy {
		require.Equal(t, jsonrpc.CodeMethodNotFound, codeOf(t, &server, jsonrpc.Rev20260728, method), "F-25: %s", method)
		require.NotEqual(t, jsonrpc.CodeMethodNotFound, codeOf(t, &server, jsonrpc.Rev20251125, method), method)
	}
	for _, rev := range revisions[:4] {
		for _, method := range []string{"server/discover", "subscriptions/listen"} {
			require.Equal(t, jsonrpc.CodeMethodNotFound, codeOf(t, &server, rev, method), "%s in %s", method, rev)
		}
		require.Equal(t, rev != jsonrpc.Rev20251125, codeOf(t, &server, rev, "tasks/get") == jsonrpc.CodeMethodNotFound, rev)
	}
	// What the handler answers by itself is no exception.
	for _, method := range []string{"initialize", "ping"} {
		require.Equal(t, jsonrpc.CodeMethodNotFound, codeOf(t, &mcp.ServerHandler{}, jsonrpc.Rev20260728, method), "F-25: %s", method)
	}
	require.Equal(t, jsonrpc.CodeMethodNotFound, codeOf(t, &mcp.ServerHandler{}, jsonrpc.Rev20251125, "server/discover"))
}

// Notifications of other revisions are dropped, and never answered.
func TestNotificationsByRevision(t *testing.T) {
	t.Parallel()
	var seen []string
	h := &mcp.ServerHandler{
		OnInitialized: func(context.Context, *mcp.Request[mcp.InitializedParams]) error {
			seen = append(seen, "initialized")
			return nil
		},
		OnRootsListChanged: func(context.Context, *mcp.Request[mcp.RootsListChangedParams]) error {
			seen = append(seen, "roots")
			return nil
		},
	}
	for _, rev := range []jsonrpc.Revision{jsonrpc.Rev20260728, jsonrpc.Rev20251125} {
		l := newLoop(h, rev)
		require.NoError(t, mcp.NotifyInitialized(t.Context(), l, nil))
		require.NoError(t, mcp.NotifyRootsListChanged(t.Context(), l, nil))
		require.Empty(t, l.reply.out)
		if rev.Modern() {
			require.Empty(t, seen, "F-25")
		}
	}
	require.Equal(t, []string{"initialized", "roots"}, seen)
}
