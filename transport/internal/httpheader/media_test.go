package httpheader_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

func TestParseAccept(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule   string
		header []string
		json   bool
		events bool
	}{
		{"E-03: both", []string{"application/json, text/event-stream"}, true, true},
		{"D-03: both, over several lines", []string{"application/json", "text/event-stream"}, true, true},
		{"D-27: events only", []string{"text/event-stream"}, false, true},
		{"JSON only", []string{"application/json"}, true, false},
		{"neither", []string{"text/html, application/xml"}, false, false},
		{"no header allows everything", nil, true, true},
		{"an empty one allows nothing", []string{""}, false, false},
		{"anything", []string{"*/*"}, true, true},
		{"any application", []string{"application/*"}, true, false},
		{"any text", []string{"text/*"}, false, true},
		{"weights", []string{"application/json;q=0.5, text/event-stream; q=0.001"}, true, true},
		{"a weight of zero forbids", []string{"application/json;q=0, text/event-stream"}, false, true},
		{"so does zero in any form", []string{"application/json;q=0.000, text/event-stream;Q=0."}, false, false},
		{"what is more specific counts", []string{"*/*, application/json;q=0"}, false, true},
		{"in any order", []string{"application/json;q=0, application/*, */*"}, false, true},
		{"over a forbidden wildcard", []string{"*/*;q=0, text/event-stream"}, false, true},
		{"families count over anything", []string{"*/*, text/*;q=0"}, true, false},
		{"types know no case", []string{"APPLICATION/JSON, Text/Event-Stream"}, true, true},
		{"parameters do not matter", []string{`application/json;charset=utf-8, text/event-stream;x="a,b;q=0"`}, true, true},
		{"one of two with parameters", []string{"application/json;v=1;q=0, application/json;v=2"}, true, false},
		{"commas in quotes", []string{`text/html;x="\",application/json,", text/event-stream`}, false, true},
		{"empty members", []string{",, application/json ,\t,"}, true, false},
		{"what is malformed allows nothing", []string{"application/json;;q, ///, text/event-stream"}, false, true},
		{"a longer type is another", []string{"application/jsonx, text/event-streams, application/json-seq"}, false, false},
	} {
		require.Equal(t, httpheader.Accept{JSON: row.json, Events: row.events}, httpheader.ParseAccept(row.header), row.rule)
	}
}

func TestIsJSONBody(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule   string
		header []string
		want   bool
	}{
		{"D-09: JSON", []string{"application/json"}, true},
		{"D-09: with charset", []string{"application/json; charset=utf-8"}, true},
		{"D-09: in any form", []string{`Application/JSON;Charset="UTF-8"`}, true},
		{"D-09: another charset", []string{"application/json; charset=utf-16"}, false},
		{"D-09: another parameter", []string{"application/json; charset=utf-8; v=1"}, false},
		{"D-09: a parameter that is malformed", []string{"application/json; charset"}, false},
		{"D-09: twice the same parameter", []string{"application/json; charset=utf-8; charset=utf-16"}, false},
		{"D-09: missing", nil, false},
		{"D-09: empty", []string{""}, false},
		{"D-09: two lines", []string{"application/json", "application/json"}, false},
		{"D-09: two in a line", []string{"application/json, text/plain"}, false},
		{"D-09: text", []string{"text/plain"}, false},
		{"D-09: a form", []string{"application/x-www-form-urlencoded"}, false},
		{"D-09: files", []string{"multipart/form-data; boundary=x"}, false},
		{"D-09: a longer type", []string{"application/jsonx"}, false},
		{"D-09: JSON of something", []string{"application/problem+json"}, false},
		{"D-09: JSON as a parameter", []string{"text/plain;application/json"}, false},
	} {
		require.Equal(t, row.want, httpheader.IsJSONBody(row.header), row.rule)
	}
}

func TestMediaType(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"application/json":                  httpheader.JSON,
		"text/event-stream":                 httpheader.Events,
		"Text/Event-Stream; charset=utf-8":  httpheader.Events,
		"application/json ;":                httpheader.JSON,
		"application/json; what is this":    httpheader.JSON,
		"text/event-stream;charset=a;b;b=c": httpheader.Events,
		"text/html":                         "text/html",
		"":                                  "",
		"no type/at all":                    "",
		"application/json, text/html":       "",
	} {
		require.Equal(t, want, httpheader.MediaType([]string{value}), "D-08: %s", value)
	}
	require.Empty(t, httpheader.MediaType(nil))
	require.Empty(t, httpheader.MediaType([]string{httpheader.JSON, httpheader.JSON}))
}
