package transporttest

import (
	"sync"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/leaks"
)

// topic is a group of tests.
type topic struct {
	name  string
	tests []test
}

// test is one test of the suite. It runs in each revision.
type test struct {
	// name is followed by the ids of the rules that the test is about.
	name  string
	needs need
	run   func(s *suite)
}

// need is a set of things that a test cannot do without.
type need uint8

const (
	// A server whose options and handler are those of the test.
	ownServer need = 1 << iota
	// The clock of a bubble.
	clock
	// A revision with sessions.
	sessions
	// Something that lasts for as long as the client does: a session, or a connection.
	lasting
	// One connection for all messages of a client.
	oneConnection
	// A message of a client that is not sent to its end is the end of its connection.
	oneStream
	// Messages come in the order in which they were sent, though nobody waits.
	ordered
	// Time: the test does much, and the same in all revisions of an era.
	load
)

// topics are all tests.
var topics = []topic{
	{"Order", orderTests},
	{"Concurrency", concurrencyTests},
	{"Nested", nestedTests},
	{"Cancel", cancelTests},
	{"Progress", progressTests},
	{"Limits", limitTests},
	{"Slow", slowTests},
	{"Close", closeTests},
	{"Handler", handlerTests},
	{"BadMessages", badTests},
	{"IDs", idTests},
	{"Batches", batchTests},
	{"Eras", eraTests},
	{"Pooling", poolingTests},
	{"Load", loadTests},
}

// Run runs the suite for tr. It must not run at the same time as other tests.
func Run(t *testing.T, tr Transport) {
	t.Helper()
	if tr.Serve == nil {
		t.Fatal("transporttest: a Transport needs Serve")
	}
	if tr.Calls <= 0 {
		tr.Calls = 10_000
		if few {
			tr.Calls = 2000
		}
	}
	if tr.Revisions == nil {
		for v := jsonrpc.Rev20241105; v <= jsonrpc.Latest; v++ {
			tr.Revisions = append(tr.Revisions, v)
		}
	}
	for _, v := range tr.Revisions {
		t.Run(v.String(), func(t *testing.T) {
			if few && !tr.lastOfEra(v) && v != jsonrpc.Rev20250326 { // which has batches
				t.Skip("there is a later revision like this one, which is enough in a slow build")
			}
			for _, topic := range topics {
				t.Run(topic.name, func(t *testing.T) {
					for _, x := range topic.tests {
						t.Run(x.name, func(t *testing.T) { x.start(t, &tr, v) })
					}
				})
			}
		})
	}
}

// less returns how often something is done: n times, or fewer in a slow build.
func less(n, fewer int) int {
	if few {
		return fewer
	}
	return n
}

// lastOfEra reports whether v is the last revision of tr with sessions, or without.
func (tr *Transport) lastOfEra(v jsonrpc.Revision) bool {
	for _, other := range tr.Revisions {
		if other > v && other.Modern() == v.Modern() {
			return false
		}
	}
	return true
}

// start runs x, or skips it.
func (x test) start(t *testing.T, tr *Transport, v jsonrpc.Revision) {
	for _, lack := range []struct {
		is   bool
		text string
	}{
		{x.needs&ownServer != 0 && tr.OtherProcess, "the server is another process"},
		{x.needs&clock != 0 && !tr.Bubble, "there is no Bubble, whose clock this test needs"},
		{x.needs&sessions != 0 && v.Modern(), "this revision has no sessions"},
		{x.needs&lasting != 0 && v.Modern() && tr.Exchanges, "exchanges of this revision have nothing in common"},
		{x.needs&oneStream != 0 && tr.Posts, "each message comes by itself"},
		{x.needs&ordered != 0 && tr.Posts, "messages are in order only for who waits"},
		{x.needs&oneConnection != 0 && tr.Exchanges, "messages are exchanges of their own"},
		{x.needs&load != 0 && few && !tr.lastOfEra(v), "load is for the last revision of each era in a slow build"},
	} {
		if lack.is {
			t.Skip(lack.text)
		}
	}
	if x.needs&clock != 0 {
		synctest.Test(t, func(t *testing.T) { // it sees leaks of goroutines itself
			s := &suite{T: t, tr: tr, rev: v, bubble: true, tasks: new(sync.WaitGroup)}
			t.Cleanup(s.tasks.Wait)
			x.run(s)
		})
		return
	}
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		if err := leaks.Find(patience, before); err != nil {
			t.Error("goroutines are left:", err)
		}
	})
	s := &suite{T: t, tr: tr, rev: v, tasks: new(sync.WaitGroup)}
	t.Cleanup(s.tasks.Wait)
	x.run(s)
}
