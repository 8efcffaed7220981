//go:build !pooldebug

package pool

// Debug reports whether this is a build with the tag pooldebug.
const Debug = false

type (
	debugPool   struct{}
	debugHeader struct{}
)

func (h *header) debugGet()             {}
func (h *header) debugRelease()         {}
func (h *header) debugReleased() string { return "" }

// Leaks returns the outstanding Buffers with the stacks of their Get; nil without the build tag pooldebug.
func (p *Pool) Leaks() []Leak { return nil }
