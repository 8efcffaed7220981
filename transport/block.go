package transport

import (
	"sync"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/pool"
)

// block is a buffer of the pool that several may hold: the reader that fills it, requests and replies that borrow what is in
// it. The last one to drop it gives it back.
type block struct {
	mem  []byte
	buf  pool.Buffer
	refs atomic.Int32
}

var blocks = sync.Pool{New: func() any { return new(block) }}

func newBlock(p *pool.Pool, size int) *block {
	b, _ := blocks.Get().(*block) // it holds nothing else
	b.buf = p.Get(size)
	b.mem = b.buf.Bytes()
	b.mem = b.mem[:cap(b.mem)]
	b.refs.Store(1)
	return b
}

func (b *block) hold() *block {
	b.refs.Add(1)
	return b
}

func (b *block) drop() {
	if b.refs.Add(-1) == 0 {
		b.buf.Release()
		b.mem, b.buf = nil, pool.Buffer{}
		blocks.Put(b)
	}
}

// alone reports whether the caller is the only one who holds b. Nobody else can begin to.
func (b *block) alone() bool { return b.refs.Load() == 1 }
