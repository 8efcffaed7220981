package mcp_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// values is the part of a session that keeps values.
type values struct {
	jsonrpc.Session

	m sync.Map
}

func (s *values) Value(k any) any   { v, _ := s.m.Load(k); return v }
func (s *values) SetValue(k, v any) { s.m.Store(k, v) }

// levels are all of RFC 5424, the least severe first.
var levels = []mcp.LoggingLevel{
	mcp.LoggingLevelDebug, mcp.LoggingLevelInfo, mcp.LoggingLevelNotice, mcp.LoggingLevelWarning,
	mcp.LoggingLevelError, mcp.LoggingLevelCritical, mcp.LoggingLevelAlert, mcp.LoggingLevelEmergency,
}

// logger has a tool that logs once on each level.
func logger() *mcp.ServerHandler {
	return &mcp.ServerHandler{
		Capabilities: mcp.ServerCapabilities{Logging: codec.RawString(`{}`)},
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
			for _, level := range levels {
				before := len(r.ResponseWriter.(*writer).loop.notified)
				if err := r.Log(ctx, level, "", codec.RawString(`1`)); err != nil {
					return err
				}
				if sent := len(r.ResponseWriter.(*writer).loop.notified) > before; sent != r.LogEnabled(level) {
					return errors.New("LogEnabled is wrong of " + string(level))
				}
			}
			return nil
		},
	}
}

// logged calls the tool and returns the levels that came, as JSON texts in the order of severity.
func logged(t *testing.T, l *loop) []mcp.LoggingLevel {
	t.Helper()
	l.notified = nil
	_, err := mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x"})
	require.NoError(t, err)
	var got []mcp.LoggingLevel
	for _, frame := range l.notified {
		var m jsonrpc.Message
		require.NoError(t, jsonrpc.Scan([]byte(frame), &m))
		require.Equal(t, mcp.MethodLoggingMessage, m.Method)
		var p mcp.LoggingMessageParams
		require.NoError(t, codec.UnmarshalRaw(m.Params, &p))
		require.False(t, p.Logger.Has())
		got = append(got, p.Level)
	}
	return got
}

func TestLogModern(t *testing.T) {
	t.Parallel()
	l := newLoop(logger(), jsonrpc.Rev20260728)
	require.Empty(t, logged(t, l), "A-48: nobody has asked")
	for i, level := range levels {
		l.info.LogLevel = string(level)
		require.Equal(t, levels[i:], logged(t, l), "A-48: from %s on", level)
	}
	l.info.LogLevel = "loud"
	require.Empty(t, logged(t, l), "A-48: no level that is known")

	s := &values{}
	l.info.LogLevel, l.info.Session = "", s
	l.info.Revision = jsonrpc.Rev20251125
	_, err := mcp.SetLevel(t.Context(), l, &mcp.SetLevelParams{Level: mcp.LoggingLevelDebug})
	require.NoError(t, err)
	l.info.Revision = jsonrpc.Rev20260728
	require.Empty(t, logged(t, l), "A-52: nothing is taken from requests before")
}

func TestLogLegacy(t *testing.T) {
	t.Parallel()
	for _, rev := range []jsonrpc.Revision{jsonrpc.Rev20241105, jsonrpc.Rev20250326, jsonrpc.Rev20250618, jsonrpc.Rev20251125} {
		l := newLoop(logger(), rev)
		require.Equal(t, levels, logged(t, l), "no session, no level")
		l.info.Session = &values{}
		require.Equal(t, levels, logged(t, l), "no level yet")
		_, ok := mcp.LogLevelOf(l.info.Session)
		require.False(t, ok)
		for i, level := range levels {
			_, err := mcp.SetLevel(t.Context(), l, &mcp.SetLevelParams{Level: level})
			require.NoError(t, err)
			clear(l.frame[:cap(l.frame)]) // the level must not borrow the message
			got, ok := mcp.LogLevelOf(l.info.Session)
			require.True(t, ok)
			require.Equal(t, level, got)
			require.Equal(t, levels[i:], logged(t, l), "from %s on", level)
		}
	}
	_, ok := mcp.LogLevelOf(nil)
	require.False(t, ok)
}

func TestSetLevel(t *testing.T) {
	t.Parallel()
	refused := jsonrpc.NewError(-32050, "not now", nil)
	var seen []mcp.LoggingLevel
	own := &mcp.ServerHandler{SetLevel: func(_ context.Context, r *mcp.Request[mcp.SetLevelParams], _ *mcp.EmptyResult) error {
		seen = append(seen, mcp.LoggingLevel(strings.Clone(string(r.Params.Level))))
		if r.Params.Level == mcp.LoggingLevelAlert {
			return refused
		}
		return nil
	}}
	set := func(l *loop, level mcp.LoggingLevel) int {
		_, err := mcp.SetLevel(t.Context(), l, &mcp.SetLevelParams{Level: level})
		if err == nil {
			return 0
		}
		var e *jsonrpc.Error
		require.ErrorAs(t, err, &e)
		return e.Code
	}
	l := newLoop(own, jsonrpc.Rev20250618)
	s := &values{}
	l.info.Session = s
	require.Zero(t, set(l, mcp.LoggingLevelError))
	require.Equal(t, -32050, set(l, mcp.LoggingLevelAlert))
	require.Equal(t, jsonrpc.CodeInvalidParams, set(l, "loud"))
	require.Equal(t, jsonrpc.CodeInvalidParams, set(l, "ERROR"))
	require.Equal(t, []mcp.LoggingLevel{mcp.LoggingLevelError, mcp.LoggingLevelAlert}, seen, "unknown levels do not reach the function")
	level, _ := mcp.LogLevelOf(s)
	require.Equal(t, mcp.LoggingLevelError, level, "a level that was refused is not kept")

	require.Zero(t, set(newLoop(logger(), jsonrpc.Rev20241105), mcp.LoggingLevelInfo), "answered by itself, without a session too")
	require.Equal(t, jsonrpc.CodeMethodNotFound, set(newLoop(&mcp.ServerHandler{}, jsonrpc.Rev20251125), mcp.LoggingLevelInfo), "logging is not offered")
	require.Equal(t, jsonrpc.CodeMethodNotFound, set(newLoop(own, jsonrpc.Rev20260728), mcp.LoggingLevelInfo), "F-25")
	require.Equal(t, jsonrpc.CodeMethodNotFound, set(newLoop(logger(), jsonrpc.Rev20260728), mcp.LoggingLevelInfo), "F-25")
}

func TestLogMessage(t *testing.T) {
	t.Parallel()
	var errs []error
	h := logger()
	h.CallTool = func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		errs = append(errs, r.Log(ctx, mcp.LoggingLevelWarning, "db", codec.RawString(`{"slow":true}`)),
			r.Log(ctx, "loud", "", codec.RawString(`1`)), r.Log(ctx, mcp.LoggingLevelWarning, "", codec.Raw{}))
		return nil
	}
	l := newLoop(h, jsonrpc.Rev20251125)
	_, err := mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x"})
	require.NoError(t, err)
	require.JSONEq(t, `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","logger":"db","data":{"slow":true}}}`, l.notified[0])
	require.NoError(t, errs[0])
	require.ErrorContains(t, errs[1], `unknown logging level "loud"`)
	require.ErrorContains(t, errs[2], "data", "data is required")

	// F-09: a client that was not told of logging gets none, in any revision.
	h.Capabilities = mcp.ServerCapabilities{}
	for _, rev := range revisions {
		l := newLoop(h, rev)
		errs, l.info.LogLevel = nil, "debug"
		_, err = mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x"})
		require.NoError(t, err)
		require.ErrorContains(t, errs[0], "does not offer logging")
		require.Empty(t, l.notified)
	}

	var r mcp.Request[mcp.CallToolParams]
	require.True(t, r.LogEnabled(mcp.LoggingLevelDebug), "a Request made by hand")
	require.False(t, r.LogEnabled("loud"))
}
