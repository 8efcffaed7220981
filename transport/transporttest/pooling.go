package transporttest

import (
	"errors"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// That all buffers are back is checked after all tests.
var poolingTests = []test{
	{"Disabled", load, poolingDisabled},
	{"TinyClasses", load, poolingTiny},
}

// transcript does a little of everything and returns what came of it.
func (s *suite) transcript(c pool.Config) (list []string) {
	so, co := new(transport.Options), new(transport.ClientOptions)
	so.Pool, co.Pool = s.newPool(c), s.newPool(c)
	so.Limits.Message, co.Limits.Message = 300_000, 300_000
	l := s.connect(so, co)
	add := func(text string, err error) {
		var e *jsonrpc.Error
		switch {
		case errors.As(err, &e):
			text += e.Error() + e.Data.String()
		case err != nil:
			text += report(err)
		}
		list = append(list, text)
	}
	for _, size := range []int{0, 1, 500, 5000, 70_000, 200_000, 400_000, 100} {
		res, err := l.call(s.within(), "test/echo", params{Text: fill(size)})
		if err == nil {
			add(res.Text, nil)
		} else {
			add("", err)
		}
		_, err = l.call(s.within(), "test/bytes", params{Size: size})
		add("bytes ", err)
		add("note ", l.Notify(s.within(), "test/note", jsonAppender{params{Text: fill(size), N: size}}))
		_, err = l.call(s.within(), "test/notify", params{Text: fill(size), N: 3})
		add("notify ", err)
	}
	for _, name := range []string{"test/fail", "test/unknown", "test/panic", "test/panic-encoding", "test/nothing", "test/twice", "test/nest"} {
		_, err := l.call(s.within(), name, params{Text: "x", N: 4})
		add(name+" ", err)
	}
	got, err := progressOf(s.within(), l, "x", 5)
	add(string(codec.AppendInt(nil, int64(len(got))))+" steps ", err)
	st := l.must("test/state", params{}).State
	list = append(list, sortedKeys(l.script.snapshot().Notes)...)
	return append(list, sortedKeys(st.Notes)...)
}

func sortedKeys(m map[string][]int) []string {
	list := make([]string, 0, len(m))
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func poolingDisabled(s *suite) {
	want := s.transcript(pool.Config{Name: "pooling"})
	require.Greater(s, len(want), 40)
	require.Empty(s, cmp.Diff(want, s.transcript(pool.Config{Name: "no pooling", Disabled: true})))
}

func poolingTiny(s *suite) {
	want := s.transcript(pool.Config{Name: "pooling"})
	require.Empty(s, cmp.Diff(want, s.transcript(pool.Config{Name: "tiny classes", Classes: []int{16, 64}, Max: 64})))
}
