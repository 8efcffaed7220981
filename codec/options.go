package codec

// DefaultMaxDepth is how deeply arrays and objects may nest unless MaxDepth says otherwise.
const DefaultMaxDepth = 1000

// maxMaxDepth bounds MaxDepth: typed decoding recurses, and Go's stack has an end.
const maxMaxDepth = 10000

type flags uint8

const (
	flagStrict flags = 1 << iota
	flagDrop
	flagReject
	flagTrusted // grammar and UTF-8 were checked before
	flagLeap    // and nothing is to be found by looking again: no line breaks, and no depth beyond the limit
	flagOwn     // decoded memory is given away: the heap instead of slabs
)

// Option changes how a Decoder reads. The zero Option changes nothing.
type Option struct {
	set   flags
	depth int
}

// Strict refuses escaped surrogates without their other half in typed strings, which
// otherwise decode as U+FFFD. Raw values keep them either way.
func Strict() Option { return Option{set: flagStrict} }

// DropUnknown skips members that a type does not know instead of keeping them in Extra.
// They are still checked.
func DropUnknown() Option { return Option{set: flagDrop} }

// RejectUnknown makes a member that a type does not know an error (ErrUnknown).
func RejectUnknown() Option { return Option{set: flagReject} }

// MaxDepth sets how deeply arrays and objects may nest: at least 1, at most 10000;
// other values are moved to the nearest of these.
func MaxDepth(n int) Option { return Option{depth: min(max(n, 1), maxMaxDepth)} }
