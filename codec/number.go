package codec

// IsInteger reports whether s, the text of a valid JSON number, is a whole number, of any size: 1, 1.0 and
// 1e2 are, 1.5 and 1e-2 are not. It takes time linear in s.
func IsInteger(s string) bool {
	mant, exp := s, 0
	for i := range len(s) {
		if s[i]|0x20 == 'e' {
			mant, exp = s[:i], clampExp([]byte(s[i+1:]))
			break
		}
	}
	// Digits right of the point, after its trailing zeros are taken off, must be made up for by the exponent.
	fraction, zeros, seenPoint, allZero := 0, 0, false, true
	for i := range len(mant) {
		switch c := mant[i]; {
		case c == '.':
			seenPoint = true
		case c == '0':
			zeros++
		case c != '-':
			zeros, allZero = 0, false
		}
		if seenPoint && mant[i] != '.' {
			fraction++
		}
	}
	return allZero || exp >= fraction-zeros
}

// HasLoneSurrogate reports whether s, the text of a valid JSON string, escapes half of a surrogate pair.
func HasLoneSurrogate(s []byte) bool {
	for i := 0; i+5 < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		if s[i+1] != 'u' {
			i++
			continue
		}
		r, _ := hex4(s, i+2)
		if r >= 0xd800 && r <= 0xdfff {
			if _, ok := lowHalf(s, i+6); !ok || r >= 0xdc00 {
				return true
			}
			i += 6
		}
		i += 5
	}
	return false
}
