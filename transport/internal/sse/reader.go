package sse

import (
	"io"
	"time"

	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/block"
)

// Config says how a Reader works. The zero Config is a good one.
type Config struct {
	// Pool is where blocks come from; it may be nil, as for a nil *pool.Pool.
	Pool *pool.Pool
	// Limit is the size of an event in bytes, see the package's doc; transport.DefaultEvent if it is not positive.
	Limit int
	// Buffer is the size in bytes of the block to begin with; 16 KiB if it is not positive.
	Buffer int
	// LastEventID is the id that the stream resumes behind. The Reader begins with it.
	LastEventID string
	// OnRead is called from Next whenever n bytes have come, also if they are only comments: the peer is alive.
	OnRead func(n int)
	// OnLost is called from Next with the data of an event that is over the limit, piece by piece and without line breaks between its lines:
	// before Next fails with what there is, and from the next call for what is still to come. The data is borrowed
	// for the call. Somebody may find in it what the event was about.
	OnLost func(data []byte)
}

const (
	firstBlock = 16 << 10  // bytes
	maxBlock   = 128 << 10 // kept when little is in it
	maxMinRead = 512       // room, or what is unread moves to where there is more
	maxFirst   = 512       // bytes that an idle Reader reads into itself
)

// Reader reads the events of one stream.
//
// It is for one goroutine at a time. Another may go on with it while what it has returned is in use, if its block is held: nothing in
// front of the next event is touched any more.
type Reader struct {
	src     io.Reader
	cfg     Config
	minRead int

	b    *block.Block // nil if nothing is in it
	pos  int          // b.Mem[pos:to] is to be read
	to   int
	ends breaks
	err  error // what src has returned, once all before it is read

	begun    bool // the byte order mark was looked for
	afterCR  bool // a LF would belong to the line break before
	cut      bool // the line that has begun is not kept
	cutData  bool // and it is data
	lost     bool // nor is the event
	hasData  bool
	hasID    bool
	from, at int // b.Mem[from:at] is the data so far, if there is
	size     int // of the lines of the event so far

	kind     string // of the event; "" for none
	lastKind string // the last one that was copied
	id       []byte // of the event, if hasID
	lastID   []byte
	retry    time.Duration

	first [maxFirst]byte
}

// NewReader returns a Reader of src, which it does not close. Whoever does not read it to its end has to call Close.
func NewReader(src io.Reader, c Config) *Reader {
	r := new(Reader)
	r.Reset(src, c)
	return r
}

// Reset makes r a Reader of src, as NewReader would, and gives back what it has held. It keeps a little memory.
func (r *Reader) Reset(src io.Reader, c Config) {
	if c.Limit <= 0 {
		c.Limit = transport.DefaultEvent
	}
	if c.Buffer <= 0 {
		c.Buffer = firstBlock
	}
	r.leave()
	*r = Reader{
		src: src, cfg: c, minRead: min(maxMinRead, max(c.Buffer/2, 1)), retry: -1,
		id: r.id[:0], lastID: append(r.lastID[:0], c.LastEventID...), lastKind: r.lastKind,
	}
}

// Next returns the next event, which is borrowed until the next call; see Hold.
//
// The error is io.EOF at the end of the stream, or what src has returned; an event that is not complete by then is dropped. These errors stay. A
// *transport.Error with the code MessageTooLarge is about one event only, and the next call goes on behind it.
func (r *Reader) Next() (Event, error) {
	for {
		start, end := r.line()
		switch {
		case start < 0:
			if err := r.fill(); err != nil {
				return Event{}, err
			}
		case start == end:
			if e, ok := r.dispatch(); ok {
				return e, nil
			}
		default:
			if err := r.field(start, end); err != nil {
				return Event{}, err
			}
		}
	}
}

// Hold returns the block that the Data of the last event is in, held once more for the caller, who owes it a Drop. It is to be called before
// the next call of Next, and only after one that has returned an event.
func (r *Reader) Hold() *block.Block { return r.b.Hold() }

// Begun reports whether part of a message has come, and its end has not. It is for src, when it is asked for more.
func (r *Reader) Begun() bool { return r.pos < r.to || r.hasData || r.cut }

// LastEventID returns the last id that the stream has named, also in events without data, or Config.LastEventID; "" if there
// is none, or it was taken back. It is what a new connection says that it wants to go on behind, if it is not empty (rule D-47).
func (r *Reader) LastEventID() string { return string(r.lastID) }

// Retry returns how long to wait before connecting anew, as the stream has named it; negative if it has not. It counts
// from the field on, also without the end of its event.
func (r *Reader) Retry() time.Duration { return r.retry }

// Close gives back what the Reader holds. Next then returns io.ErrClosedPipe, unless the stream had ended. src is not closed. It may be called
// more than once, but not beside Next.
func (r *Reader) Close() {
	if r.err == nil {
		r.err = io.ErrClosedPipe
	}
	r.leave()
}
