package httpheader

import (
	"net/netip"
	"strconv"
	"strings"
)

// host is the value of a Host header, or that part of an origin.
type host struct {
	name string // in lower case, without a dot at the end; an IPv6 address without brackets and in its canonical form
	port string // without leading zeros; "" for none
}

// parseHost parses s strictly: what is not a plain name or address with or without a port is refused, as somebody else might read
// it in another way.
func parseHost(s string) (h host, ok bool) {
	var rest string
	if strings.HasPrefix(s, "[") {
		inner, after, found := strings.Cut(s[1:], "]")
		addr, err := netip.ParseAddr(inner)
		if !found || err != nil || !addr.Is6() || addr.Zone() != "" {
			return host{}, false
		}
		h.name, rest = addr.String(), after
	} else {
		i := strings.IndexByte(s, ':')
		if i < 0 {
			i = len(s)
		}
		h.name, rest = strings.ToLower(strings.TrimSuffix(s[:i], ".")), s[i:]
		if !isName(h.name) {
			return host{}, false
		}
	}
	if rest == "" || rest == ":" {
		return h, true
	}
	if rest[0] != ':' || rest[1] < '0' || rest[1] > '9' {
		return host{}, false
	}
	h.port = rest[1:]
	for len(h.port) > 1 && h.port[0] == '0' {
		h.port = h.port[1:]
	}
	_, err := strconv.ParseUint(h.port, 10, 16)
	return h, err == nil
}

// isName reports whether s consists of labels of a to z, 0 to 9, - and _, with dots between them. It is asked with each request.
func isName(s string) bool {
	label := false // there is something since the last dot
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
			label = true
		case c == '.' && label:
			label = false
		default:
			return false
		}
	}
	return label
}

// isLoopback reports whether h can be nothing but this machine: no name that an attacker may let point to it is.
func (h host) isLoopback() bool {
	if h.name == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(h.name)
	return err == nil && addr.Unmap().IsLoopback()
}

// origin is the value of an Origin header.
type origin struct {
	scheme string // in lower case
	host
}

// parseOrigin parses a serialized origin: a scheme, a host and perhaps a port. "null" is none.
func parseOrigin(s string) (o origin, ok bool) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found || scheme == "" {
		return origin{}, false
	}
	o.scheme = strings.ToLower(scheme)
	o.host, ok = parseHost(rest)
	return o, ok
}

// under returns h without the port that the scheme implies.
func (h host) under(scheme string) host {
	if scheme == "http" && h.port == "80" || scheme == "https" && h.port == "443" {
		h.port = ""
	}
	return h
}
