package corpus

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
)

// mebibyte is the size of the two big payloads as they stand in the message: of the escaped text, and of the Base64 text.
const mebibyte = 1 << 20

// readSourceText is a large generated source file. Line ends, indentation and quotes put an escape about every 11 bytes.
func readSourceText() []byte {
	rng := newRand(3)
	dst := make([]byte, 0, mebibyte+512)
	dst = append(dst, `{"jsonrpc":"2.0","id":9,"result":{"contents":[{"uri":"file:///srv/atlas/internal/store/queries_gen.go","mimeType":"text/x-go","text":"`...)
	end := len(dst) + mebibyte
	for n := 0; ; n++ {
		text := sourceFunction(rng, n)
		mark := len(dst)
		for i := range len(text) {
			dst = appendEscaped(dst, text[i])
		}
		if len(dst) > end {
			dst = dst[:mark]
			break
		}
	}
	return append(dst, `"}]}}`...)
}

var (
	sourceNouns = [...]string{"Account", "Session", "Invoice", "Release", "Document", "Folder", "Contact", "Webhook"}
	sourceVerbs = [...]string{"Insert", "Update", "Lookup", "Archive", "Restore", "Count"}
)

// sourceFunction is one function of the source file, about 900 bytes.
func sourceFunction(rng *rand.Rand, n int) string {
	noun, verb := sourceNouns[rng.IntN(len(sourceNouns))], sourceVerbs[rng.IntN(len(sourceVerbs))]
	return fmt.Sprintf(`// %[1]s%[2]s%[3]d runs the prepared statement %[3]d and appends its rows to dst, which may be nil. It stops at the first row that fails.
func (s *Store) %[1]s%[2]s%[3]d(ctx context.Context, id int64, dst []%[2]s) ([]%[2]s, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, \"name\", state FROM %[2]s WHERE id > ? ORDER BY id LIMIT 1000", id)
	if err != nil {
		return dst, fmt.Errorf("store: %[1]s of %[2]s after id %%d failed: %%w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var x %[2]s
		switch err := rows.Scan(&x.ID, &x.Name, &x.State); {
		case errors.Is(err, sql.ErrNoRows):
			return dst, nil
		case err != nil:
			return dst, err
		}
		if x.State != "gone" && x.ID != 0 {
			dst = append(dst, x)
		}
	}
	if len(dst) > %[4]d {
		s.log.Warn("query returned unusually many rows",
			"op", "%[1]s",
			"n", len(dst),
		)
	}
	return dst, rows.Err()
}

`, verb, noun, n, 100+rng.IntN(9000))
}

// callToolImage is a screenshot tool's answer. The pixels are noise, as compressed data looks like noise.
func callToolImage() []byte {
	rng := newRand(4)
	picture := append([]byte(nil), "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x07\x80\x00\x00\x04\x38\x08\x06\x00\x00\x00"...)
	picture = append(picture, noise(rng, mebibyte/4*3-len(picture))...)
	dst := make([]byte, 0, mebibyte+512)
	dst = append(dst, `{"jsonrpc":"2.0","id":"shot-3","result":{"content":[{"type":"image","data":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, picture)
	return append(dst, `","mimeType":"image/png"}],"isError":false}}`...)
}

// noise returns n random bytes.
func noise(rng *rand.Rand, n int) []byte {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		x := rng.Uint64()
		b = append(b, byte(x), byte(x>>8), byte(x>>16), byte(x>>24), byte(x>>32), byte(x>>40), byte(x>>48), byte(x>>56))
	}
	return b[:n]
}
