package corpus_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

// TestMirrorsKeepEverything decodes into the mirrors, refusing members they do not know, and encodes them again.
func TestMirrorsKeepEverything(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Messages() {
		for _, c := range []corpus.Message{m, corpus.Shuffled(m)} {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				roundTrip(t, c.Payload(), c.NewMirror())
				roundTrip(t, c.Data, c.NewEnvelopeMirror())
			})
		}
	}
}

func roundTrip(t *testing.T, data []byte, mirror any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(mirror))
	again, err := json.Marshal(mirror)
	require.NoError(t, err)
	require.True(t, cmp.Equal(value(t, data), value(t, again)), "%T lost something", mirror)
}

// TestMirrorsIgnoreUnknown makes sure that the added members change nothing that a mirror holds.
func TestMirrorsIgnoreUnknown(t *testing.T) {
	t.Parallel()
	for _, m := range corpus.Messages() {
		plain, extended := m.NewEnvelopeMirror(), m.NewEnvelopeMirror()
		require.NoError(t, json.Unmarshal(m.Data, plain))
		require.NoError(t, json.Unmarshal(corpus.WithUnknown(m).Data, extended))
		require.True(t, cmp.Equal(plain, extended), m.Name)
	}
}

// TestMirrorsHaveNoMethods walks the types: with a method, encoding/json would call it and the comparison would be void.
func TestMirrorsHaveNoMethods(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if seen[typ] || typ == reflect.TypeFor[json.RawMessage]() {
			return
		}
		seen[typ] = true
		require.Zero(t, typ.NumMethod(), "%s", typ)
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem())
		case reflect.Struct:
			require.Zero(t, reflect.PointerTo(typ).NumMethod(), "*%s", typ)
			for i := range typ.NumField() {
				walk(typ.Field(i).Type)
			}
		}
	}
	for _, m := range corpus.Messages() {
		walk(reflect.TypeOf(m.NewEnvelopeMirror()))
	}
	require.Greater(t, len(seen), 30)
}

func TestNoMirrorForUnknownMethod(t *testing.T) {
	t.Parallel()
	m := corpus.Message{Method: "ping", Kind: corpus.Request}
	require.Nil(t, m.NewMirror())
	require.Nil(t, m.NewEnvelopeMirror())
}
