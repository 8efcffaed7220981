//go:build unix

package stdio_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// socketPair returns the ends of a connection that holds little, so that writes wait and are done in pieces.
func socketPair(t *testing.T) (a, b net.Conn) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	require.NoError(t, err)
	var ends [2]net.Conn
	for i, fd := range fds {
		require.NoError(t, syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, 8*kilo))
		f := os.NewFile(uintptr(fd), "socket")
		ends[i], err = net.FileConn(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	return ends[0], ends[1]
}

// wire reads what a client writes, and hands it on line by line.
type wire struct {
	ids       map[string]int64 // of the calls that were seen, by their numbers
	cancelled map[int64]int
	torn      []string
}

var number = []byte(`"name":"n`)

func (w *wire) carry(from io.Reader, to io.Writer, random *rand.Rand) error {
	in := bufio.NewReaderSize(from, 16*kilo)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			if len(line) > 0 {
				w.torn = append(w.torn, fmt.Sprintf("%d bytes without an end", len(line)))
			}
			return nil
		}
		w.look(line)
		if random.IntN(500) == 0 {
			time.Sleep(time.Millisecond) // and what is behind waits
		}
		if _, err := to.Write(line); err != nil {
			return err
		}
	}
}

func (w *wire) look(line []byte) {
	var m jsonrpc.Message
	if err := codec.Valid(line); err != nil || jsonrpc.Scan(line, &m) != nil {
		w.torn = append(w.torn, fmt.Sprintf("%.100q: %v", line, err))
		return
	}
	switch m.Method {
	case mcp.MethodCallTool:
		_, rest, _ := bytes.Cut(line, number)
		name, _, _ := bytes.Cut(rest, []byte(":"))
		id, _ := m.ID.Int64()
		w.ids[string(name)] = id
	case mcp.MethodCancelled:
		var p mcp.CancelledParams
		if err := codec.UnmarshalRaw(m.Params, &p); err != nil {
			w.torn = append(w.torn, err.Error())
		}
		id, _ := p.RequestID.Int64()
		w.cancelled[id]++
	}
}

// F18: calls whose contexts end at any moment leave no torn message on the wire. The server hears of each that it has got and that
// nobody waits for any more, and of no other; late answers are dropped, and nobody gets that of another.
func TestCancelAnywhere(t *testing.T) {
	noLeftovers(t)
	total, workers := fewer(100_000), 32
	a, b := socketPair(t)
	toServer, fromWire := io.Pipe()
	seen := new(transport.Counters)
	p := pool.New(pool.Config{Name: "test"})
	so := &stdio.ServeOptions{}
	so.Pool = p
	server := &mcp.ServerHandler{CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		out.AddText(r.Params.Name)
		return nil
	}}
	served, carried := make(chan error, 1), make(chan error, 1)
	go func() {
		served <- stdio.ServeConn(context.Background(), &struct {
			io.Reader
			io.Writer
			io.Closer
		}{toServer, b, b}, server, so)
	}()
	w := &wire{ids: map[string]int64{}, cancelled: map[int64]int{}}
	go func() {
		carried <- w.carry(b, fromWire, rand.New(rand.NewPCG(1, 2)))
		_ = fromWire.Close()
	}()
	co := &transport.ClientOptions{}
	co.Pool, co.Observer = p, seen
	c, err := stdio.DialConn(t.Context(), a, nil, co)
	require.NoError(t, err)

	given := make([]error, total)
	var next atomic.Int64
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(3, uint64(worker)))
			for {
				i := int(next.Add(1)) - 1
				if i >= total {
					return
				}
				given[i] = cancelOne(t, c, i, random)
			}
		})
	}
	wg.Wait()
	alive(t, c)
	require.NoError(t, c.Close())
	require.NoError(t, <-carried)
	require.NoError(t, <-served)
	eventually(t, func() bool { return p.Outstanding() == 0 }, "buffers back")

	require.Empty(t, w.torn)
	canceled, sent := 0, 0
	for i, err := range given {
		id, onWire := w.ids[strconv.Itoa(i)]
		times := w.cancelled[id]
		switch {
		case err == nil:
			require.True(t, onWire)
			require.Zero(t, times, "call %d was answered", i)
		case onWire:
			sent++
			require.Equal(t, 1, times, "call %d was sent", i)
			fallthrough
		default:
			canceled++
		}
		delete(w.cancelled, id)
	}
	require.Empty(t, w.cancelled)
	late := seen.Count(transport.LateAnswer)
	t.Logf("%d calls, %d canceled, %d of them sent, %d late answers", total, canceled, sent, late)
	require.NotZero(t, late)
	require.LessOrEqual(t, late, int64(sent))
	require.Greater(t, sent, total/20)
	require.Less(t, canceled, total*9/10)
}

// cancelOne makes one call whose context ends before, while or after it is written, or answered, or not at all.
func cancelOne(t *testing.T, c *transport.Client, i int, random *rand.Rand) error {
	size := random.IntN(2 * kilo)
	if random.IntN(100) == 0 {
		size = 100 * kilo
	}
	name := "n" + strconv.Itoa(i) + ":" + strings.Repeat("x", size)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	switch random.IntN(4) {
	case 0:
		stop()
	case 1: // about as long as a call takes
		timer := time.AfterFunc(time.Duration(random.IntN(2000))*time.Microsecond, stop)
		defer timer.Stop()
	case 2:
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, time.Duration(random.IntN(2000))*time.Microsecond)
		defer end()
	}
	res, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: name})
	if err == nil && res.Content[0].(*mcp.TextContent).Text != name {
		t.Errorf("call %d has got another's answer", i)
	}
	if err != nil && transport.CodeOf(err) != transport.Canceled && transport.CodeOf(err) != transport.Timeout {
		t.Errorf("call %d: %v", i, err)
	}
	return err
}
