package httpclient

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// newTransport returns a transport for one server. It keeps as many idle connections as there may be calls at a time.
func newTransport(l transport.Limits, t transport.Timeouts, publicOnly bool) *http.Transport {
	d := &net.Dialer{Timeout: t.Connect, KeepAlive: 30 * time.Second}
	rt := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            d.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    l.InFlight,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    t.Connect,
		MaxResponseHeaderBytes: int64(l.Header),
		DisableCompression:     true, // what is small on the wire may be large (rule S17)
	}
	if publicOnly {
		d.Control = onlyPublic
		rt.Proxy = nil // its address is not the one that counts
	}
	return rt
}

// ErrPrivate is why a connection is refused that is to public addresses only.
var ErrPrivate = errors.New("the address is not a public one")

// onlyPublic is for net.Dialer.Control: names are resolved by then, so that nobody can answer differently a second time (rules S18, H-12).
func onlyPublic(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !isPublic(a.Addr()) {
		return ErrPrivate
	}
	return nil
}

// special are networks that are not, or not surely, somebody's on the internet. Some of them lead to IPv4 addresses, of whatever kind.
var special = func() []netip.Prefix {
	var list []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}()

func isPublic(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() { // neither loopback, link-local, multicast nor unspecified
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
