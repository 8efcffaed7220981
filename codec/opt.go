package codec

import "reflect"

const (
	optAbsent uint8 = iota
	optNull
	optSet
)

// Opt is a member that may be absent, null, or set: three different things, and all three
// survive a round trip. The zero Opt is absent.
//
// It is a plain value: copying it copies the T inside.
type Opt[T any] struct {
	v  T
	st uint8
}

// Some returns an Opt that is set to v.
func Some[T any](v T) Opt[T] { return Opt[T]{v: v, st: optSet} }

// Null returns an Opt that is null.
func Null[T any]() Opt[T] { return Opt[T]{st: optNull} }

// Get returns the value and whether it is set; the zero T if it is absent or null.
func (o Opt[T]) Get() (T, bool) { return o.v, o.st == optSet }

// Or returns the value if it is set, else def.
func (o Opt[T]) Or(def T) T {
	if o.st == optSet {
		return o.v
	}
	return def
}

// Has reports whether a value is set (neither absent nor null).
func (o Opt[T]) Has() bool { return o.st == optSet }

// IsNull reports whether o is null.
func (o Opt[T]) IsNull() bool { return o.st == optNull }

// IsZero reports whether o is absent, so that encoding/json's omitzero leaves it out.
func (o Opt[T]) IsZero() bool { return o.st == optAbsent }

// Set sets the value.
func (o *Opt[T]) Set(v T) { o.v, o.st = v, optSet }

// SetNull makes o null and drops its value.
func (o *Opt[T]) SetNull() { *o = Opt[T]{st: optNull} }

// Clear makes o absent and drops its value.
func (o *Opt[T]) Clear() { *o = Opt[T]{} }

// Ptr makes o set, if it was not, and returns the value in place, to fill it or to read
// a large one without a copy. The pointer is good as long as o does not move.
func (o *Opt[T]) Ptr() *T {
	if o.st != optSet {
		o.st = optSet
	}
	return &o.v
}

// IsSet is o.Has without copying a large T. Generated code uses it.
func IsSet[T any](o *Opt[T]) bool { return o.st == optSet }

// IsPresent reports whether o is set or null, that is, whether it is written.
func IsPresent[T any](o *Opt[T]) bool { return o.st != optAbsent }

// Equal reports whether o and p are in the same state and, if set, hold equal values. A T with a
// method Equal(T) bool decides for itself; any other is compared as reflect.DeepEqual does.
func (o Opt[T]) Equal(p Opt[T]) bool {
	if o.st != p.st {
		return false
	}
	if o.st != optSet {
		return true
	}
	if e, ok := any(o.v).(interface{ Equal(T) bool }); ok {
		return e.Equal(p.v)
	}
	return reflect.DeepEqual(o.v, p.v)
}

// Member is one member of a string map. A map is a slice of them, in the order of the
// input: cheaper than a Go map, and nothing is lost when a key comes twice.
type Member[T any] struct {
	Key   string
	Value T
}

// Get returns the value of the last member of m named key.
func Get[T any](m []Member[T], key string) (v T, ok bool) {
	for i := len(m) - 1; i >= 0; i-- {
		if m[i].Key == key {
			return m[i].Value, true
		}
	}
	return v, false
}
