package httpclient

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Addresses that lead to this machine, to private networks, or around the check, are not public (rule S18).
func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "172.32.0.1": true, "100.128.0.1": true, "2606:4700::1111": true, "2a00:1450::1": true,
		"0.0.0.0": false, "0.1.2.3": false, "127.0.0.1": false, "127.255.0.1": false, "10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "192.0.0.1": false, "192.0.2.1": false, "198.18.0.1": false,
		"198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true, "::7f00:1": false, "fe80::1": false, "fe80::1%eth0": false,
		"fc00::1": false, "fd12::1": false, "fec0::1": false, "ff02::1": false, "64:ff9b::a00:1": false, "64:ff9b:1::1": false, "2002:a00:1::": false,
		"2001:0:1::1": false, "2001:db8::1": false, "100::1": false,
	} {
		require.Equal(t, public, isPublic(netip.MustParseAddr(address)), address)
	}
	for _, address := range []string{"", "localhost:80", "10.0.0.1:80", "[::1]:80", "8.8.8.8"} {
		require.ErrorIs(t, onlyPublic("tcp", address, nil), ErrPrivate, address)
	}
	require.NoError(t, onlyPublic("tcp", "[2606:4700::1111]:443", nil))
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 28, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-1": 0, "1.5": 0, "x": 0, "99999999999999": 0, "2147483647": maxRetryAfter,
		"Tue, 28 Jul 2026 12:00:30 GMT": 30 * time.Second, "Tue, 28 Jul 2026 11:00:00 GMT": 0, "Tue, 28 Jul 2099 12:00:00 GMT": maxRetryAfter,
	} {
		require.Equal(t, want, RetryAfter(value, now), "%q", value)
	}
}

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		a, b string
		same bool
	}{
		{"http://a/x", "http://a/y?z", true},
		{"http://a", "http://A:80", true},
		{"https://a", "https://a:443", true},
		{"https://[::1]:443/", "https://[::1]/", true},
		{"http://a", "https://a", false},
		{"http://a:443", "https://a:443", false},
		{"http://a", "http://a:81", false},
		{"http://a", "http://b", false},
		{"http://a", "http://a.b", false},
	} {
		a, err := url.Parse(row.a)
		require.NoError(t, err)
		b, err := url.Parse(row.b)
		require.NoError(t, err)
		require.Equal(t, row.same, SameOrigin(a, b), "%s %s", row.a, row.b)
		require.Equal(t, row.same, SameOrigin(b, a), "%s %s", row.a, row.b)
	}
}

// A body is read as often as it has to be, and not any more once it is detached.
func TestBody(t *testing.T) {
	t.Parallel()
	b := NewBody([]byte("hello"))
	require.False(t, b.Sent())
	first := b.reader()
	text, err := io.ReadAll(io.LimitReader(first, 2))
	require.NoError(t, err)
	require.Equal(t, "he", string(text))
	require.True(t, b.Sent())
	for range 2 {
		again, err := b.again()
		require.NoError(t, err)
		text, err = io.ReadAll(again)
		require.NoError(t, err)
		require.Equal(t, "hello", string(text))
		require.NoError(t, again.Close())
	}
	b.Detach()
	for _, r := range []io.Reader{first, b.reader()} {
		_, err = r.Read(make([]byte, 1))
		require.ErrorIs(t, err, errDetached)
	}
	require.False(t, (*Body)(nil).Sent())
}

// The race detector sees a text that is written to while it is still read.
func TestBodyIsDetachedInTime(t *testing.T) {
	t.Parallel()
	for range 100 {
		text := []byte(strings.Repeat("x", 1000))
		b := NewBody(text)
		var wg sync.WaitGroup
		r := b.reader()
		wg.Go(func() {
			p := make([]byte, 7)
			for {
				if _, err := r.Read(p); err != nil {
					return
				}
			}
		})
		b.Detach()
		for i := range text {
			text[i] = 'y'
		}
		wg.Wait()
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	require.Equal(t, io.EOF, Short(io.EOF))
	long := errors.Join(io.EOF, errors.New(strings.Repeat("\u00e9", 1000)))
	require.Less(t, len(Short(long).Error()), 300)
	require.ErrorIs(t, Short(long), io.EOF)
}

// What is quoted of a response is cut, and harmless.
func TestRefused(t *testing.T) {
	t.Parallel()
	resp := &http.Response{
		StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"3"}}, Body: io.NopCloser(strings.NewReader("a\n\x1b" + strings.Repeat("b", 300))),
	}
	err := Refused(resp, nil)
	require.EqualError(t, err, `transport: rejected: the server says "a\n\x1b`+strings.Repeat("b", 253)+`" ...: HTTP status 503: try again in 3s`)
	resp.Body = http.NoBody
	require.EqualError(t, Refused(resp, nil), "transport: rejected: HTTP status 503: try again in 3s")
	require.ErrorIs(t, Refused(resp, io.EOF), io.EOF)
}
