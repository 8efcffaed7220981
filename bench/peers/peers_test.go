package peers_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/peers"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// TestCodecsAgree holds every codec to the baseline: what is fast but wrong has no place in a table.
func TestCodecsAgree(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Variants() {
		wants := map[peers.View]any{peers.Payload: baseline(t, m, peers.Payload), peers.Whole: baseline(t, m, peers.Whole)}
		for _, c := range peers.All() {
			for _, view := range []peers.View{peers.Payload, peers.Whole} {
				target := peers.NewTarget(c, m, view)
				if target == nil {
					continue
				}
				data := view.Data(m)
				require.NoError(t, c.Decode(data, target), "%s %s", m.Name, c.Name())
				out, err := c.Encode(target)
				require.NoError(t, err, "%s %s", m.Name, c.Name())
				want := wants[view]
				if strings.HasPrefix(c.Name(), "mcpwire") {
					want = withPayload(want, value(t, m.Payload())) // it keeps unknown members of the payload as well
				}
				require.True(t, reflect.DeepEqual(want, value(t, out)), "%s %s", m.Name, c.Name())
			}
		}
	}
}

// withPayload returns want, a payload or a message around one, with that payload instead.
func withPayload(want, payload any) any {
	message, ok := want.(map[string]any)
	if !ok || message["jsonrpc"] == nil {
		return payload
	}
	message = maps.Clone(message)
	for _, key := range []string{"params", "result", "error"} {
		if message[key] != nil {
			message[key] = payload
		}
	}
	return message
}

// baseline is what encoding/json keeps of a message.
func baseline(t *testing.T, m corpus.Message, view peers.View) any {
	t.Helper()
	c := peers.All()[0]
	require.Equal(t, peers.Baseline, c.Name())
	target := peers.NewTarget(c, m, view)
	require.NoError(t, c.Decode(view.Data(m), target))
	out, err := c.Encode(target)
	require.NoError(t, err)
	return value(t, out)
}

func value(t *testing.T, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return v
}

func TestRoutersAgree(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Variants() {
		var want peers.Envelope
		require.NoError(t, json.Unmarshal(m.Data, &want))
		for _, c := range peers.Routers() {
			target := peers.NewTarget(c, m, peers.Outer)
			require.NotNil(t, target, c.Name())
			require.NoError(t, c.Decode(m.Data, target), c.Name())
			if got, ok := target.(*peers.Envelope); ok {
				require.True(t, reflect.DeepEqual(want, *got), "%s %s", m.Name, c.Name())
			}
		}
	}
}

// TestResetter decodes a full message and then an empty one into the same target.
func TestResetter(t *testing.T) {
	t.Parallel()
	m := corpus.Messages()[0]
	for _, c := range peers.All() {
		used, unused := peers.NewTarget(c, m, peers.Payload), peers.NewTarget(c, m, peers.Payload)
		reset := peers.Resetter(c, used)
		reset()
		require.NoError(t, c.Decode(m.Payload(), used))
		require.False(t, cmp.Equal(used, unused), c.Name())
		reset()
		require.NoError(t, c.Decode([]byte(`{}`), used))
		require.True(t, cmp.Equal(used, unused), c.Name())
	}
}

// TestProbe pins what the trials say of codecs whose manners are well known.
func TestProbe(t *testing.T) {
	t.Parallel()
	got := map[string]peers.Checks{}
	for _, c := range peers.Routers() {
		got[c.Name()] = peers.Probe(c)
		require.Equal(t, got[c.Name()].String(), c.Strictness())
		t.Logf("%-18s %s", c.Name(), c.Strictness())
	}
	std := got[peers.Baseline]
	require.Equal(t, peers.Checks{DecodeUTF8: true, DecodeRaw: true, DecodeSkipped: true, DecodeControl: true, EncodeUTF8: true, EncodeRaw: true}, std)
	require.True(t, std.SafeDecode())
	require.True(t, std.SafeEncode())

	exp := got["json-experiment"]
	require.True(t, exp.DecodeRawUTF8)
	require.True(t, exp.DecodeDuplicate)
	require.True(t, exp.DecodeCase)

	require.Equal(t, peers.Checks{DecodeCase: true}, got["gjson"])
	require.False(t, got["segmentio-nocopy"].SafeEncode())
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	for _, c := range peers.Routers() {
		if c.Name() != "jx" && c.Name() != "gjson" {
			continue
		}
		require.ErrorIs(t, c.Decode([]byte(`{}`), new(corpus.ListToolsResult)), peers.ErrUnsupported)
		_, err := c.Encode(new(corpus.ListToolsResult))
		require.ErrorIs(t, err, peers.ErrUnsupported, c.Name())
		for _, m := range corpus.Messages() {
			if strings.HasPrefix(m.Name, "tools-list") {
				require.Nil(t, peers.NewTarget(c, m, peers.Payload), c.Name())
			}
		}
	}
}

// TestEasyTwins compares the copies that easyjson generated code for with the mirrors, member by member.
func TestEasyTwins(t *testing.T) {
	t.Parallel()
	plain, easy := peers.All()[0], byName(t, "easyjson")
	for _, m := range corpus.Messages() {
		for _, view := range []peers.View{peers.Payload, peers.Whole, peers.Outer} {
			sameShape(t, reflect.TypeOf(peers.NewTarget(plain, m, view)), reflect.TypeOf(peers.NewTarget(easy, m, view)))
		}
	}
}

func byName(t *testing.T, name string) peers.Codec {
	t.Helper()
	for _, c := range peers.All() {
		if c.Name() == name {
			return c
		}
	}
	require.FailNow(t, "no codec", name)
	return nil
}

func sameShape(t *testing.T, want, got reflect.Type) {
	t.Helper()
	require.Equal(t, want.Kind(), got.Kind())
	require.Equal(t, want.Name(), got.Name())
	switch want.Kind() {
	case reflect.Pointer, reflect.Map:
		sameShape(t, want.Elem(), got.Elem())
	case reflect.Slice:
		if want.Elem().Name() != want.Name() && want.Elem().Name() != "ContentBlock" { // a content block holds others
			sameShape(t, want.Elem(), got.Elem())
		}
	case reflect.Struct:
		require.Equal(t, want.NumField(), got.NumField(), "go generate ./peers/easy")
		for i := range want.NumField() {
			require.Equal(t, want.Field(i).Tag, got.Field(i).Tag, "go generate ./peers/easy")
			sameShape(t, want.Field(i).Type, got.Field(i).Type)
		}
	}
}

// TestOwns pins what the trial says of codecs that are made to borrow, and of those that are not.
func TestOwns(t *testing.T) {
	t.Parallel()
	owns := map[string]bool{}
	for _, c := range peers.Routers() {
		owns[c.Name()] = peers.Owns(c)
	}
	for _, name := range []string{peers.Baseline, "json-experiment", "goccy", "sonic-std", "segmentio", "easyjson", "mcpwire-owned"} {
		require.True(t, owns[name], name)
	}
	for _, name := range []string{"goccy-nocopy", "sonic-nocopy", "segmentio-nocopy", "mcpwire", "gjson"} {
		require.False(t, owns[name], name)
	}
	t.Log(owns)
}
