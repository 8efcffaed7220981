package scan

// Closing returns the length of the object or array at the start of s, which must be valid JSON: strings and brackets are all that it looks
// at. It returns 0 if the value does not end in s, or where there is no faster way than to read token by token.
func Closing(s []byte) int {
	if !findsClosing() || len(s) == 0 {
		return 0
	}
	return closing(s)
}

// findsClosing reports whether there is a kernel for Closing.
func findsClosing() bool { return hasClosing && level != Portable }
