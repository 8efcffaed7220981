package transcript_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing/synctest"
	"time"
)

// item is something that has come.
type item struct {
	kind string // message, response, event, comment, end and so on
	text string
	more any
}

// queue holds what has come and was not looked at yet.
type queue struct {
	of    string
	mu    sync.Mutex
	items []item
}

func (s *scene) newQueue(of string) *queue {
	q := &queue{of: of}
	s.queues = append(s.queues, q)
	return q
}

func (q *queue) put(x item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, x)
}

// take takes the next item, if it is of that kind. Comments count only if they are asked for.
func (q *queue) take(kind string) (item, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, x := range q.items {
		if x.kind == kind {
			q.items = slices.Delete(q.items, 0, i+1)
			return x, true
		}
		if x.kind != isComment {
			break
		}
	}
	return item{}, false
}

// first returns what is next.
func (q *queue) first() (item, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, x := range q.items {
		if x.kind != isComment {
			return x, true
		}
	}
	return item{}, false
}

// The kinds of items.
const (
	isMessage  = "message"
	isResponse = "response"
	isRequest  = "request"
	isEvent    = "event"
	isComment  = "comment"
	isEnd      = "end"
	isOutcome  = "outcome"
	isProgress = "progress"
	isTold     = "told"
)

// next waits for the next item of a queue, which has to be of that kind.
func (s *scene) next(q *queue, kind string) (item, error) {
	for waited := time.Duration(0); ; waited += glance {
		synctest.Wait()
		if x, ok := q.take(kind); ok {
			return x, nil
		}
		if x, ok := q.first(); ok {
			return item{}, fmt.Errorf("want the next %s of %s, have %s", kind, q.of, x)
		}
		if waited >= patience {
			return item{}, fmt.Errorf("want the next %s of %s, and nothing comes", kind, q.of)
		}
		time.Sleep(glance)
	}
}

func (x item) String() string { return fmt.Sprintf("%s %.500s", x.kind, x.text) }

// nothing lets time pass, and finds that nothing has come.
func (s *scene) nothing(d time.Duration) error {
	time.Sleep(d)
	synctest.Wait()
	var errs []error
	for _, q := range s.queues {
		if x, ok := q.first(); ok {
			errs = append(errs, fmt.Errorf("nobody expected this of %s: %s", q.of, x))
		}
	}
	return errors.Join(errs...)
}

// pass lets time pass, until c is closed or patience is at its end.
func (s *scene) pass(c <-chan struct{}) {
	for waited := glance; waited <= patience; waited += glance {
		synctest.Wait()
		select {
		case <-c:
			return
		default:
			time.Sleep(glance)
		}
	}
}
