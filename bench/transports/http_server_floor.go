package transports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
)

const httpFloor = "raw net/http"

// serveHTTP serves h on a port of its own, whose address it writes to stdout, until stdin ends.
func serveHTTP(ctx context.Context, h http.Handler) error {
	return serveOn(ctx, &http.Server{Handler: h, ReadHeaderTimeout: requestLimit})
}

func serveOn(ctx context.Context, server *http.Server) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	if _, err := fmt.Fprintln(os.Stdout, l.Addr()); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	select {
	case err = <-failed:
	case err = <-ended:
		_ = server.Close() // there is nobody to answer any more
		if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
	}
	return err
}

// serveHTTPFloor reads each request and answers with bytes made in advance, where only the id changes. Nothing that answers through
// net/http can be much faster.
func serveHTTPFloor(ctx context.Context, f frame) error {
	fl := &httpFloorHandler{
		after: []byte(`,"result":{"resultType":"complete","content":[{"type":"text","text":"` + f.json + `"}]}}`), stream: f.stream,
	}
	fl.pool.New = func() any {
		b := make([]byte, 0, len(f.line)+len(fl.after)+1<<10)
		return &b
	}
	return serveHTTP(ctx, fl)
}

type httpFloorHandler struct {
	after  []byte // the id
	stream bool
	pool   sync.Pool
}

var (
	jsonType   = []string{"application/json"}
	streamType = []string{"text/event-stream"}
	noCache    = []string{"no-cache"}
)

func (fl *httpFloorHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := fl.pool.Get().(*[]byte) // it holds nothing else
	defer fl.pool.Put(b)
	body := (*b)[:r.ContentLength]
	if _, err := io.ReadFull(r.Body, body); err != nil {
		http.Error(w, "no body", http.StatusBadRequest)
		return
	}
	n := len(body)
	out := body
	if fl.stream {
		out = append(out, "event: message\ndata: "...)
	}
	out = append(out, body[:len(beforeID)+idDigits]...)
	out = append(out, fl.after...)
	if !fl.stream {
		w.Header()["Content-Type"] = jsonType
		_, _ = w.Write(out[n:]) // the driver misses what does not get there
		return
	}
	out = append(out, "\n\n"...)
	w.Header()["Content-Type"], w.Header()["Cache-Control"] = streamType, noCache
	_, _ = w.Write(out[n:])
	w.(http.Flusher).Flush() //nolint:forcetypeassert // net/http's own has it
}
