package jsonrpc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

func collect(src string) (elements []string, errs []error) {
	for element, err := range jsonrpc.ScanBatch([]byte(src)) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		elements = append(elements, string(element))
	}
	return elements, errs
}

func TestScanBatch(t *testing.T) {
	for src, want := range map[string][]string{
		`[1]`: {"1"},
		" [ {\"a\":[1,2]} ,\r\n\"x,]\", [ [] ], null ] ": {`{"a":[1,2]}`, `"x,]"`, "[ [] ]", "null"},
		`[` + strings.Repeat(`{},`, 5000) + `{}]`:        strings.Split(strings.Repeat("{},", 5000)+"{}", ","),
	} {
		got, errs := collect(src)
		require.Empty(t, errs)
		require.Equal(t, want, got)
	}
}

func TestScanBatchRefuses(t *testing.T) {
	for src, code := range map[string]int{
		"[]": jsonrpc.CodeInvalidRequest, " [ \n] ": jsonrpc.CodeInvalidRequest, "{}": jsonrpc.CodeInvalidRequest, "null": jsonrpc.CodeInvalidRequest,
		"": jsonrpc.CodeParseError, "[": jsonrpc.CodeParseError, "[1": jsonrpc.CodeParseError, "[1,]": jsonrpc.CodeParseError, "[1]]": jsonrpc.CodeParseError,
		"[1] 2": jsonrpc.CodeParseError, "[] x": jsonrpc.CodeParseError, "[{}, {\"a\":}]": jsonrpc.CodeParseError, "[\"\xff\"]": jsonrpc.CodeParseError,
		"[1 2]": jsonrpc.CodeParseError, "{} {}": jsonrpc.CodeParseError,
		strings.Repeat("[", codec.DefaultMaxDepth+1) + strings.Repeat("]", codec.DefaultMaxDepth+1): jsonrpc.CodeParseError,
	} {
		got, errs := collect(src)
		require.Empty(t, got, "nothing of a bad batch is acted on: %.50q", src)
		require.Len(t, errs, 1, "%.50q", src)
		var e *jsonrpc.Error
		require.ErrorAs(t, errs[0], &e)
		require.Equal(t, code, e.Code, "%.50q", src)
	}
}

// A bad member is its own error, and does not harm the others.
func TestScanBatchMembers(t *testing.T) {
	var kinds []jsonrpc.Kind
	var codes []int
	src := `[{"jsonrpc":"2.0","id":1,"method":"m"},7,[],{"jsonrpc":"2.0","method":"n"},{"id":2,"method":"m"}]`
	for element, err := range jsonrpc.ScanBatch([]byte(src)) {
		require.NoError(t, err)
		var (
			m jsonrpc.Message
			e *jsonrpc.Error
		)
		if err := jsonrpc.Scan(element, &m); err != nil {
			require.ErrorAs(t, err, &e)
			codes = append(codes, e.Code)
			continue
		}
		kinds = append(kinds, m.Kind)
	}
	require.Equal(t, []jsonrpc.Kind{jsonrpc.Request, jsonrpc.Notification}, kinds)
	require.Equal(t, []int{jsonrpc.CodeInvalidRequest, jsonrpc.CodeInvalidRequest, jsonrpc.CodeInvalidRequest}, codes)
}

func TestScanBatchStops(t *testing.T) {
	seen := 0
	for range jsonrpc.ScanBatch([]byte(`[1,2,3]`)) {
		if seen++; seen == 2 {
			break
		}
	}
	require.Equal(t, 2, seen)
	for range jsonrpc.ScanBatch([]byte(`[`)) {
		break
	}
}
