package httpclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// failure says what it means that there is no response. sent says whether the server may have seen the request.
func (c *Client) failure(ctx context.Context, err error, sent bool) error {
	switch {
	case ctx.Err() != nil:
		return transport.FromContext(ctx, "waiting for the response")
	case strings.Contains(err.Error(), "server response headers exceeded"): // net/http has no other way to tell
		return transport.TooLarge("header of the response", -1, int64(c.cfg.Limits.Header))
	case sent:
		return transport.NewError(transport.Lost, "there was no response", Short(err))
	case errors.Is(err, os.ErrDeadlineExceeded) || isTimeout(err):
		return transport.NewError(transport.Timeout, "connecting to the server", Short(err))
	}
	return transport.NewError(transport.Rejected, "the server cannot be reached", Short(err))
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// maxText is how much of an error's text, or of a response, an error quotes, in bytes.
const maxText = 256

// Short returns err with a text that is not longer than what errors quote: errors of net/http quote what the server has sent.
func Short(err error) error {
	if len(err.Error()) <= maxText {
		return err
	}
	return shortError{err}
}

type shortError struct{ error }

func (e shortError) Error() string {
	return strings.ToValidUTF8(e.error.Error()[:maxText], "") + " ..."
}
func (e shortError) Unwrap() error { return e.error }

// Refused returns the error for a response that is none that was asked for: a Rejected. cause is what the server has said, as far as it
// is known; if it is nil, the error quotes what the body begins with. The body is closed.
func Refused(resp *http.Response, cause error) error {
	text := ""
	if cause == nil {
		b, _ := io.ReadAll(io.LimitReader(resp.Body, maxText+1)) // what there is of it
		text = Quote(b)
	}
	Discard(resp.Body)
	return Rejected(resp, text, cause)
}

// Rejected is Refused for a body that was read. text is what the error says of it.
func Rejected(resp *http.Response, text string, cause error) error {
	if resp.Header.Get("Location") != "" && resp.StatusCode/100 == 3 {
		text = "redirects are not followed here" // where to, with what else is in that URL, is not quoted
	}
	e := transport.FromStatus(transport.Rejected, text, resp.StatusCode, cause)
	if d := RetryAfter(resp.Header.Get("Retry-After"), time.Now()); d > 0 {
		e = e.RetryIn(d)
	}
	return e
}

// Quote returns what a body begins with, to be the text of an error; "" if it is empty.
func Quote(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	more := ""
	if len(b) > maxText {
		b, more = b[:maxText], " ..."
	}
	return "the server says " + strconv.QuoteToASCII(string(b)) + more
}

// maxRetryAfter is the longest time that a server can ask for.
const maxRetryAfter = 24 * time.Hour

// RetryAfter returns the time that a Retry-After header names, from now on; 0 for none.
func RetryAfter(value string, now time.Time) time.Duration {
	if value = strings.TrimSpace(value); value == "" {
		return 0
	}
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
