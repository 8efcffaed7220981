package transports

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	floorServer = "line echo"
	responder   = "responder"
)

// serveFloor sends every line back as it is. Nothing that reads lines and answers them can be much faster.
func serveFloor(context.Context, frame) error {
	return serveLines(func(w *bufio.Writer, line []byte) { _, _ = w.Write(line) })
}

// serveResponder answers requests with results made in advance, for clients to be measured against. It looks at a request's id and
// at the first letter of its method.
func serveResponder(_ context.Context, f frame) error {
	const info = `"serverInfo":{"name":"responder","version":"1.0.0"},"capabilities":{"tools":{}}`
	called := []byte(`,"result":{"resultType":"complete","content":[{"type":"text","text":"` + f.json + `"}]}}` + "\n")
	opened := []byte(`,"result":{"protocolVersion":"2025-11-25",` + info + `}}` + "\n")
	found := []byte(`,"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","supportedVersions":["2026-07-28"],` + info + `}}` + "\n")
	other := []byte(`,"result":{}}` + "\n")
	return serveLines(func(w *bufio.Writer, line []byte) {
		rest, ok := bytes.CutPrefix(line, []byte(beforeID))
		end := bytes.IndexByte(rest, ',')
		if !ok || end < 0 {
			return // a notification
		}
		result := other
		if method, ok := bytes.CutPrefix(rest[end:], []byte(`,"method":"`)); ok {
			switch {
			case bytes.HasPrefix(method, []byte("tools/call")):
				result = called
			case bytes.HasPrefix(method, []byte("initialize")):
				result = opened
			case bytes.HasPrefix(method, []byte("server/discover")):
				result = found
			}
		}
		_, _ = w.WriteString(beforeID)
		_, _ = w.Write(rest[:end])
		_, _ = w.Write(result)
	})
}

// serveLines calls answer with each line of stdin, and sends the answers off when no more input has been read already.
func serveLines(answer func(w *bufio.Writer, line []byte)) error {
	in := bufio.NewReaderSize(os.Stdin, lineBuffer)
	out := bufio.NewWriterSize(os.Stdout, 128<<10)
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return fmt.Errorf("stdin: %w", err)
		}
		answer(out, line)
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("stdout: %w", err)
			}
		}
	}
}
