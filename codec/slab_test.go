package codec

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// piece is what a slab handed out, and what was written to it.
type piece struct {
	memory []*int
	mark   *int
}

// write fills the whole piece, room to grow included.
func (p *piece) write(t *testing.T) {
	t.Helper()
	p.mark = new(int)
	for i := range p.memory[:cap(p.memory)] {
		require.Nil(t, p.memory[:cap(p.memory)][i], "memory that is handed out is zero")
		p.memory[:cap(p.memory)][i] = p.mark
	}
}

func (p *piece) check(t *testing.T) {
	t.Helper()
	for _, got := range p.memory[:cap(p.memory)] {
		require.Same(t, p.mark, got, "memory belongs to one piece only")
	}
}

// A slab hands out zeroed memory that nobody else has, whatever was done to it before, and scrub lets go of all that it refers to.
func TestSlab(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		s := slab[*int]{use: new(slabUse)}
		var live []piece
		for range 200 {
			switch random.IntN(12) {
			case 0:
				s.use.rewind()
				live = nil
			case 1:
				s.scrub()
				live = nil
				for _, c := range s.chunks {
					for _, p := range c {
						require.Nil(t, p)
					}
				}
			case 2, 3:
				if len(live) == 0 {
					break
				}
				p := &live[len(live)-1]
				before := cap(p.memory)
				grown := s.extend(p.memory[:before])
				require.Greater(t, cap(grown), before)
				require.Equal(t, p.memory[:before], grown[:before])
				clear(grown[:before])
				p.memory = grown
				p.write(t)
			case 4:
				if len(live) == 0 {
					break
				}
				s.giveBack(live[len(live)-1].memory)
				live = live[:len(live)-1]
			default:
				p := piece{memory: s.alloc(1 + random.IntN(20)*random.IntN(20))}
				p.write(t)
				live = append(live, p)
			}
			for i := range live {
				live[i].check(t)
			}
		}
	}
}

// The slabs of a document come first, in the order of their use, and dropping what is large forgets them all.
func TestSlabsAreFoundAndDropped(t *testing.T) {
	t.Parallel()
	var d Decoder
	ints, texts, bools := slabOf[int](&d), slabOf[string](&d), slabOf[bool](&d)
	require.Equal(t, 3, d.slabs.used)
	d.slabs.scrub(maxKeptSlabs)
	require.Zero(t, d.slabs.used)
	for range 2 {
		require.Same(t, bools, slabOf[bool](&d))
		require.Same(t, ints, slabOf[int](&d))
	}
	require.Equal(t, 2, d.slabs.used)
	require.Equal(t, []slabber{bools, ints, texts}, d.slabs.all)
	require.Equal(t, []*slabUse{bools.use, ints.use, texts.use}, d.slabs.uses)

	texts.alloc(100)
	d.slabs.scrub(texts.use.bytes)
	require.Len(t, d.slabs.all, 3)
	d.slabs.scrub(texts.use.bytes - 1)
	require.Empty(t, d.slabs.all)
	require.NotSame(t, texts, slabOf[string](&d))
}
