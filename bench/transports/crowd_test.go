package transports

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// few is a crowd for tests.
var few = Options{Rounds: 2, Crowds: []int{20}, TTL: time.Second, Wait: time.Second}

// column returns the cells of a column by the names of the rows.
func column(t *testing.T, head []string, rows [][]string, name string) map[string]string {
	t.Helper()
	for i, h := range head {
		if h == name {
			out := map[string]string{}
			for _, row := range rows {
				out[row[0]+" "+row[1]] = row[i]
			}
			return out
		}
	}
	require.Fail(t, "no such column", name)
	return nil
}

// TestSessions opens sessions with every server, and sees them come and go.
func TestSessions(t *testing.T) {
	var progress strings.Builder
	sheets, err := Sessions(few, &progress)
	require.NoError(t, err)
	require.Len(t, sheets, 2)
	require.Equal(t, "20 idle sessions with their stream", sheets[0].Title)
	require.Equal(t, "20 idle sessions without a stream", sheets[1].Title)
	require.Contains(t, progress.String(), "measuring: 20 idle sessions with their stream, mcp-go, HTTP+SSE (legacy)\n")
	for _, s := range sheets {
		sessions, left := column(t, s.Head, s.Rows, "sessions"), column(t, s.Head, s.Rows, "left: sessions")
		require.Equal(t, "20", sessions["mcpwire legacy"], s.Title)
		require.Equal(t, "20", sessions["go-sdk legacy"], s.Title)
		require.Equal(t, "0", left["mcpwire legacy"], s.Title)
		require.Equal(t, "0", left["go-sdk legacy"], s.Title)
	}
	goroutines := column(t, sheets[0].Head, sheets[0].Rows, "goroutines each")
	require.Len(t, goroutines, len(crowdRows()))
	require.Equal(t, "2.00", goroutines["raw net/http legacy"])
	require.Equal(t, "2.00", goroutines["mcpwire legacy"], "net/http's own")
	require.Equal(t, "0.00", column(t, sheets[1].Head, sheets[1].Rows, "goroutines each")["mcpwire legacy"])
	for name, left := range column(t, sheets[0].Head, sheets[0].Rows, "left: goroutines") {
		if strings.HasPrefix(name, "mcpwire") {
			require.Equal(t, "0", left, name)
		}
	}
}

// TestBroadcasts publishes to the clients of every server; those that do not read stop neither the floor nor mcpwire.
func TestBroadcasts(t *testing.T) {
	sheets, err := Broadcasts(few, io.Discard)
	require.NoError(t, err)
	require.Len(t, sheets, 2)
	got := column(t, sheets[0].Head, sheets[0].Rows, "readers that got all")
	require.Len(t, got, len(crowdRows()))
	for name, readers := range got {
		require.Equal(t, "20 of 20", readers, name)
	}
	for name, readers := range column(t, sheets[1].Head, sheets[1].Rows, "readers that got all") {
		switch {
		case strings.HasPrefix(name, "go-sdk"):
			require.Contains(t, readers, "have not got notification", name+": nobody stands still any more, so that the table says nothing")
		case strings.HasPrefix(name, "raw"), strings.HasPrefix(name, "mcpwire"):
			require.Equal(t, "19 of 19", readers, name)
		}
	}
}

// TestCrowdsNeedDescriptors leaves out what there are too few of them for, and says so.
func TestCrowdsNeedDescriptors(t *testing.T) {
	t.Parallel()
	sizes, note := Options{Crowds: []int{100, 5000}}.possible(1024)
	require.Equal(t, []int{100}, sizes)
	require.Equal(t, "5000 sessions were left out: they need 5200 descriptors in each process, and the limit is 1024.", strings.TrimSpace(note))
	require.Empty(t, Options{}.idleScenarios(nil))
	require.Positive(t, descriptors())
}

// TestEventStream reads what a server may send, in whatever chunks.
func TestEventStream(t *testing.T) {
	t.Parallel()
	open := func(response string) (*eventStream, error) {
		client, server := net.Pipe()
		t.Cleanup(func() { _ = client.Close() })
		go func() {
			defer server.Close()
			if line, err := bufio.NewReader(server).ReadString('\n'); err == nil && line == "GET\n" {
				_, _ = io.WriteString(server, response)
			}
		}()
		return newEventStream(client, "GET\n", 64)
	}
	s, err := open("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"7\r\n: x\n\nda\r\n" + "13\r\nta:\n\nid: 1\ndata: {}\r\n" + "7\r\n\n\ndata:\r\n" + "5\r\n two\n\r\n" + "0\r\n\r\n")
	require.NoError(t, err)
	for _, want := range []string{"{}", "two"} {
		data, err := s.within(time.Minute)
		require.NoError(t, err)
		require.Equal(t, want, string(data))
	}
	_, err = s.next()
	require.ErrorIs(t, err, io.EOF)

	for response, want := range map[string]string{
		"HTTP/1.1 404 Not Found\r\n\r\nnothing":                                          "404",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello":                              "has an end",
		"HTTP/1.1 200 OK\r\n":                                                            "EOF",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + strings.Repeat("x", 10000): "buffer full",
	} {
		_, err := open(response)
		require.ErrorContains(t, err, want)
	}
}

// TestChildrenAnswer asks what no other test asks.
func TestChildrenAnswer(t *testing.T) {
	p, _, err := startHTTP(crowdFloor, Legacy, small, time.Minute)
	require.NoError(t, err)
	m, err := p.memory()
	require.NoError(t, err)
	require.Positive(t, m.Heap)
	require.Positive(t, m.Goroutines)
	_, err = p.publish(time.Minute)
	require.ErrorContains(t, err, "there is no stream")
	require.NoError(t, p.stop())
}
