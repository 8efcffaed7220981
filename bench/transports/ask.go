package transports

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/pool"
)

// The descriptors over which a child is asked questions, and answers. Its stderr stays free for errors.
const (
	fdAsk  = 3
	fdTell = 4
)

// Questions are single bytes. Answers are lines: numbers, or an error.
const (
	questionUsage   = 'u'
	questionMemory  = 'm'
	questionPublish = 'p' // publish one notification to all; the answer is how long that took, in nanoseconds
)

// self is what a child knows of its server, which sets it before it says where it listens.
var self struct {
	sync.Mutex

	pool     *pool.Pool
	sessions func() int   // how many there are
	publish  func() error // sends the notification of broadcasts to all clients
}

// answerQuestions answers each byte on ask with a line on out. Between questions its thread sleeps in the kernel.
func answerQuestions(ask, out *os.File) {
	var question [1]byte
	var line []byte // used again: what is told is told with few allocations
	for {
		if _, err := io.ReadFull(ask, question[:]); err != nil {
			return
		}
		line = append(appendAnswer(line[:0], question[0]), '\n')
		if _, err := out.Write(line); err != nil {
			return
		}
	}
}

func appendAnswer(dst []byte, question byte) []byte {
	self.Lock()
	defer self.Unlock()
	switch question {
	case questionMemory:
		m := ownMemory()
		if self.sessions != nil {
			m.Sessions = self.sessions()
		}
		return fmt.Append(dst, m.RSS, m.Heap, m.Stacks, m.Goroutines, m.Sessions)
	case questionPublish:
		start := time.Now()
		if err := self.publish(); err != nil {
			return fmt.Append(dst, "error: ", err)
		}
		return fmt.Append(dst, time.Since(start).Nanoseconds())
	default:
		u := ownUsage(self.pool)
		return fmt.Append(dst, u.Mallocs, u.Bytes, u.CPU.Nanoseconds(), u.Gets, u.Misses)
	}
}

// put asks a child a question, and reads the numbers of the answer into out, which are pointers.
func put(question byte, ask io.Writer, answers *bufio.Reader, out ...any) error {
	if _, err := ask.Write([]byte{question}); err != nil {
		return fmt.Errorf("ask %q: %w", question, err)
	}
	line, err := answers.ReadString('\n')
	if err != nil {
		return fmt.Errorf("the answer to %q: %w", question, err)
	}
	if _, err := fmt.Sscan(line, out...); err != nil {
		return fmt.Errorf("the answer to %q, %q: %w", question, line, err)
	}
	return nil
}

// usage asks the child what it has used so far.
func (p *process) usage() (u Usage, err error) {
	var cpu int64
	err = put(questionUsage, p.ask, p.lines, &u.Mallocs, &u.Bytes, &cpu, &u.Gets, &u.Misses)
	u.CPU = time.Duration(cpu)
	return u, err
}

// memory asks the child what it holds now.
func (p *process) memory() (m Memory, err error) {
	err = put(questionMemory, p.ask, p.lines, &m.RSS, &m.Heap, &m.Stacks, &m.Goroutines, &m.Sessions)
	return m, err
}

// publish lets the child publish one notification, and returns how long that took there. What does not return within the limit is an error,
// and nothing can be asked afterwards.
func (p *process) publish(limit time.Duration) (time.Duration, error) {
	if err := p.tell.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return 0, err
	}
	var took int64
	if err := put(questionPublish, p.ask, p.lines, &took); err != nil {
		return 0, err
	}
	return time.Duration(took), p.tell.SetReadDeadline(time.Time{})
}
