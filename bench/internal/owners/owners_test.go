package owners

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/require"
)

const module = "example.com/m"

func TestOwnerOf(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name            string
		stack           []string // the innermost first
		owner, function string
	}{
		{"own", []string{"example.com/m/codec.(*Decoder).Skip", "example.com/m/wire.serve", "net/http.(*conn).serve"}, "codec", "codec.(*Decoder).Skip"},
		{"allocated for", []string{"runtime.mallocgc", "runtime.makeslice", "example.com/m/a/b.f", "net/http.(*conn).serve"}, "a/b", "b.f"},
		{"with type parameters", []string{"example.com/m/gen.serve[go.shape.struct { example.com/x/y.Z }]", "net/http.(*conn).serve"}, "gen", "gen.serve"},
		{"method with them", []string{"example.com/m/gen.(*pool[go.shape.struct { F example.com/x.O[string] },go.shape.int]).put"}, "gen", "gen.(*pool).put"},
		{"closure", []string{"example.com/m/gen.f.func1.2-range1"}, "gen", "gen.f"},
		{"of net/http", []string{"bytes.IndexByte", "net/textproto.(*Reader).ReadLine", "net/http.(*conn).serve"}, HTTP, ""},
		{"of net/http for us", []string{"net/http.Header.Set", "example.com/m/wire.serve", "net/http.(*conn).serve"}, HTTP, ""},
		{"another module", []string{"example.com/mm/x.f", "net/http.(*conn).serve"}, HTTP, ""},
		{"write", []string{"internal/runtime/syscall/linux.Syscall6", "syscall.write", "internal/poll.(*FD).Write", "example.com/m/wire.serve"}, SystemCalls, ""},
		{"futex", []string{"runtime.futex", "runtime.futexsleep", "runtime.schedule", "runtime.mcall"}, Scheduler, ""},
		{"poll", []string{"internal/runtime/syscall/linux.EpollWait", "runtime.netpoll", "runtime.findRunnable"}, Scheduler, ""},
		{"schedule", []string{"runtime.runqgrab", "runtime.findRunnable", "runtime.schedule", "runtime.mcall"}, Scheduler, ""},
		{"mark", []string{"runtime.scanobject", "runtime.gcDrain", "runtime.gcBgMarkWorker"}, Collector, ""},
		{"assist", []string{"runtime.scanobject", "runtime.gcAssistAlloc", "runtime.mallocgc", "example.com/m/a.f"}, Collector, ""},
		{"nobody's", []string{"runtime.memmove", "main.main"}, Other, ""},
		{"nothing", nil, Other, ""},
	} {
		owner, function := ownerOf(row.stack, module)
		require.Equal(t, row.owner, owner, row.name)
		require.Equal(t, row.function, function, row.name)
	}
}

// sampled returns a profile with one sample for each stack of one function.
func sampled(kind string, functions ...string) *profile.Profile {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: kind, Unit: "nanoseconds"}}}
	for i, name := range functions {
		f := &profile.Function{ID: uint64(i) + 1, Name: name}
		l := &profile.Location{ID: f.ID, Line: []profile.Line{{Function: f}}}
		p.Function, p.Location = append(p.Function, f), append(p.Location, l)
		p.Sample = append(p.Sample, &profile.Sample{Location: []*profile.Location{l}, Value: []int64{1, 10}})
	}
	return p
}

func write(t *testing.T, dir, name string, p *profile.Profile) {
	t.Helper()
	file, err := os.Create(filepath.Join(dir, name))
	require.NoError(t, err)
	require.NoError(t, p.Write(file))
	require.NoError(t, file.Close())
}

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	none, err := Read(dir, module)
	require.NoError(t, err)
	require.Zero(t, none.Total)
	require.Zero(t, none.Of(HTTP), "no time, no share")

	write(t, dir, "1.pprof", sampled("cpu", "example.com/m/a.f", "net/http.g", "net/http.h"))
	write(t, dir, "2.pprof", sampled("cpu", "example.com/m/a.f"))
	write(t, dir, "other", sampled("wall", "example.com/m/a.f"))
	got, err := Read(dir, module)
	require.NoError(t, err)
	require.Equal(t, Times{Total: 40, Owner: map[string]int64{"a": 20, HTTP: 20}, Function: map[string]int64{"a.f": 20}}, got)
	require.InDelta(t, 0.5, got.Of("a"), 0)
	require.InDelta(t, 0.5, got.OfFunction("a.f"), 0)

	write(t, dir, "3.pprof", sampled("wall", "example.com/m/a.f"))
	_, err = Read(dir, module)
	require.EqualError(t, err, "3.pprof: it has no CPU time")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "3.pprof"), []byte("nonsense"), 0o600))
	_, err = Read(dir, module)
	require.ErrorContains(t, err, "3.pprof: ")
}
