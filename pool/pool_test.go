package pool_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/pool"
)

func TestClasses(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{Classes: []int{64, 16, -1, 0, 64}})
	for _, row := range []struct{ ask, room int }{{-5, 16}, {0, 16}, {16, 16}, {17, 64}, {64, 64}, {65, 65}} {
		b := p.Get(row.ask)
		require.Zero(t, b.Len())
		require.GreaterOrEqual(t, b.Cap(), row.room, "Get(%d)", row.ask)
		require.Less(t, b.Cap(), 2*row.room, "Get(%d)", row.ask)
		b.Release()
	}
	require.EqualValues(t, 1, p.Stats().Large)
	require.Zero(t, p.Outstanding())
	d := pool.New(pool.Config{})
	b := d.Get(1)
	require.Equal(t, pool.DefaultClasses()[0], b.Cap())
	b.Release()
}

func TestContent(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{Classes: []int{8, 64}})
	b := p.Get(4)
	b.Set(append(b.Bytes(), "hello"...))
	require.Equal(t, "hello", string(b.Bytes()))
	b.Grow(20)
	require.Equal(t, 64, b.Cap())
	require.Equal(t, "hello", string(b.Bytes()))
	b.Grow(1)
	require.Equal(t, 64, b.Cap())
	b.Set(append(b.Bytes(), make([]byte, 100)...)) // beyond the largest class
	require.Equal(t, 105, b.Len())
	b.Release()
	c := p.Get(8)
	require.Zero(t, c.Len(), "the content is gone")
	c.Release()
}

func TestStaleHandlesPanic(t *testing.T) {
	t.Parallel()
	for _, disabled := range []bool{false, true} {
		p := pool.New(pool.Config{Name: "t", Disabled: disabled})
		b := p.Get(10)
		copied := b
		b.Release()
		again := p.Get(10) // likely the same memory
		for name, use := range map[string]func(){
			"Release": copied.Release,
			"Bytes":   func() { copied.Bytes() },
			"Len":     func() { copied.Len() },
			"Cap":     func() { copied.Cap() },
			"Set":     func() { copied.Set(nil) },
			"Grow":    func() { copied.Grow(1) },
		} {
			func() {
				defer func() { require.Contains(t, fmt.Sprint(recover()), `pool "t": `+name+` of a Buffer that was released`) }()
				use()
			}()
		}
		require.Equal(t, 1, p.Outstanding())
		again.Release()
		require.Zero(t, p.Outstanding())
	}
	var zero pool.Buffer
	require.True(t, zero.IsZero())
	require.Panics(t, zero.Release)
	require.Panics(t, func() { zero.Bytes() })
}

func TestNilPool(t *testing.T) {
	t.Parallel()
	var p *pool.Pool
	b := p.Get(10)
	require.GreaterOrEqual(t, b.Cap(), 10)
	b.Release()
	require.Panics(t, b.Release)
	require.Zero(t, p.Outstanding())
	require.Zero(t, p.Stats())
	require.Empty(t, p.Leaks())
	require.Equal(t, "nil", p.Name())
}

func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		config  pool.Config
		size    int
		dropped int64
	}{
		{"kept", pool.Config{Classes: []int{16, 64}}, 64, 0},
		{"beyond the largest class", pool.Config{Classes: []int{16, 64}}, 1 << 12, 1},
		{"beyond Max", pool.Config{Classes: []int{16, 64}, Max: 32}, 64, 1},
		{"disabled", pool.Config{Disabled: true}, 64, 1},
	} {
		p := pool.New(row.config)
		p.Get(row.size).Release()
		s := p.Stats()
		require.Equal(t, row.dropped, s.Dropped, row.name)
		require.EqualValues(t, 1, s.Releases, row.name)
		require.Zero(t, s.Outstanding, row.name)
	}
}

// A race for the last Release has one winner; everybody else panics.
func TestConcurrentRelease(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{})
	for range 200 {
		b := p.Get(1)
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 4 {
			wg.Go(func() {
				defer func() {
					if recover() == nil {
						mu.Lock()
						won++
						mu.Unlock()
					}
				}()
				b.Release()
			})
		}
		wg.Wait()
		require.Equal(t, 1, won)
	}
	require.Zero(t, p.Outstanding())
}

// Many goroutines with random sizes: nobody sees another's bytes.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	p := pool.New(pool.Config{Classes: []int{32, 128, 512}})
	var wg sync.WaitGroup
	for id := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(id)))
			for range 2000 {
				n := rng.IntN(600)
				b := p.Get(n)
				s := b.Bytes()
				for range n {
					s = append(s, byte(id))
				}
				b.Set(s)
				for _, c := range b.Bytes() {
					if c != byte(id) {
						t.Errorf("foreign byte %d in the buffer of %d", c, id)
						return
					}
				}
				b.Release()
			}
		})
	}
	wg.Wait()
	require.Zero(t, p.Outstanding())
}

func ExamplePool() {
	p := pool.New(pool.Config{Name: "frames"})
	b := p.Get(100)
	b.Set(append(b.Bytes(), `{"jsonrpc":"2.0"}`...))
	fmt.Println(string(b.Bytes()), p.Outstanding())
	b.Release()
	fmt.Println(p.Outstanding())
	// Output:
	// {"jsonrpc":"2.0"} 1
	// 0
}

func BenchmarkGetRelease(b *testing.B) {
	for name, config := range map[string]pool.Config{"pooled": {}, "disabled": {Disabled: true}} {
		for _, size := range []int{1 << 10, 64 << 10} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				p := pool.New(config)
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						p.Get(size).Release()
					}
				})
			})
		}
	}
}
