package transport

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// What a client has found out of a server may be true no more: behind one origin there are servers old and new while a new one is rolled
// out, or taken back (rule F-21, trap T-34). A client whose server had sessions only opens another one after the end of its session, and
// asks for modern revisions again if that fails: fallBack does. What follows is for a client that speaks a modern revision.

// reprobePause is the least time between two such questions: a server may refuse for another reason, again and again.
const reprobePause = 10 * time.Second

// looksLegacy reports whether a request of a modern revision was refused as a server without it does: by a status that says nothing
// else, or with a code that no modern server may give a meaning to (rule A-32).
func looksLegacy(err error) bool {
	var answered *jsonrpc.Error
	if errors.As(err, &answered) {
		return !isModern(err) && answered.Code != jsonrpc.CodeResourceNotFound && answered.Code <= -32000 && answered.Code >= -32019
	}
	var e *Error
	if CodeOf(err) != Rejected || !errors.As(err, &e) {
		return false
	}
	switch e.HTTPStatus() {
	case 400, 404, 405: // programs without HTTP do not link net/http
		return true
	}
	return false
}

// lostRevision is told how a call has failed. If the server looks like one that does not have the revision any more, it is asked, and if it
// does not, the connection ends. lostRevision then reports whether the call may be sent again: it was refused by its status alone. What has got an
// answer may have been looked at.
func (c *Client) lostRevision(ctx context.Context, x *connection, err error) bool {
	if x.carrier == nil || c.opts.Revision != 0 || !x.revision().Modern() || !looksLegacy(err) {
		return false
	}
	c.mu.Lock()
	soon := time.Since(c.reprobed) < reprobePause
	if !soon {
		c.reprobed = time.Now()
	}
	c.mu.Unlock()
	if soon {
		return CodeOf(err) == Rejected && errors.Is(x.ended(), SessionNotFound) // another call has just found out
	}
	call := x.NewCall(methodDiscover)
	defer call.Release()
	call.Timeout = c.opts.Timeouts.Probe
	switch failed := x.Do(ctx, call); {
	case failed == nil:
		if versions, bad := peek.Strings(call.Reply.Result, "supportedVersions"); bad == nil && slices.Contains(versions, jsonrpc.Latest.String()) {
			return false
		}
	case isModern(failed) || !isAnswer(failed) || !x.carrier.FallsBack(failed):
		return false
	}
	x.end(NewError(Lost, "the server has no revision without sessions any more", NewError(SessionNotFound, "there was none", nil)))
	x.finishSession()
	return CodeOf(err) == Rejected
}

// isAnswer reports whether an error is what a server has answered, and not that it has not.
func isAnswer(err error) bool {
	var (
		answered *jsonrpc.Error
		e        *Error
	)
	return errors.As(err, &answered) || CodeOf(err) == Rejected && errors.As(err, &e) && e.HTTPStatus() != 0
}
