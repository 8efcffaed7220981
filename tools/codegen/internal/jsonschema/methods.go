package jsonschema

import (
	"slices"
	"strings"
)

// Def returns the definition with that name, or nil.
func (d *Document) Def(name string) *Schema {
	for i := range d.Defs {
		if d.Defs[i].Name == name {
			return d.Defs[i].Schema
		}
	}
	return nil
}

// Deref follows Target to the end: it returns the first schema without $ref, s itself
// if it has none. Keywords beside a $ref on the way, which count since 2019-09, are left behind.
func (s *Schema) Deref() *Schema {
	for s != nil && s.Target != nil {
		s = s.Target
	}
	return s
}

// IsAny reports whether every value is valid and nothing is said about it: true, {}, or
// an object with annotations only. A $ref to such a schema is not one; a format alone is
// not one either, since it tells what is meant.
func (s *Schema) IsAny() bool {
	if s.Bool != nil {
		return *s.Bool
	}
	return s.Ref == "" && s.Types == nil && s.Const == nil && s.Enum == nil &&
		len(s.Properties) == 0 && len(s.Required) == 0 && len(s.PatternProperties) == 0 &&
		(s.AdditionalProperties == nil || s.AdditionalProperties.IsAny()) &&
		(s.Items == nil || s.Items.IsAny()) && len(s.PrefixItems) == 0 &&
		s.AllOf == nil && s.AnyOf == nil && s.OneOf == nil &&
		s.Format == "" && s.Pattern == "" && !s.UniqueItems && !s.hasBounds() && len(s.Unknown) == 0
}

func (s *Schema) hasBounds() bool {
	return s.Minimum != "" || s.Maximum != "" || s.ExclusiveMinimum != "" || s.ExclusiveMaximum != "" ||
		s.MultipleOf != "" || s.MinLength != nil || s.MaxLength != nil || s.MinItems != nil ||
		s.MaxItems != nil || s.MinProperties != nil || s.MaxProperties != nil
}

// IsNever reports whether s is the schema false, which no value fits.
func (s *Schema) IsNever() bool { return s.Bool != nil && !*s.Bool }

// HasType reports whether the type keyword lists t. It is false without that keyword.
func (s *Schema) HasType(t string) bool { return slices.Contains(s.Types, t) }

// Requires reports whether the required keyword lists a member.
func (s *Schema) Requires(name string) bool { return slices.Contains(s.Required, name) }

// Property returns the subschema of a member, or nil.
func (s *Schema) Property(name string) *Schema {
	for i := range s.Properties {
		if s.Properties[i].Name == name {
			return s.Properties[i].Schema
		}
	}
	return nil
}

// Has reports whether the keyword is written in s, whether it is honored or not.
func (s *Schema) Has(keyword string) bool {
	return slices.ContainsFunc(s.keywords, func(k keywordAt) bool { return k.name == keyword })
}

// KeywordPos returns the position of a keyword's name, or that of s if it is not there.
func (s *Schema) KeywordPos(keyword string) Pos {
	for _, k := range s.keywords {
		if k.name == keyword {
			return s.src.pos(k.off, pointerTo(s.Pos.Pointer, keyword))
		}
	}
	return s.Pos
}

// DefName returns the name under which s stands in definitions or $defs of its document's root, or "".
func (s *Schema) DefName() string {
	for _, prefix := range [...]string{"/definitions/", "/$defs/"} {
		if name, ok := strings.CutPrefix(s.Pos.Pointer, prefix); ok && !strings.Contains(name, "/") {
			name, _ = unescapePointer(name)
			return name
		}
	}
	return ""
}
