package model

import "strings"

// hoist declares the type of an inline schema.
func (b *builder) hoist(path, name string, group []contrib, f form) *Ref {
	if t := b.inline[path]; t != nil {
		return &Ref{Kind: Named, Type: t}
	}
	if home := b.homeOf(newest(group)); home != nil {
		b.fillDef(home) // so that the type is named after the place where it is written
		if t := b.inline[path]; t != nil {
			return &Ref{Kind: Named, Type: t}
		}
	}
	if t := b.sharedType(path, group, f); t != nil {
		return &Ref{Kind: Named, Type: t}
	}
	t := &Type{Kind: kindOfForm(f), Pos: newest(group).pos}
	t.Name = b.names.inlineName(name)
	b.inline[path] = t
	b.m.Types = append(b.m.Types, t)
	for _, c := range group {
		b.hoisted[c.shape.identity()] = t
	}
	b.fill(t, path, group)
	return &Ref{Kind: Named, Type: t}
}

// sharedType returns the type that the same shapes have in another place: that of the definition which others
// extend, the one around this place if the schema is recursive, or that of an alternative which two unions share.
func (b *builder) sharedType(path string, group []contrib, f form) *Type {
	t := b.hoisted[newest(group).identity()]
	if t == nil || t.Kind != kindOfForm(f) {
		return nil
	}
	for _, c := range group {
		if b.hoisted[c.shape.identity()] != t {
			return nil
		}
	}
	b.inline[path] = t
	return t
}

// homeOf returns the definition in whose text a shape is. Through allOf, its members are part of others too.
func (b *builder) homeOf(s *shape) *def {
	for pointer := s.identity().pos.Pointer; ; {
		if d := b.homes[s.pos.File+"#"+pointer]; d != nil {
			return d
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return nil
		}
		pointer = pointer[:i]
	}
}
