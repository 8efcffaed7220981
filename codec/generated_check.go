package codec

import "bytes"

// This file holds what the Validate methods of generated code share.

// IsNull is o.IsNull without copying a large T.
func IsNull[T any](o *Opt[T]) bool { return o.st == optNull }

// NotNullable returns the error of Validate for a member that is null and must not be.
func NotNullable(name string) error {
	return At(&Error{Offset: -1, Err: because(ErrInvalid, "null is not allowed")}, name)
}

// VariantNotInRevision returns the error of Validate for a value of a type that the revision does not have.
func VariantNotInRevision() error {
	return &Error{Offset: -1, Err: because(ErrUnknown, "the revision does not have this type")}
}

// UnknownVariant returns the error of Validate for a variant of a union that the package does not know.
func UnknownVariant() error {
	return &Error{Offset: -1, Err: because(ErrInvalid, "a variant that the schema does not have")}
}

// Unknown returns the error of Validate for members that a closed type must not have; nil if there are none.
func (e *Extra) Unknown() error {
	for name := range e.All() {
		return At(&Error{Offset: -1, Err: ErrUnknown}, name)
	}
	return nil
}

// Is reports whether r holds a value of one of kinds.
func (r Raw) Is(kinds ...Kind) bool {
	have := r.Kind()
	for _, k := range kinds {
		if have == k {
			return true
		}
	}
	return false
}

// EqualJSON reports whether a and b are the same as JSON text; values that cannot be encoded are equal to none.
func EqualJSON(a, b Appender) bool {
	x, err := a.AppendJSON(nil)
	if err != nil {
		return false
	}
	y, err := b.AppendJSON(nil)
	return err == nil && bytes.Equal(x, y)
}

// UniqueJSON reports whether no two elements of list are the same JSON text, which appendTo writes. Elements that cannot
// be encoded are left to the encoder to refuse.
func UniqueJSON[T any](list []T, appendTo func(dst []byte, v *T) ([]byte, error)) bool {
	seen := make(map[string]struct{}, len(list))
	var text []byte
	for i := range list {
		var err error
		if text, err = appendTo(text[:0], &list[i]); err != nil {
			return true
		}
		if _, dup := seen[string(text)]; dup {
			return false
		}
		seen[string(text)] = struct{}{}
	}
	return true
}
