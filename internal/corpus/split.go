package corpus

// member is one member of an object, as it stands in the text: key with its quotes, value with its brackets.
type member struct{ key, value []byte }

// splitObject returns the members of the object src. Like all functions here it relies on what the corpus promises: valid
// JSON without white space. For anything else the result is of no use, but it ends.
func splitObject(src []byte) []member {
	var members []member
	for i := 1; i < len(src) && src[i] == '"'; {
		key := src[i : i+valueLen(src[i:])]
		i += len(key) + len(":")
		value := src[i : i+valueLen(src[i:])]
		i += len(value) + len(",")
		members = append(members, member{key, value})
	}
	return members
}

// splitArray returns the elements of the array src.
func splitArray(src []byte) [][]byte {
	var elements [][]byte
	for i := 1; i < len(src) && src[i] != ']'; {
		element := src[i : i+valueLen(src[i:])]
		i += len(element) + len(",")
		elements = append(elements, element)
	}
	return elements
}

// valueLen returns the length of the value that src starts with.
func valueLen(src []byte) int {
	depth := 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '"':
			i += stringLen(src[i:]) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
			if depth < 0 {
				return i
			}
		case ',', ':':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(src)
}

// stringLen returns the length of the string that src starts with, quotes included.
func stringLen(src []byte) int {
	for i := 1; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(src)
}

// appendObject is the inverse of splitObject.
func appendObject(dst []byte, members []member) []byte {
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, m.key...), ':'), m.value...)
	}
	return append(dst, '}')
}
