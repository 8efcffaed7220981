// Package sse reads and writes event streams: the text/event-stream format of Server-Sent Events, as the HTML standard's section
// "Server-sent events" has it (rules T-29 and D-47).
//
// # Reading
//
// A Reader reads from an io.Reader, usually the body of an HTTP response, into blocks of a pool. Each Event that Next returns borrows
// from the block: its text is good until the next call, and its Data longer for whoever holds the block with Hold. The data of an event
// with one data line, which is nearly every one, stays where it was read to; that of several lines is joined in place. A Reader that
// waits for the next event, and has nothing of it yet, holds no block.
//
// What the standard leaves open, or what differs from it:
//
//   - Text is not decoded: bytes that are not UTF-8 are handed out as they are, and not replaced. Whoever reads JSON refuses them.
//   - An event is dispatched if it has a data line, be it an empty one, as the standard says. Such an event has no message in it, only
//     an id (rule D-12). One without data lines is not dispatched, but its id counts.
//   - The last event id goes on from Config.LastEventID instead of beginning empty, so that a stream that resumes another and names no id
//     does not forget where that one was.
//   - A retry field without digits is ignored, and one above MaxRetry means MaxRetry.
//   - The value of an event or id field that is longer than MaxField fails its event.
//
// # Limits
//
// An event has as many bytes as its lines, each counted with one for its end; comments are not counted. No event may have more than
// Config.Limit, nor may a line, of whatever kind, together with the lines of its event before it. Next fails with MessageTooLarge as
// soon as there are more. Only that event is lost: the next call reads on to the blank line that ends it, without keeping
// anything of it, and returns the event after it. Its id counts, if that line is not itself too long. So a stream goes on after an event
// that was too large, and a line that never ends costs no more memory than the limit, though it will never end; that is for
// the timeouts of the caller. A Reader keeps less than twice the limit at any time: a block that is outgrown, and the one it moves to.
//
// # Writing
//
// AppendEvent and its like append to a slice, in one pass. Data may be any text; what a Reader makes of it is the same text with LF in
// place of CR and CRLF, in one line each, so that nothing in it can end the event or begin another field (rule T-30). Names and ids cannot have line
// breaks; Valid tells. One that is not valid is left out.
package sse
