package httpheader

// ValidSessionID reports whether s can be a session id: it is not empty, and visible ASCII throughout (rule D-50).
func ValidSessionID(s string) bool {
	for i := range len(s) {
		if s[i] < '!' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}
