package transport

import (
	"context"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// Answers is the Sink of the requests of a batch, in a transport in which each message comes by itself: it gathers their answers, which are
// sent together, and hands on what else is sent because of them (rules ).
//
// The answers to a batch are one message, and together as large as Limits.Message allows one to be. A handler whose answer finds no more
// room gets MessageTooLarge, as for one that is too large by itself, and may give a shorter one; else its request is answered with -32603.
type Answers struct {
	other func(ctx context.Context, message []byte, o Outgoing) error

	gathered
}

// NewAnswers returns Answers for a batch of n messages. other sends what is no answer, with the ctx of who sends it.
func (e *Endpoint) NewAnswers(n int, other func(ctx context.Context, message []byte, o Outgoing) error) *Answers {
	a := &Answers{other: other}
	a.init(e.opts.Limits, n)
	return a
}

// Begin implements Sink.
func (a *Answers) Begin() []byte { return a.begin() }

// Abort implements Sink.
func (a *Answers) Abort() { a.mu.Unlock() }

// Send implements Sink.
func (a *Answers) Send(ctx context.Context, buf []byte, o Outgoing) error {
	if o.Answer {
		a.end(buf)
		return nil
	}
	message := append([]byte(nil), buf[len(a.buf)+1:]...)
	a.mu.Unlock()
	return a.other(ctx, message, o)
}

// Refuse answers a message of the batch that is not handled.
func (a *Answers) Refuse(id jsonrpc.ID, e *jsonrpc.Error) { a.refuse(id, e) }

// Take returns the answers, a JSON array, when all are there; nil if there are none. It is called once.
func (a *Answers) Take() []byte { return a.take() }

// gathered are the answers to a batch.
type gathered struct {
	limit int // bytes

	mu  sync.Mutex
	buf []byte // an array without its end
}

// smallAnswer is how many bytes an answer may have in any case, its id apart: an error always finds room.
const smallAnswer = 512

// init leaves room for n small answers: so many messages has the batch.
func (g *gathered) init(l Limits, n int) { g.limit = l.Message - n*smallAnswer }

// begin is the begin of an answer. The lock is held from then on, until end or an abort.
func (g *gathered) begin() []byte {
	g.mu.Lock()
	if len(g.buf) == 0 {
		return append(g.buf, '[')
	}
	return append(g.buf, ',')
}

func (g *gathered) end(buf []byte) {
	g.buf = buf
	g.mu.Unlock()
}

// left returns how many bytes the answer to id may have. The lock is held.
func (g *gathered) left(id *jsonrpc.ID) int {
	return max(g.limit-len(g.buf), smallAnswer+len(id.String()))
}

func (g *gathered) refuse(id jsonrpc.ID, e *jsonrpc.Error) {
	buf, err := jsonrpc.AppendError(g.begin(), id, e)
	if err != nil {
		buf = g.buf
	}
	g.end(buf)
}

func (g *gathered) take() []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.buf) == 0 {
		return nil
	}
	return append(g.buf, ']')
}

// gatheredIn returns the answers that out gathers; nil if it sends each by itself.
func gatheredIn(out sink) *gathered {
	switch out := out.(type) {
	case *batch:
		return &out.gathered
	case *carried:
		if a, ok := out.to.(*Answers); ok {
			return &a.gathered
		}
	}
	return nil
}
