package httpheader_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

type (
	challenge = httpheader.Challenge
	params    = []httpheader.Param
)

var challenges = []struct {
	rule   string
	header []string
	want   []challenge
}{
	{"no header", nil, nil},
	{"an empty header", []string{"", " , "}, nil},
	{"a scheme alone", []string{"Negotiate"}, []challenge{{Scheme: "Negotiate"}}},
	{"schemes alone", []string{"Negotiate, Bearer , NTLM"}, []challenge{{Scheme: "Negotiate"}, {Scheme: "Bearer"}, {Scheme: "NTLM"}}},
	{"a token", []string{"Bearer realm=mcp"}, []challenge{{Scheme: "Bearer", Params: params{{"realm", "mcp"}}}}},
	{"a quoted string", []string{`Bearer realm="a, b = c"`}, []challenge{{Scheme: "Bearer", Params: params{{"realm", "a, b = c"}}}}},
	{"escapes", []string{`Bearer realm="\"\\\a"`}, []challenge{{Scheme: "Bearer", Params: params{{"realm", `"\a`}}}}},
	{"an empty string", []string{`Bearer realm="", scope=""`}, []challenge{{Scheme: "Bearer", Params: params{{"realm", ""}, {"scope", ""}}}}},
	{
		"several parameters", []string{`Bearer realm="mcp", error="invalid_token",scope="a b" , x=1`},
		[]challenge{{Scheme: "Bearer", Params: params{{"realm", "mcp"}, {"error", "invalid_token"}, {"scope", "a b"}, {"x", "1"}}}},
	},
	{"names in lower case", []string{"BEARER Realm=mcp"}, []challenge{{Scheme: "BEARER", Params: params{{"realm", "mcp"}}}}},
	{"spaces around the equals sign", []string{"Bearer realm = mcp, x =\t\"y\""}, []challenge{{Scheme: "Bearer", Params: params{{"realm", "mcp"}, {"x", "y"}}}}},
	{"a token of 68 characters", []string{"Negotiate YII+/-._~a=="}, []challenge{{Scheme: "Negotiate", Token68: "YII+/-._~a=="}}},
	{"one that looks like a parameter", []string{"Basic realm="}, []challenge{{Scheme: "Basic", Token68: "realm="}}},
	{
		"several challenges", []string{`Negotiate abc==, Basic realm="x", Bearer realm="y", scope=z, Digest`},
		[]challenge{
			{Scheme: "Negotiate", Token68: "abc=="}, {Scheme: "Basic", Params: params{{"realm", "x"}}},
			{Scheme: "Bearer", Params: params{{"realm", "y"}, {"scope", "z"}}}, {Scheme: "Digest"},
		},
	},
	{
		"the example of RFC 9110", []string{`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`},
		[]challenge{
			{Scheme: "Basic", Params: params{{"realm", "simple"}}},
			{Scheme: "Newauth", Params: params{{"realm", "apps"}, {"type", "1"}, {"title", `Login to "apps"`}}},
		},
	},
	{
		"several lines", []string{`Basic realm="x"`, `Bearer error=insufficient_scope`},
		[]challenge{{Scheme: "Basic", Params: params{{"realm", "x"}}}, {Scheme: "Bearer", Params: params{{"error", "insufficient_scope"}}}},
	},
	{"lines are one list", []string{"Bearer a=1", "b=2, Basic"}, []challenge{{Scheme: "Bearer", Params: params{{"a", "1"}, {"b", "2"}}}, {Scheme: "Basic"}}},
	{"empty members", []string{",Bearer ,, a=1,,b=2 ,"}, []challenge{{Scheme: "Bearer", Params: params{{"a", "1"}, {"b", "2"}}}}},
	{"a URL without quotes", []string{"Bearer resource_metadata=https://a.example/x?y=z, a=1"}, []challenge{{Scheme: "Bearer", Params: params{{"resource_metadata", "https://a.example/x?y=z"}, {"a", "1"}}}}},
	{"a name twice", []string{"Bearer a=1, a=2"}, []challenge{{Scheme: "Bearer", Params: params{{"a", "1"}, {"a", "2"}}}}},
	{"an unfinished string", []string{`Bearer a=1, b="2`, "Basic"}, []challenge{{Scheme: "Bearer", Params: params{{"a", "1"}}}, {Scheme: "Basic"}}},
	{"an unfinished escape", []string{`Bearer a=1, b="2\`}, []challenge{{Scheme: "Bearer", Params: params{{"a", "1"}}}}},
	{"something behind a string", []string{`Bearer a="1"x, b=2`}, []challenge{{Scheme: "Bearer", Params: params{{"a", "1"}}}}},
	{"a string in a value", []string{`Bearer a=1"2", b=2`}, []challenge{{Scheme: "Bearer", Params: params{{"a", "1"}}}}},
	{"no comma between parameters", []string{`Bearer a=1 b=2, c=3`}, []challenge{{Scheme: "Bearer", Params: params{{"a", "1"}}}}},
	{"a parameter without challenge", []string{"a=1, Bearer", "Basic"}, []challenge{{Scheme: "Basic"}}},
	{"no name", []string{"=1"}, nil},
	{"a scheme that is no token", []string{"Bear/er realm=x"}, nil},
	{"parameters that are none", []string{"Bearer (a), b=2"}, []challenge{{Scheme: "Bearer"}}},
	{"a parameter without equals sign", []string{"Bearer a b=2"}, []challenge{{Scheme: "Bearer"}}},
	{"bytes that are not ASCII", []string{"Bearer r=\u00e4, \u00e4=r"}, []challenge{{Scheme: "Bearer", Params: params{{"r", "\u00e4"}}}}},
}

func TestParseChallenges(t *testing.T) {
	t.Parallel()
	for _, row := range challenges {
		require.Equal(t, row.want, httpheader.ParseChallenges(row.header), "RFC 9110, 11.6.1: %s", row.rule)
	}
}

func TestParseBearer(t *testing.T) {
	t.Parallel()
	got, ok := httpheader.ParseBearer([]string{
		`Basic realm="x"`,
		`bearer realm="mcp", error="insufficient_scope", error_description="needs more", scope="files:read files:write", ` +
			`resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp", max_age=5, realm=second`,
		`Bearer realm="another"`,
	})
	require.True(t, ok, "I-05")
	require.Equal(t, httpheader.Bearer{
		Realm: "mcp", Scope: "files:read files:write", Error: "insufficient_scope", ErrorDescription: "needs more",
		ResourceMetadata: "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
		Params: params{
			{"realm", "mcp"}, {"error", "insufficient_scope"}, {"error_description", "needs more"}, {"scope", "files:read files:write"},
			{"resource_metadata", "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"}, {"max_age", "5"}, {"realm", "second"},
		},
	}, got, "I-06")
	got, ok = httpheader.ParseBearer([]string{"Bearer"})
	require.True(t, ok, "T-17")
	require.Zero(t, got)
	_, ok = httpheader.ParseBearer([]string{`Basic realm="Bearer"`, "Bearerx a=1"})
	require.False(t, ok, "T-17")
}

// Whatever is written as a challenge is read as that, beside anything else.
func FuzzChallenges(f *testing.F) {
	for _, row := range challenges {
		f.Add(row.rule, row.rule, strings.Join(row.header, ", "))
		for _, c := range row.want {
			for _, p := range c.Params {
				f.Add(p.Name, p.Value, c.Token68)
			}
		}
	}
	quote := strings.NewReplacer(`"`, `\"`, `\`, `\\`)
	f.Fuzz(func(t *testing.T, name, value, other string) {
		name = "x" + strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r == '-' {
				return r
			}
			return '_'
		}, name)
		header := "Bearer " + name + "=\"" + quote.Replace(value) + "\", b=2"
		want := challenge{Scheme: "Bearer", Params: params{{name, value}, {"b", "2"}}}
		require.Equal(t, []challenge{want}, httpheader.ParseChallenges([]string{header}))
		all := httpheader.ParseChallenges([]string{other, header})
		require.Equal(t, want, all[len(all)-1])
		for _, c := range httpheader.ParseChallenges([]string{other}) {
			require.NotEmpty(t, c.Scheme)
			require.Contains(t, other, c.Scheme)
			for _, p := range c.Params {
				require.NotEmpty(t, p.Name)
				require.Equal(t, strings.ToLower(p.Name), p.Name)
			}
		}
	})
}
