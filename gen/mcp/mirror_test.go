package mcp_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// rawAsJSON compares raw JSON by value.
func rawAsJSON() cmp.Option {
	return cmp.FilterValues(func(a, b json.RawMessage) bool { return !bytes.Equal(a, b) },
		cmp.Transformer("JSON", func(r json.RawMessage) any {
			d := json.NewDecoder(bytes.NewReader(r))
			d.UseNumber()
			var v any
			if d.Decode(&v) != nil {
				return string(r)
			}
			return v
		}))
}

// tags are the consts that union variants write but do not store.
var tags = map[string]string{
	"TextContent": "text", "ImageContent": "image", "AudioContent": "audio", "ResourceLink": "resource_link",
	"EmbeddedResource": "resource", "ToolUseContent": "tool_use", "ToolResultContent": "tool_result",
}

// fillMirror fills the mirror with what the generated value holds, field by field. A field that the mirror does not
// have must be absent.
func fillMirror(t *testing.T, mirror any, v value) {
	t.Helper()
	fill(t, reflect.ValueOf(mirror).Elem(), reflect.ValueOf(v))
}

func fill(t *testing.T, dst, src reflect.Value) {
	t.Helper()
	for src.Kind() == reflect.Pointer || src.Kind() == reflect.Interface {
		if src.IsNil() {
			return
		}
		src = src.Elem()
	}
	if dst.Type() == reflect.TypeFor[json.RawMessage]() {
		fillRaw(t, dst, src)
		return
	}
	if get := src.MethodByName("Get"); get.IsValid() && get.Type().NumIn() == 0 && get.Type().NumOut() == 2 {
		out := get.Call(nil)
		if !out[1].Bool() {
			require.True(t, src.IsZero(), "null of %s has no place in the mirror", src.Type())
			return
		}
		fill(t, dst, out[0])
		return
	}
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	if list, ok := src.Interface().(mcp.ContentList); ok {
		src = reflect.ValueOf(list.List)
	}
	switch dst.Kind() {
	case reflect.Struct:
		fillStruct(t, dst, src)
	case reflect.Slice:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeSlice(dst.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			fill(t, dst.Index(i), src.Index(i))
		}
	case reflect.Map:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeMap(dst.Type()))
		for i := range src.Len() {
			e := reflect.New(dst.Type().Elem()).Elem()
			fill(t, e, src.Index(i).FieldByName("Value"))
			dst.SetMapIndex(src.Index(i).FieldByName("Key"), e)
		}
	default:
		dst.Set(src.Convert(dst.Type()))
	}
}

func fillRaw(t *testing.T, dst, src reflect.Value) {
	t.Helper()
	if src.IsZero() {
		return
	}
	if o, ok := src.Interface().(codec.Opt[mcp.ResultMeta]); ok {
		src = reflect.ValueOf(*o.Ptr())
	} else if o, ok := src.Interface().(codec.Opt[mcp.NotificationMeta]); ok {
		src = reflect.ValueOf(*o.Ptr())
	}
	m, ok := src.Interface().(json.Marshaler)
	require.True(t, ok, "%s", src.Type())
	text, err := m.MarshalJSON()
	require.NoError(t, err)
	dst.SetBytes(text)
}

func fillStruct(t *testing.T, dst, src reflect.Value) {
	t.Helper()
	fields := map[string]reflect.Value{}
	for i := range dst.NumField() {
		name, _, _ := strings.Cut(dst.Type().Field(i).Tag.Get("json"), ",")
		fields[strings.ToLower(strings.TrimPrefix(name, "_"))] = dst.Field(i)
	}
	if tag, ok := tags[src.Type().Name()]; ok {
		fields["type"].SetString(tag)
	}
	for i := range src.NumField() {
		f := src.Type().Field(i)
		if f.Name == "Extra" || f.Name == "Slab" || !f.IsExported() {
			continue
		}
		to, ok := fields[strings.ToLower(f.Name)]
		if !ok {
			require.True(t, src.Field(i).IsZero(), "%s.%s is set, but the mirror has no place for it", src.Type().Name(), f.Name)
			continue
		}
		fill(t, to, src.Field(i))
	}
}

// cloneOf calls the Clone method, whose result type differs from type to type.
func cloneOf(t *testing.T, v value) value {
	t.Helper()
	if e, ok := v.(*jsonrpc.Error); ok {
		return e.Clone()
	}
	out := reflect.ValueOf(v).MethodByName("Clone").Call(nil)
	c, ok := out[0].Interface().(value)
	require.True(t, ok)
	return c
}
