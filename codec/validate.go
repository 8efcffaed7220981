package codec

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"sync"
	"unicode/utf8"
)

// Missing returns the error of Validate for a required member that is not there.
func Missing(name string) error { return At(&Error{Offset: -1, Err: ErrMissing}, name) }

// NotInRevision returns the error of Validate for a member that the revision does not have.
func NotInRevision(name string) error {
	return At(&Error{Offset: -1, Err: because(ErrUnknown, "not in this revision")}, name)
}

// Invalid returns the error of Validate for a value that breaks rule.
func Invalid(rule string) error { return &Error{Offset: -1, Err: because(ErrInvalid, rule)} }

// NotOneOf returns the error of Validate for a value outside its enum.
func NotOneOf(value string) error {
	if len(value) > maxPointerToken {
		value = value[:maxPointerToken]
	}
	return Invalid("not one of the known values: " + strconv.Quote(value))
}

// Length returns the length of s as JSON Schema counts it: in code points.
func Length[T ~string](s T) int { return utf8.RuneCountInString(string(s)) }

// Pattern returns a function that reports whether a string matches the regular expression, which is compiled when
// it is first needed. The generator has checked that it compiles.
func Pattern(expr string) func(string) bool {
	re := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return func(s string) bool { return re().MatchString(s) }
}

// MultipleOf reports whether v is a whole multiple of unit, a decimal number, both taken as exact decimals.
func MultipleOf(v float64, unit string) bool {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return false
	}
	x, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'g', -1, 64))
	u, ok2 := new(big.Rat).SetString(unit)
	if !ok || !ok2 || u.Sign() == 0 {
		return false
	}
	return x.Quo(x, u).IsInt()
}

// Unique reports whether no two elements of list are equal, in the sense of equal.
func Unique[T any](list []T, equal func(a, b T) bool) bool {
	for i := range list {
		for j := range i {
			if equal(list[i], list[j]) {
				return false
			}
		}
	}
	return true
}

// UniqueOf is Unique for elements that == compares, in linear time.
func UniqueOf[T comparable](list []T) bool {
	seen := make(map[T]struct{}, len(list))
	for _, v := range list {
		if _, dup := seen[v]; dup {
			return false
		}
		seen[v] = struct{}{}
	}
	return true
}
