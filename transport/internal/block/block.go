// Package block counts who holds a buffer of a pool: the reader that fills it, and the messages that borrow what is in it. The last
// one to drop it gives it back, so that a message costs no copy and no buffer of its own.
//
// What is read stays where it is as long as somebody else holds the block: a reader that is not Alone goes on behind it, or in
// another block.
package block

import (
	"sync"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/pool"
)

// Block is a buffer that several may hold. Hold and Drop may be called concurrently; what is in Mem is a matter among the holders.
type Block struct {
	// Mem is all the room there is. It is gone with the last Drop.
	Mem []byte

	buf pool.Buffer
	// others is how many hold the block besides one. There are none most of the time, and then nothing of it is written.
	others atomic.Int32
}

var blocks = sync.Pool{New: func() any { return new(Block) }}

// New returns a block with room for at least size bytes, which the caller holds. p may be nil, as for a nil *pool.Pool.
func New(p *pool.Pool, size int) *Block {
	b, _ := blocks.Get().(*Block) // it holds nothing else
	b.buf = p.Get(size)
	b.Mem = b.buf.Bytes()
	b.Mem = b.Mem[:cap(b.Mem)]
	return b
}

// Hold makes the block last until one more Drop. Only who holds it already may call it. It returns b.
func (b *Block) Hold() *Block {
	b.others.Add(1)
	return b
}

// Drop ends one hold; the caller must not touch Mem any more. The last one gives the buffer back to its pool.
func (b *Block) Drop() {
	if b.others.Load() > 0 {
		if b.others.Add(-1) >= 0 {
			return
		}
		b.others.Store(0) // somebody else was as fast
	}
	if b.Mem == nil {
		panic("block: Drop of a block that nobody holds")
	}
	b.buf.Release()
	b.Mem, b.buf = nil, pool.Buffer{}
	blocks.Put(b)
}

// Alone reports whether the caller is the only one who holds b. Nobody else can begin to.
func (b *Block) Alone() bool { return b.others.Load() == 0 }
