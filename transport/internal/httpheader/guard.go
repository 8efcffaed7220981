package httpheader

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
)

// Why a Guard refuses a request. Each is to be answered with 403 (rule D-68).
var (
	ErrHost   = errors.New("the host is not allowed")
	ErrOrigin = errors.New("the origin is not allowed")
)

// Guard refuses requests that a browser may have been led to by a page of somebody else (rules H-01, H-02). The zero Guard
// is a good one. It is safe for concurrent use.
type Guard struct {
	hosts           []host   // with a port of "" for any
	origins         []origin // without the default port of their scheme; with a port of "*" for any
	anyHost, anyOrg bool
	known           atomic.Pointer[[]knownHost]
}

// knownHost is a Host header that was let through, so that it is not parsed with each request. What is let through on a loopback address
// may not be so elsewhere, and the other way round.
type knownHost struct {
	text     string
	loopback bool
}

// How many hosts are known, and how long they are at most: clients choose what they call a server, but most servers have one name.
const (
	maxKnown      = 8
	maxKnownBytes = 256
)

// NewGuard returns a Guard that also lets through what is listed: hosts, which are names or addresses with or without a port, such as
// api.example.com, and origins, such as https://app.example.com or http://localhost:3000, whose port may be * for
// any. A host or origin of "*" lets all through. If hosts are listed, no others are let through, but those of this machine on
// a loopback address.
func NewGuard(hosts, origins []string) (*Guard, error) {
	g := new(Guard)
	for _, s := range hosts {
		h, ok := parseHost(s)
		switch {
		case s == "*":
			g.anyHost = true
		case !ok:
			return nil, fmt.Errorf("invalid host %q", s)
		default:
			g.hosts = append(g.hosts, h)
		}
	}
	for _, s := range origins {
		without, anyPort := strings.CutSuffix(s, ":*")
		o, ok := parseOrigin(without)
		switch {
		case s == "*":
			g.anyOrg = true
		case !ok || anyPort && o.port != "":
			return nil, fmt.Errorf("invalid origin %q", s)
		default:
			if o.host = o.under(o.scheme); anyPort {
				o.port = "*"
			}
			g.origins = append(g.origins, o)
		}
	}
	return g, nil
}

// Check returns ErrHost or ErrOrigin if r is not to be served.
//
// A request to a loopback address must name this machine as its host, or a host that is listed: a page whose name was made to point here
// names another (rule H-02). A request with an Origin must come from the same origin, or from one that is listed; "null" is neither, and
// so is more than one. Without an Origin, it is from no browser, or no page of somebody else, and passes, unless Sec-Fetch-Site tells otherwise.
func (g *Guard) Check(r *http.Request) error {
	if !g.anyHost && !g.allowsHost(r) {
		return ErrHost
	}
	if !g.anyOrg && !g.allowsOrigin(r) {
		return ErrOrigin
	}
	return nil
}

func (g *Guard) allowsHost(r *http.Request) bool {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	loopback := isLoopbackAddr(local)
	known := g.known.Load()
	if known != nil && slices.Contains(*known, knownHost{r.Host, loopback}) {
		return true
	}
	h, ok := parseHost(r.Host)
	if !ok || !g.allowsHostOn(h, loopback) {
		return false
	}
	g.remember(known, knownHost{r.Host, loopback})
	return true
}

// allowsHostOn decides on a host that a client has named on a connection to a loopback address, or to another one.
func (g *Guard) allowsHostOn(h host, loopback bool) bool {
	for _, a := range g.hosts {
		if a.name == h.name && (a.port == "" || a.port == h.port) {
			return true
		}
	}
	if loopback {
		return h.isLoopback()
	}
	return len(g.hosts) == 0
}

// remember makes x known, if there is room. known is what was found. Of two that come at the same time, one may be left for another time.
func (g *Guard) remember(known *[]knownHost, x knownHost) {
	var list []knownHost
	if known != nil {
		list = *known
	}
	if len(list) < maxKnown && len(x.text) <= maxKnownBytes {
		x.text = strings.Clone(x.text) // the request's headers may lie in the same memory
		list = append(slices.Clip(list), x)
		g.known.CompareAndSwap(known, &list)
	}
}

// isLoopbackAddr reports whether a is a loopback address. What is no IP address, such as a Unix socket, is out of a browser's reach.
func isLoopbackAddr(a net.Addr) bool {
	switch a := a.(type) {
	case nil:
		return false
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	}
	addr, err := netip.ParseAddrPort(a.String())
	return err == nil && addr.Addr().Unmap().IsLoopback()
}

func (g *Guard) allowsOrigin(r *http.Request) bool {
	site := r.Header["Sec-Fetch-Site"]
	same := len(site) == 0 || len(site) == 1 && (site[0] == "same-origin" || site[0] == "none")
	values := r.Header["Origin"]
	if len(values) == 0 {
		return same
	}
	if len(values) > 1 {
		return false
	}
	o, ok := parseOrigin(values[0])
	if !ok {
		return false
	}
	o.host = o.under(o.scheme)
	if slices.ContainsFunc(g.origins, func(a origin) bool { return a == o || a.port == "*" && a.scheme == o.scheme && a.name == o.name }) {
		return true
	}
	// Behind a proxy that ends TLS, the page's scheme is not ours.
	scheme := o.scheme == "https" || o.scheme == "http" && r.TLS == nil
	h, ok := parseHost(r.Host)
	return same && scheme && ok && o.host == h.under(o.scheme)
}
