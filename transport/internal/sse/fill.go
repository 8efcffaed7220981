package sse

import (
	"io"

	"github.com/mcpwire/mcpwire/transport/internal/block"
)

// fill reads more. It fails if the line that has begun is over the limit, or nothing comes any more.
func (r *Reader) fill() error {
	// What may become a byte order mark is not part of a line yet.
	if n := r.to - r.pos; n > 0 && !r.fits(n) && (r.begun || r.err != nil) {
		if err := r.cutLine(); err != nil {
			return err
		}
	}
	if r.err != nil {
		err := r.err
		r.leave()
		return err
	}
	if !r.Begun() {
		r.leave()
		r.fillIdle()
		return nil
	}
	r.makeRoom()
	r.to += r.read(r.b.Mem[r.to:])
	return nil
}

// fillIdle reads the first bytes of what comes next. Until they are there, no block is held.
func (r *Reader) fillIdle() {
	n := r.read(r.first[:])
	if n == 0 {
		return
	}
	r.b = block.New(r.cfg.Pool, max(r.cfg.Buffer, n+r.minRead))
	r.to = copy(r.b.Mem, r.first[:n])
}

// leave drops the block, with what is in it.
func (r *Reader) leave() {
	if r.b != nil {
		r.b.Drop()
		r.b = nil
	}
	r.pos, r.to, r.ends = 0, 0, breaks{}
	r.hasData = false
}

// maxEmptyReads is how often src may return nothing at all.
const maxEmptyReads = 100

// read reads into p, which is not empty. The error is kept for the time when there is nothing else.
func (r *Reader) read(p []byte) int {
	for range maxEmptyReads {
		n, err := r.src.Read(p)
		r.err = err
		if n > 0 && r.cfg.OnRead != nil {
			r.cfg.OnRead(n)
		}
		if n > 0 || err != nil {
			return n
		}
	}
	r.err = io.ErrNoProgress
	return 0
}

// makeRoom makes sure that there is room to read into. What others hold is left to them: it must not move.
func (r *Reader) makeRoom() {
	if len(r.b.Mem)-r.to >= r.minRead {
		return
	}
	have, size := r.to-r.pos, len(r.b.Mem)
	if r.hasData {
		have += r.at - r.from
	}
	switch {
	case have > size/2:
		size = r.grown(size, have)
	case size > maxBlock && have <= r.cfg.Buffer/2:
		size = r.cfg.Buffer
	case r.b.Alone():
		r.moveTo(r.b.Mem)
		return
	}
	old := r.b
	b := block.New(r.cfg.Pool, size)
	r.moveTo(b.Mem)
	r.b = b
	old.Drop()
}

// grown returns the size after size, for have bytes and what is still to come. Above a megabyte, where the pool keeps nothing, steps
// are larger, as fewer pieces are then left to the garbage collector; and near the limit, the next step is the last.
func (r *Reader) grown(size, have int) int {
	if size *= 2; size > 1<<20 {
		size *= 2
	}
	if size > r.cfg.Limit/2 {
		size = r.cfg.Limit + 2*r.minRead
	}
	return max(size, have+r.minRead)
}

// moveTo copies the data so far and what is to be read to the beginning of mem, which may be the memory that they are in.
func (r *Reader) moveTo(mem []byte) {
	n := 0
	if r.hasData {
		n = copy(mem, r.b.Mem[r.from:r.at])
		r.from, r.at = 0, n
	}
	r.to = n + copy(mem[n:], r.b.Mem[r.pos:r.to])
	r.ends.move(r.pos - n)
	r.pos = n
}
