package transcript_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
)

// How long what is expected may take, and how often it is looked for: what takes longer has to be waited for in so many words.
const (
	patience = time.Second
	glance   = 10 * time.Millisecond
)

// stuck is how long a transcript may take outside of its bubble, where it takes a few milliseconds.
const stuck = 3 * time.Minute

// scene is a transcript that is being played.
type scene struct {
	tr   *transcript
	on   string // the transport
	rev  jsonrpc.Revision
	vars vars
	opts options

	wire  wire // carries lines; nil before there is a connection
	posts *exchanges
	asked *requests
	lib   library

	queues []*queue
	pool   *pool.Pool
}

// wire is the script's end of a connection.
type wire interface {
	// open does what comes before the first message.
	open() error
	// send sends a message.
	send(line string) error
	// next waits for the next message.
	next() (string, error)
	// close tells the library that nothing more comes.
	close() error
	// closed waits until the library has told that.
	closed() error
}

// library is the side that the library has.
type library interface {
	// end ends it, and returns when nothing is left of it.
	end() error
}

// play plays a transcript over one transport in one revision.
func play(t *testing.T, tr *transcript, on string, rev jsonrpc.Revision) error {
	t.Helper()
	// Who waits for a mutex is not seen to wait: the bubble would never settle.
	hangs := time.AfterFunc(stuck, func() { panic(tr.name + " over " + on + " in " + rev.String() + " hangs") })
	defer hangs.Stop()
	var err error
	synctest.Test(t, func(t *testing.T) {
		s := &scene{tr: tr, on: on, rev: rev, pool: pool.New(pool.Config{Name: "transcript"})}
		s.vars = vars{"revision": text(rev.String()), "meta": metaOf(rev)}
		err = s.play(t)
	})
	return err
}

// metaOf is what requests of a revision have to have in _meta.
func metaOf(v jsonrpc.Revision) string {
	if !v.Modern() {
		return "{}"
	}
	return `{"io.modelcontextprotocol/protocolVersion":` + text(v.String()) + `,"io.modelcontextprotocol/clientCapabilities":{}}`
}

func (s *scene) play(t *testing.T) error {
	steps := s.tr.steps
	if steps[0].verb == "options" {
		if err := s.opts.parse(&steps[0]); err != nil {
			return err
		}
		steps = steps[1:]
	}
	err := s.set(t, steps)
	if err == nil {
		err = s.playSteps(steps)
	}
	if err == nil {
		if err = s.nothing(patience); err != nil {
			err = fmt.Errorf("at the end: %w", err)
		}
	}
	if end := s.strike(); err == nil {
		err = end
	}
	return err
}

func (s *scene) playSteps(steps []step) error {
	for i := range steps {
		st := &steps[i]
		if err := verbs[st.verb].play(s, st); err != nil {
			return fmt.Errorf("step %d, %q: %w", i+1, st.title, err)
		}
		synctest.Wait() // what it has led to has happened before the next
	}
	return nil
}

// set sets the scene.
func (s *scene) set(t *testing.T, steps []step) error {
	if s.tr.side == ofClient {
		s.setClient(t)
		return nil
	}
	s.setServer(t)
	return s.lib.(*libraryServer).begin(steps)
}

// strike ends what is still going on.
func (s *scene) strike() error {
	if s.asked != nil {
		s.asked.release()
	}
	err := s.lib.end()
	time.Sleep(time.Minute) // for connections that linger
	synctest.Wait()
	if n := s.pool.Outstanding(); n > 0 && err == nil {
		err = fmt.Errorf("%d buffers are not back", n)
	}
	return err
}

// send sends the messages of a step over the wire.
func (s *scene) send(st *step) error {
	for _, line := range st.lines() {
		line, err := s.vars.fill(line)
		if err != nil {
			return err
		}
		if err := s.wire.send(line); err != nil {
			return err
		}
		synctest.Wait() // in order
	}
	return nil
}

// receive expects the messages of a step.
func (s *scene) receive(st *step, inOrder bool) error {
	want := st.lines()
	if !inOrder {
		return s.receiveAny(want)
	}
	for _, line := range want {
		have, err := s.wire.next()
		if err != nil {
			return err
		}
		if err := s.vars.matchJSON(line, have); err != nil {
			return err
		}
	}
	return nil
}

// receiveAny expects messages in any order.
func (s *scene) receiveAny(want []string) error {
	have := make([]string, 0, len(want))
	for range want {
		x, err := s.wire.next()
		if err != nil {
			return err
		}
		have = append(have, x)
	}
	return s.vars.matchJSON(`["`+unordered+`",`+strings.Join(want, ",")+"]", "["+strings.Join(have, ",")+"]")
}
