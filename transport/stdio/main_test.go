//go:build unix

package stdio_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// The tests start their own binary as a server, which then behaves as this variable says.
const behavior = "MCPWIRE_TEST_SERVER"

func TestMain(m *testing.M) {
	if name := os.Getenv(behavior); name != "" {
		behave(name)
		return
	}
	goleak.VerifyTestMain(m)
}

func command(name string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), behavior+"="+name)
	return cmd
}

func behave(name string) {
	switch name {
	case "suite":
		os.Exit(serveSuite())
	case "exit":
		fmt.Fprintln(os.Stderr, "out of luck")
		os.Exit(3)
	case "silent": // reads, and says nothing
		_, _ = bufio.NewReader(os.Stdin).WriteTo(new(strings.Builder))
		return
	case "deaf": // never reads, ignores everything but SIGKILL
		signal.Ignore(syscall.SIGTERM)
		time.Sleep(time.Minute)
		return
	case "noise":
		if err := stdio.ProtectStdout(); err != nil {
			panic(err)
		}
		fmt.Println("a line that must not get into the stream")
	case "stray":
		fmt.Println("listening on nothing")
	case "flood":
		line := strings.Repeat("x", 1<<16)
		go func() {
			for range 1 << 10 { // 64 MiB
				fmt.Fprintln(os.Stderr, line)
			}
		}()
	}
	if err := stdio.Serve(context.Background(), serverFor(), nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if name == "stubborn" { // does not end with its input, nor with SIGTERM
		signal.Ignore(syscall.SIGTERM)
		time.Sleep(time.Minute)
	}
}

func serverFor() *mcp.ServerHandler {
	return &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "test", Version: "1"},
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			switch r.Params.Name {
			case "crash":
				os.Exit(7)
			case "kill":
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			case "hang":
				time.Sleep(time.Minute)
			case "grandchild": // holds the streams open
				cmd := exec.Command("sleep", "60")
				cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
				if err := cmd.Start(); err != nil {
					return err
				}
				out.AddText(strconv.Itoa(cmd.Process.Pid))
				return nil
			}
			out.AddText(r.Params.Name)
			return nil
		},
	}
}
