package httpheader_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

var (
	loopback  = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	loopback6 = &net.TCPAddr{IP: net.IPv6loopback, Port: 8080}
	public    = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8080}
	unix      = &net.UnixAddr{Name: "/run/x.sock", Net: "unix"}
)

// textAddr is an address of a listener that is not of package net.
type textAddr string

func (textAddr) Network() string  { return "tcp" }
func (a textAddr) String() string { return string(a) }

func request(local net.Addr, host string) *http.Request {
	ctx := context.Background()
	if local != nil {
		ctx = context.WithValue(ctx, http.LocalAddrContextKey, local)
	}
	return (&http.Request{Host: host, Header: http.Header{}}).WithContext(ctx)
}

func TestGuardHost(t *testing.T) {
	t.Parallel()
	type row struct {
		rule  string
		local net.Addr
		host  string
		ok    bool
	}
	check := func(hosts []string, rows []row) {
		g, err := httpheader.NewGuard(hosts, nil)
		require.NoError(t, err)
		for _, row := range slices.Concat(rows, rows) { // what was let through before is let through again, and nothing else
			err := g.Check(request(row.local, row.host))
			if row.ok {
				require.NoError(t, err, "%s: %q", row.rule, row.host)
			} else {
				require.ErrorIs(t, err, httpheader.ErrHost, "%s: %q", row.rule, row.host)
			}
		}
	}
	check(nil, []row{
		{"H-02: localhost", loopback, "localhost", true},
		{"H-02: with a port", loopback, "localhost:8080", true},
		{"H-02: with any port, as of a tunnel", loopback, "localhost:1", true},
		{"H-02: with an empty port", loopback, "localhost:", true},
		{"H-02: in upper case", loopback, "LocalHost:8080", true},
		{"H-02: with a dot at the end", loopback, "localhost.:8080", true},
		{"H-02: with two dots", loopback, "localhost..", false},
		{"H-02: the address", loopback, "127.0.0.1", true},
		{"H-02: the address with a port", loopback, "127.0.0.1:8080", true},
		{"H-02: another loopback address", loopback, "127.8.8.8:8080", true},
		{"H-02: IPv6", loopback6, "[::1]", true},
		{"H-02: IPv6 with a port", loopback6, "[::1]:8080", true},
		{"H-02: IPv6 in another form", loopback6, "[0:0:0:0:0:0:0:1]:8080", true},
		{"H-02: IPv4 in IPv6", loopback, "[::ffff:127.0.0.1]:8080", true},
		{"H-02: IPv6 without brackets", loopback6, "::1", false},
		{"H-02: IPv6 with a zone", loopback6, "[::1%lo]", false},
		{"H-02: IPv4 in brackets", loopback, "[127.0.0.1]", false},
		{"H-02: brackets that do not end", loopback6, "[::1", false},
		{"H-02: something behind brackets", loopback6, "[::1]x", false},
		{"H-02: a name that an attacker may have", loopback, "evil.test", false},
		{"H-02: with the right port", loopback, "evil.test:8080", false},
		{"H-02: at the end of IPv6", loopback6, "evil.test:8080", false},
		{"H-02: a name below localhost", loopback, "localhost.evil.test", false},
		{"H-02: an address that is a name", loopback, "127.0.0.1.evil", false},
		{"H-02: a shortened address", loopback, "127.1", false},
		{"H-02: an address as a number", loopback, "2130706433", false},
		{"H-02: a hexadecimal address", loopback, "0x7f.0.0.1", false},
		{"H-02: any address", loopback, "0.0.0.0:8080", false},
		{"H-02: IPv6, any address", loopback, "[::]:8080", false},
		{"H-02: an address of the network", loopback, "192.168.1.1", false},
		{"H-02: empty", loopback, "", false},
		{"H-02: only a port", loopback, ":8080", false},
		{"H-02: only a dot", loopback, ".", false},
		{"H-02: a dot before the name", loopback, ".localhost", false},
		{"H-02: two dots in the name", loopback, "a..localhost", false},
		{"H-02: two dots after the name", loopback, "localhost..", false},
		{"H-02: a port with zeros in front", loopback, "localhost:0008080", true},
		{"H-02: a port that is no number", loopback, "localhost:http", false},
		{"H-02: a port with a sign", loopback, "localhost:+80", false},
		{"H-02: a port that is too large", loopback, "localhost:65536", false},
		{"H-02: two ports", loopback, "localhost:80:80", false},
		{"H-02: a user", loopback, "evil@localhost", false},
		{"H-02: a space", loopback, "localhost ", false},
		{"H-02: two hosts", loopback, "localhost,evil.test", false},
		{"H-02: a path", loopback, "localhost/", false},
		{"H-02: not on loopback, any name will do", public, "mcp.example.com", true},
		{"H-02: but it must be one", public, "mcp example com", false},
		{"H-02: a Unix socket has no pages", unix, "anything", true},
		{"H-02: nothing is known of the listener", nil, "mcp.example.com", true},
		{"H-02: a loopback address by its text", textAddr("127.0.0.1:80"), "evil.test", false},
		{"H-02: another by its text", textAddr("192.0.2.1:80"), "evil.test", true},
		{"H-02: one without text", textAddr("pipe"), "evil.test", true},
	})
	check([]string{"api.example.com", "Proxy.example.com.:8443", "[2001:DB8::1]"}, []row{
		{"H-02: a listed name", loopback, "api.example.com", true},
		{"H-02: a listed name without port, with any", loopback, "API.example.com:1234", true},
		{"H-02: a listed name with its port", public, "proxy.example.com:8443", true},
		{"H-02: a listed name with its port in another form", public, "proxy.example.com:08443", true},
		{"H-02: a listed name with port 0", public, "proxy.example.com:00", false},
		{"H-02: with another", public, "proxy.example.com", false},
		{"H-02: a listed address", public, "[2001:db8:0::1]:80", true},
		{"H-02: not listed", public, "mcp.example.com", false},
		{"H-02: below one that is listed", public, "x.api.example.com", false},
		{"H-02: this machine, on loopback", loopback, "localhost", true},
		{"H-02: this machine, from elsewhere", public, "localhost", false},
		{"H-02: on a Unix socket, the list counts", unix, "anything", false},
	})
	check([]string{"*"}, []row{
		{"H-02: switched off", loopback, "evil.test", true},
		{"H-02: switched off, also for nonsense", loopback, "", true},
	})
}

// What a guard remembers of hosts is for one kind of address, and many names do not hide what they are.
func TestGuardRemembers(t *testing.T) {
	t.Parallel()
	g, err := httpheader.NewGuard(nil, nil)
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, g.Check(request(public, "evil.example")))
		require.ErrorIs(t, g.Check(request(loopback, "evil.example")), httpheader.ErrHost, "H-02: let through elsewhere")
		require.NoError(t, g.Check(request(loopback, "localhost")))
		require.ErrorIs(t, g.Check(request(loopback, "localhost.example")), httpheader.ErrHost)
	}
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			name := strings.Repeat("a", i) + ".example:" + strconv.Itoa(i)
			for range 3 {
				if g.Check(request(public, "x"+name)) != nil || g.Check(request(loopback, "x"+name)) == nil || g.Check(request(public, "/"+name)) == nil {
					t.Error(name)
				}
			}
		})
	}
	all.Wait()
}

func TestGuardOrigin(t *testing.T) {
	t.Parallel()
	type row struct {
		rule   string
		origin []string
		host   string
		ok     bool
	}
	const host = "localhost:8080"
	check := func(origins []string, rows []row) {
		g, err := httpheader.NewGuard([]string{"mcp.example.com"}, origins)
		require.NoError(t, err)
		for _, row := range rows {
			r := request(loopback, row.host)
			if row.origin != nil {
				r.Header["Origin"] = row.origin
			}
			err := g.Check(r)
			if row.ok {
				require.NoError(t, err, "%s: %q", row.rule, row.origin)
			} else {
				require.ErrorIs(t, err, httpheader.ErrOrigin, "%s: %q", row.rule, row.origin)
			}
		}
	}
	check(nil, []row{
		{"H-01: absent", nil, host, true},
		{"H-01: the same", []string{"http://localhost:8080"}, host, true},
		{"H-01: the same in another case", []string{"HTTP://LocalHost:8080"}, host, true},
		{"H-01: the same behind a proxy that ends TLS", []string{"https://mcp.example.com"}, "mcp.example.com", true},
		{"H-01: with the default port in one of them", []string{"https://mcp.example.com"}, "mcp.example.com:443", true},
		{"H-01: with the default port in the other", []string{"http://mcp.example.com:80"}, "mcp.example.com", true},
		{"H-01: a default port of another scheme", []string{"http://mcp.example.com:443"}, "mcp.example.com", false},
		{"H-01: null", []string{"null"}, host, false},
		{"H-01: empty", []string{""}, host, false},
		{"H-01: somebody else", []string{"http://evil.test"}, host, false},
		{"H-01: with the right port", []string{"http://evil.test:8080"}, host, false},
		{"H-01: another port", []string{"http://localhost:3000"}, host, false},
		{"H-01: no port", []string{"http://localhost"}, host, false},
		{"H-01: another name of this machine", []string{"http://127.0.0.1:8080"}, host, false},
		{"H-01: another scheme", []string{"ftp://localhost:8080"}, host, false},
		{"H-01: an extension", []string{"chrome-extension://abcdefgh"}, host, false},
		{"H-01: a path", []string{"http://localhost:8080/"}, host, false},
		{"H-01: a user", []string{"http://localhost:8080@evil.test"}, host, false},
		{"H-01: no scheme", []string{"localhost:8080"}, host, false},
		{"H-01: an empty scheme", []string{"://localhost:8080"}, host, false},
		{"H-01: two in a line", []string{"http://localhost:8080 http://evil.test"}, host, false},
		{"H-01: two lines", []string{"http://localhost:8080", "http://localhost:8080"}, host, false},
	})
	check([]string{"https://app.example.com", "http://localhost:*", "vscode-webview://1a2b", "http://[::1]:5173"}, []row{
		{"H-01: listed", []string{"https://app.example.com"}, host, true},
		{"H-01: listed, with its default port", []string{"https://app.example.com:443"}, host, true},
		{"H-01: another scheme than the listed one", []string{"http://app.example.com"}, host, false},
		{"H-01: below the listed one", []string{"https://x.app.example.com"}, host, false},
		{"H-01: longer than the listed one", []string{"https://app.example.com.evil.test"}, host, false},
		{"H-01: listed with any port", []string{"http://localhost:3000"}, host, true},
		{"H-01: listed with any port, and without", []string{"http://localhost"}, host, true},
		{"H-01: any port, another scheme", []string{"https://localhost:3000"}, host, false},
		{"H-01: another scheme that is listed", []string{"vscode-webview://1a2b"}, host, true},
		{"H-01: IPv6", []string{"http://[0::1]:5173"}, host, true},
		{"H-01: the same is allowed besides", []string{"https://mcp.example.com"}, "mcp.example.com", true},
		{"H-01: null is never listed", []string{"null"}, host, false},
	})
	check([]string{"*"}, []row{
		{"H-01: switched off", []string{"null"}, host, true},
		{"H-01: switched off", []string{"http://evil.test"}, host, true},
	})
}

// A page of http must not reach what is served by TLS here.
func TestGuardScheme(t *testing.T) {
	t.Parallel()
	r := request(public, "mcp.example.com")
	r.TLS = new(tls.ConnectionState)
	r.Header.Set("Origin", "https://mcp.example.com")
	require.NoError(t, new(httpheader.Guard).Check(r))
	r.Header.Set("Origin", "http://mcp.example.com")
	require.ErrorIs(t, new(httpheader.Guard).Check(r), httpheader.ErrOrigin)
}

// Browsers say where a request comes from also if they send no Origin.
func TestGuardSite(t *testing.T) {
	t.Parallel()
	g, err := httpheader.NewGuard(nil, []string{"https://app.example.com"})
	require.NoError(t, err)
	for _, row := range []struct {
		rule   string
		origin string
		site   []string
		ok     bool
	}{
		{"typed by the user", "", []string{"none"}, true},
		{"the same origin", "http://localhost:8080", []string{"same-origin"}, true},
		{"another site, without an Origin", "", []string{"cross-site"}, false},
		{"another origin of this site", "", []string{"same-site"}, false},
		{"nobody knows such a site", "", []string{"other"}, false},
		{"two lines", "", []string{"none", "none"}, false},
		{"contradictory", "http://localhost:8080", []string{"cross-site"}, false},
		{"another site that is listed", "https://app.example.com", []string{"cross-site"}, true},
		{"another site that is not", "https://evil.test", []string{"cross-site"}, false},
		{"somebody else, who claims to be the same", "https://evil.test", []string{"same-origin"}, false},
	} {
		r := request(loopback, "localhost:8080")
		r.Header["Sec-Fetch-Site"] = row.site
		if row.origin != "" {
			r.Header.Set("Origin", row.origin)
		}
		require.Equal(t, row.ok, g.Check(r) == nil, "H-01: %s", row.rule)
	}
}

func TestNewGuardRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "https://example.com", "a b", "example.com:*", "[::1"} {
		_, err := httpheader.NewGuard([]string{s}, nil)
		require.ErrorContains(t, err, "invalid host", "%q", s)
	}
	for _, s := range []string{"", "null", "example.com", "https://", "https://example.com/", "https://*.example.com", "http://localhost:80:*", "http://localhost:3000:*"} {
		_, err := httpheader.NewGuard(nil, []string{s})
		require.ErrorContains(t, err, "invalid origin", "%q", s)
	}
}
