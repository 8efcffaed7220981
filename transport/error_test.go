package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{transport.NewError(transport.Closed, "", nil), "transport: closed"},
		{transport.NewError(transport.Protocol, "reading a message", io.ErrUnexpectedEOF), "transport: protocol error: reading a message: unexpected EOF"},
		{transport.TooLarge("request", 20, 10), "transport: message too large: request: 20 bytes: the limit is 10 bytes"},
		{transport.TooLarge("line", -1, 10), "transport: message too large: line: the limit is 10 bytes"},
		{transport.FromStatus(transport.Rejected, "POST", 403, nil), "transport: rejected: POST: HTTP status 403"},
		{
			transport.FromProcess("the server has ended", 3, "trace\nboom\n", io.EOF),
			`transport: process failure: the server has ended: exit code 3: EOF: stderr ends with "trace\nboom"`,
		},
		{transport.FromProcess("spawn", -1, " \n", fs.ErrNotExist), "transport: process failure: spawn: file does not exist"},
		{transport.Lost, "transport: connection lost"},
		{transport.Code(200), "transport: code 200"},
	} {
		require.EqualError(t, c.err, c.want)
	}
	long := transport.FromProcess("", 0, strings.Repeat("x", 5000)+"end", nil).Error()
	require.Less(t, len(long), 700)
	require.True(t, strings.HasSuffix(long, `end"`), "the end of stderr is what counts")
}

func TestErrorDetails(t *testing.T) {
	large := transport.TooLarge("event", -1, 7)
	require.EqualValues(t, -1, large.Size())
	require.EqualValues(t, 7, large.Limit())
	require.Equal(t, -1, large.ExitCode())

	status := transport.FromStatus(transport.SessionNotFound, "", 404, nil)
	require.Equal(t, 404, status.HTTPStatus())
	require.Zero(t, status.Size())

	child := transport.FromProcess("", 0, "text", nil)
	require.Equal(t, transport.Process, child.Code())
	require.Zero(t, child.ExitCode())
	require.Equal(t, "text", child.Stderr())
}

func TestErrorIs(t *testing.T) {
	std := map[error]transport.Code{
		os.ErrDeadlineExceeded: transport.Timeout, context.DeadlineExceeded: transport.Timeout,
		context.Canceled: transport.Canceled, fs.ErrClosed: transport.Closed,
	}
	for code := transport.Unknown; code <= transport.CannotCall; code++ {
		err := fmt.Errorf("outer: %w", transport.NewError(code, "x", io.EOF))
		require.Equal(t, code, transport.CodeOf(err))
		require.ErrorIs(t, err, io.EOF, "the cause")
		for other := transport.Unknown; other <= transport.CannotCall; other++ {
			require.Equal(t, code == other, errors.Is(err, other), "%v is %v", code, other)
		}
		for target, want := range std {
			require.Equal(t, code == want, errors.Is(err, target), "%v is %v", code, target)
		}
		var e *transport.Error
		require.ErrorAs(t, err, &e)
		var timeout interface{ Timeout() bool }
		require.ErrorAs(t, err, &timeout)
		require.Equal(t, code == transport.Timeout, timeout.Timeout())
	}
	require.Equal(t, transport.Unknown, transport.CodeOf(io.EOF))
	require.Equal(t, transport.Unknown, transport.CodeOf(nil))
	require.Equal(t, transport.Lost, transport.CodeOf(fmt.Errorf("bare: %w", transport.Lost)))
}

func TestCodesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for code := transport.Unknown; code <= transport.CannotCall; code++ {
		require.NotEmpty(t, code.String())
		require.False(t, seen[code.String()], code.String())
		seen[code.String()] = true
	}
	require.Equal(t, "code 15", (transport.CannotCall + 1).String())
}

func TestFromContext(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	err := transport.FromContext(ctx, "waiting")
	require.Equal(t, transport.Canceled, err.Code())
	require.ErrorIs(t, err, cause)
	require.ErrorIs(t, err, context.Canceled)

	ctx, stop := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer stop()
	err = transport.FromContext(ctx, "waiting")
	require.Equal(t, transport.Timeout, err.Code())
	require.EqualError(t, err, "transport: timeout: waiting: context deadline exceeded")
}
