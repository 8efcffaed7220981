// Package peek reads the few members of params and results that a transport may look at: which revision a request is in, what it
// cancels, what it subscribes to. Everything else is left to whoever handles the message.
//
// All functions take text that jsonrpc.Scan has checked, and return what borrows it. A member that comes twice, or is of
// another kind than it has to be, is an error: two readers of the same message must not see different things.
package peek

import (
	"bytes"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// Keys of _meta (rules ).
const (
	KeyProtocolVersion    = "io.modelcontextprotocol/protocolVersion"
	KeyClientCapabilities = "io.modelcontextprotocol/clientCapabilities"
	KeyClientInfo         = "io.modelcontextprotocol/clientInfo"
	KeyServerInfo         = "io.modelcontextprotocol/serverInfo"
	KeyLogLevel           = "io.modelcontextprotocol/logLevel"
	KeySubscriptionID     = "io.modelcontextprotocol/subscriptionId"
	KeyProgressToken      = "progressToken"
)

// Meta is what the _meta of params says.
type Meta struct {
	Version      string // the protocol version; "" if absent
	Capabilities codec.Raw
	LogLevel     string
	Token        jsonrpc.ID // progressToken
	Subscription jsonrpc.ID
	// Modern is set if the protocol version is there, whatever it says: such a request belongs to a revision without
	// sessions.
	Modern bool
}

// The members that are watched for coming twice.
const (
	metaVersion uint64 = 1 << iota
	metaCapabilities
	metaLogLevel
	metaToken
	metaSubscription
)

// Read sets m to what the _meta of a message's params says.
func (m *Meta) Read(of *jsonrpc.Message) error {
	*m = Meta{}
	meta, err := of.Meta()
	if err != nil || meta.IsZero() {
		return err
	}
	var d codec.Decoder
	d.ResetRaw(meta)
	if !d.Null() {
		m.read(&d)
	}
	return d.Err()
}

func (m *Meta) read(d *codec.Decoder) {
	var seen uint64
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case KeyProtocolVersion:
			d.Once(&seen, metaVersion)
			m.Version, m.Modern = d.String(), true
		case KeyClientCapabilities:
			d.Once(&seen, metaCapabilities)
			if d.Kind() != codec.KindObject { // null would count as declared
				d.Unexpected("an object")
			}
			m.Capabilities = d.Raw()
		case KeyLogLevel:
			d.Once(&seen, metaLogLevel)
			if m.LogLevel = d.String(); m.LogLevel == "" {
				_ = d.Fail(codec.ErrInvalid) // stays in d; no level is called so
			}
		case KeyProgressToken:
			d.Once(&seen, metaToken)
			m.Token = id(d)
		case KeySubscriptionID:
			d.Once(&seen, metaSubscription)
			m.Subscription = id(d)
		default:
			d.Skip()
		}
	}
}

// id reads an id or token; null counts as none.
func id(d *codec.Decoder) (x jsonrpc.ID) {
	if d.Null() {
		return x
	}
	_ = x.DecodeJSON(d) // stays in d
	return x
}

// Member returns the member of the object r that has this name, zero if there is none or it is null. It is an
// error if it comes twice.
func Member(r codec.Raw, name string) (codec.Raw, error) {
	var (
		d    codec.Decoder
		seen uint64
		out  codec.Raw
	)
	if r.IsZero() {
		return out, nil
	}
	d.ResetRaw(r)
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key != name {
			d.Skip()
			continue
		}
		d.Once(&seen, 1)
		if !d.Null() {
			out = d.Raw()
		}
	}
	return out, d.Err()
}

// String returns the string member of the object r that has this name, in memory of its own; "" if there is none.
func String(r codec.Raw, name string) (string, error) {
	member, err := Member(r, name)
	if err != nil || member.IsZero() {
		return "", err
	}
	var d codec.Decoder
	d.ResetRaw(member)
	s := string([]byte(d.String()))
	return s, d.Err()
}

// Bool returns the boolean member of the object r that has this name; false if there is none.
func Bool(r codec.Raw, name string) (bool, error) {
	member, err := Member(r, name)
	if err != nil || member.IsZero() {
		return false, err
	}
	var d codec.Decoder
	d.ResetRaw(member)
	b := d.Bool()
	return b, d.Err()
}

// Members calls f with each member of the object r, in order: its name, its text from the name on, and its value. A name may
// come twice.
func Members(r codec.Raw, f func(name string, text []byte, value codec.Raw)) error {
	var d codec.Decoder
	d.ResetRaw(r)
	d.Kind() // skips white space
	from := d.Offset() + 1
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		value := d.Raw()
		if d.Err() != nil {
			break
		}
		to := d.Offset()
		f(key, bytes.TrimLeft(r.Bytes()[from:to], ", \t\r\n"), value)
		from = to
	}
	return d.Err()
}

// Strings returns the member of the object r that has this name and is a list of strings, in memory of its own.
func Strings(r codec.Raw, name string) ([]string, error) {
	member, err := Member(r, name)
	if err != nil || member.IsZero() {
		return nil, err
	}
	var (
		d    codec.Decoder
		list []string
	)
	d.ResetRaw(member)
	for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
		list = append(list, string([]byte(d.String())))
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return list, nil
}

// Cancelled returns the id of the request that the params of notifications/cancelled are about; zero if they
// name none, which 2025-11-25 allows (rules G-12, T-28).
func Cancelled(params codec.Raw) (jsonrpc.ID, error) { return idOf(params, "requestId") }

// Progress returns the token in the params of notifications/progress.
func Progress(params codec.Raw) (jsonrpc.ID, error) { return idOf(params, "progressToken") }

func idOf(params codec.Raw, name string) (x jsonrpc.ID, err error) {
	member, err := Member(params, name)
	if err != nil || member.IsZero() {
		return x, err
	}
	var d codec.Decoder
	d.ResetRaw(member)
	err = x.DecodeJSON(&d)
	return x, err
}
