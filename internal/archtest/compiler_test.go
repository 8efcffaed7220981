package archtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/archtest"
	"github.com/mcpwire/mcpwire/internal/builds"
)

// What the hot paths depend on. A row is here because the figures get worse without it, not because it holds.
var pins = []archtest.Pin{
	{Func: "codec.Decoder.Once", Inlines: true, Why: "generated code asks for each member"},
	{Func: "codec.Decoder.Err", Inlines: true, Why: "generated code asks after each value"},
	{Func: "codec.Decoder.space", Inlines: true, Why: "there may be white space before each token, and mostly there is none"},
	{Func: "codec.Opt.Ptr", Inlines: true, Why: "generated code decodes into optional members where they are"},
	{Func: "codec.IsPresent", Inlines: true, Why: "generated code asks for each optional member that it may write"},
	{Func: "codec.IsSet", Inlines: true, Why: "generated code asks for each optional member that it writes"},
	{Func: "codec.Raw.IsZero", Inlines: true, Why: "generated code asks for each raw member that it may write"},
	{Func: "codec/internal/scan.Stops", Inlines: true, Why: "it is the inside of the loops over 8 bytes"},
	{Func: "codec.Decoder.peek", Inlines: true, Why: "each token that is read begins with it, and calls nothing where there is no white space"},
	{Func: "codec.copy16", Inlines: true, Why: "it is the inside of the loop over short strings that are written"},
	{Func: "codec/internal/scan.NotPlain", Inlines: true, Why: "each name and each short string is looked at by it"},
	{Func: "codec/internal/scan.Fused", Inlines: true, Why: "each string that is written asks"},
	{Func: "codec/internal/scan.FindsTokens", Inlines: true, Why: "each value that is skipped asks"},
	{Func: "codec/internal/bytesconv.String", Inlines: true, Why: "each string that is read is made by it"},

	{Func: "codec.AppendString", Keeps: []string{"dst", "s"}, Why: "strings that are made on the stack would be copied to the heap to be written"},
	{Func: "codec.AppendExtra", Keeps: []string{"dst"}, Why: "each object that is written would cost an allocation"},
	{Func: "codec.Decoder.String", Keeps: []string{"d"}, Why: "a Decoder on the stack would move to the heap"},
	{Func: "codec.Decoder.OptString", Keeps: []string{"d", "o"}, Why: "so would values that are decoded into"},
	{Func: "codec.Decoder.FirstKey", Keeps: []string{"d"}, Why: "a Decoder on the stack would move to the heap"},
	{Func: "codec.Decoder.NextKey", Keeps: []string{"d"}, Why: "a Decoder on the stack would move to the heap"},
	{Func: "codec.Decoder.Skip", Keeps: []string{"d"}, Why: "codec.Valid has its Decoder on the stack"},
	{Func: "codec.Decoder.Reset", Keeps: []string{"d"}, Why: "codec.Valid has its Decoder on the stack"},
	{Func: "gen/mcp.CallToolParams.appendJSON", Keeps: []string{"dst", "x"}, Why: "params that are made on the stack would move to the heap to be written"},
	{Func: "gen/mcp.CallToolResult.appendJSON", Keeps: []string{"dst", "x"}, Why: "results that are made on the stack would move to the heap to be written"},
}

func TestCompilerDecisions(t *testing.T) {
	t.Parallel()
	builds.PlainOnly(t)
	cmd := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-m", "./codec", "./codec/internal/...", "./gen/mcp")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	d, err := archtest.ReadDecisions(root, string(out))
	require.NoError(t, err)
	for _, wrong := range d.Check(pins) {
		t.Error(wrong)
	}
}

func TestReadDecisions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "p"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p", "a.go"), []byte(`package p

func small(b []byte, s string) []byte { return append(b, s...) }

func (o *opt[T]) ptr() *T { return &o.v }

func big(x *int, y, z []byte) { keep = x; func() { work(y) }() }
`), 0o600))
	const out = `# example.com/p
p/a.go:3:6: can inline small
p/a.go:3:12: leaking param: b to result ~r0 level=0
p/a.go:3:22: s does not escape
./p/a.go:5:6: can inline p.(*opt[go.shape.int]).ptr
./p/a.go:5:7: leaking param: o to result ~r0 level=0
p/a.go:7:43: can inline big.func1
p/a.go:7:10: leaking param: x
p/a.go:7:18: leaking param content: y
/usr/local/go/src/sync/oncefunc.go:46:6: can inline sync.OnceValue
`
	d, err := archtest.ReadDecisions(dir, out)
	require.NoError(t, err)
	require.Empty(t, d.Check([]archtest.Pin{
		{Func: "p.small", Inlines: true, Keeps: []string{"b", "s"}},
		{Func: "p.opt.ptr", Inlines: true, Keeps: []string{"o"}},
	}))
	require.Equal(t, []string{
		"p.big is not inlined any more: because",
		"p.big: x escapes (leaking param: x): because",
		"p.big: z escapes (the compiler does not mention it): because",
		"p.gone is not inlined any more: because",
	}, d.Check([]archtest.Pin{
		{Func: "p.big", Inlines: true, Keeps: []string{"x", "y", "z"}, Why: "because"},
		{Func: "p.gone", Inlines: true, Why: "because"},
	}))

	_, err = archtest.ReadDecisions(dir, "p/b.go:1:6: can inline missing\n")
	require.ErrorIs(t, err, os.ErrNotExist)
}
