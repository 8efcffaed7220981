package jsonschema

import "strings"

// nearest returns the candidate that name is most likely a slip of, or "". The result does
// not depend on the order of the candidates.
func nearest(name string, candidates []string) string {
	// A slip is at most two letters, and less in short names.
	limit := min(2, len(name)/4)
	best, least := "", limit+1
	for _, c := range candidates {
		d := 0
		switch {
		case strings.EqualFold(name, c):
		case len(name) < 64 && len(c) <= len(name)+limit && len(name) <= len(c)+limit:
			d = distance(name, c)
		default:
			continue
		}
		if d < least || d == least && c < best {
			best, least = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
