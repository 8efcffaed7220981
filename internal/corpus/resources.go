package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	folders = [...]string{"internal/router", "internal/store", "cmd/server", "docs/guides", "web/components", "web/styles", "api/v2", "scripts", "testdata/golden"}
	stems   = [...]string{"match", "session", "index", "token", "layout", "upload", "cache", "migrate", "report", "schema", "worker", "profile"}
)

var fileTypes = [...]struct{ suffix, mime string }{
	{".go", "text/x-go"}, {"_test.go", "text/x-go"}, {".md", "text/markdown"}, {".ts", "text/typescript"},
	{".css", "text/css"}, {".json", "application/json"}, {".sql", "application/sql"}, {".png", "image/png"},
}

// listResources is the listing of a file server over a source tree: 500 small entries.
func listResources() []byte {
	const entries = 500
	rng := newRand(2)
	dst := []byte(`{"jsonrpc":"2.0","id":7,"result":{"resources":[`)
	for i := range entries {
		dst = appendResource(appendComma(dst), rng, i)
	}
	return append(dst, `],"nextCursor":"eyJvZmZzZXQiOjUwMH0="}}`...)
}

func appendResource(dst []byte, rng *rand.Rand, i int) []byte {
	folder, stem := folders[rng.IntN(len(folders))], stems[rng.IntN(len(stems))]
	kind := fileTypes[rng.IntN(len(fileTypes))]
	name := fmt.Sprintf("%s_%03d%s", stem, i, kind.suffix)
	dst = append(dst, '{')
	dst = appendMember(dst, "uri", "file:///srv/atlas/"+folder+"/"+name)
	dst = appendMember(dst, "name", name)
	if rng.IntN(3) == 0 {
		dst = appendMember(dst, "title", strings.ToUpper(stem[:1])+stem[1:]+" in "+folder)
	}
	if rng.IntN(5) == 0 {
		dst = appendMember(dst, "description", "Owned by the "+stems[rng.IntN(len(stems))]+" team; read the notes in docs/guides first")
	}
	dst = appendMember(dst, "mimeType", kind.mime)
	dst = appendIntMember(dst, "size", 200+rng.Int64N(90_000))
	if rng.IntN(3) == 0 {
		dst = appendRawMember(dst, "annotations", fmt.Sprintf(`{"audience":["assistant"],"priority":0.%d,"lastModified":"2025-0%d-1%dT08:30:00Z"}`,
			1+rng.IntN(9), 1+rng.IntN(9), rng.IntN(10)))
	}
	return append(dst, '}')
}
