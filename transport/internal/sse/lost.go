package sse

import "github.com/mcpwire/mcpwire/transport"

// fits reports whether a line of n bytes, as far as it is known, is within the limit.
func (r *Reader) fits(n int) bool { return n < r.cfg.Limit-r.size }

// overLimit gives up the event because of a line.
func (r *Reader) overLimit(name, value []byte) error {
	var err error
	if !r.lost {
		err = r.giveUp(transport.TooLarge("event", -1, int64(r.cfg.Limit)))
	}
	if string(name) == "data" {
		r.lose(value)
	}
	return err
}

// cutLine gives up the line that has begun, and its event.
func (r *Reader) cutLine() error {
	name, value := split(r.b.Mem[r.pos:r.to])
	r.cut, r.cutData, r.pos = true, string(name) == "data", r.to
	return r.overLimit(name, value)
}

// giveUp begins to skip the event. It returns err.
func (r *Reader) giveUp(err error) error {
	if r.hasData {
		r.lose(r.b.Mem[r.from:r.at])
	}
	r.lost, r.hasData, r.kind, r.size = true, false, "", 0
	return err
}

func (r *Reader) lose(data []byte) {
	if r.cfg.OnLost != nil && len(data) > 0 {
		r.cfg.OnLost(data)
	}
}
