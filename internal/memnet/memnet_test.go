package memnet_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/memnet"
)

// A server and a client of net/http in a bubble.
func TestHTTP(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		hs := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Hour)
			_, _ = io.WriteString(w, "hello")
		})}
		served := make(chan error, 1)
		go func() { served <- hs.Serve(l) }()
		rt := &http.Transport{DialContext: l.Dial}
		began := time.Now()
		resp, err := (&http.Client{Transport: rt}).Get("http://memory/")
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, "hello", string(body))
		require.Equal(t, time.Hour, time.Since(began))
		rt.CloseIdleConnections()
		require.NoError(t, hs.Close())
		require.ErrorIs(t, <-served, http.ErrServerClosed)
	})
}

// Who waits for a connection does not wait for longer than there can be one.
func TestEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		_, err := l.Dial(ctx, "", "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		go func() {
			time.Sleep(time.Second)
			_ = l.Close() // never fails
		}()
		_, err = l.Accept()
		require.ErrorIs(t, err, net.ErrClosed)
		_, err = l.Dial(t.Context(), "", "")
		require.ErrorIs(t, err, net.ErrClosed)
		require.NoError(t, l.Close())
	})
}
