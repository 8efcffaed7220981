//go:build unix

package stdio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mcpwire/mcpwire/gen/mcp"
)

// hanging counts the calls that wait for ever.
var hanging atomic.Int32

func serverFor() *mcp.ServerHandler {
	return &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "test", Version: "1"},
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			name, arg, _ := strings.Cut(r.Params.Name, ":")
			f := tools[name]
			if f == nil {
				out.AddText(r.Params.Name)
				return nil
			}
			text, err := f(ctx, r, arg)
			out.AddText(text)
			return err
		},
	}
}

// tools is what the tools of the servers do, given what stands behind a colon in their names.
var tools = map[string]func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], arg string) (string, error){
	"args": func(context.Context, *mcp.Request[mcp.CallToolParams], string) (string, error) {
		return strings.Join(os.Args[1:], "\n"), nil
	},
	"hang": func(context.Context, *mcp.Request[mcp.CallToolParams], string) (string, error) {
		hanging.Add(1)
		select {}
	},
	"modes": func(context.Context, *mcp.Request[mcp.CallToolParams], string) (string, error) {
		modes := ""
		for fd := range 3 {
			flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
			if err != nil {
				return "", err
			}
			modes += fmt.Sprint(flags&unix.O_NONBLOCK, " ")
		}
		return modes, nil
	},
	"pid": func(context.Context, *mcp.Request[mcp.CallToolParams], string) (string, error) {
		return strconv.Itoa(os.Getpid()), nil
	},
	"repeat": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		n, err := strconv.Atoi(arg)
		return strings.Repeat("r", n), err
	},
	"sleep": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		d, err := time.ParseDuration(arg)
		time.Sleep(d)
		return arg, err
	},
	"stderr": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		_, err := os.Stderr.WriteString(arg)
		return arg, err
	},
	// The ends that a server can come to, when so many calls hang.
	"exit": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		code, err := dying(arg)
		if err == nil {
			os.Exit(code)
		}
		return "", err
	},
	"signal": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		number, err := dying(arg)
		if err == nil {
			_ = syscall.Kill(os.Getpid(), syscall.Signal(number))
			select {}
		}
		return "", err
	},
	"panic": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		_, err := dying(arg)
		go panic("lost")
		time.Sleep(time.Minute)
		return "", err
	},
	"last words": lastWords,
	"grandchild": grandchild,
	"endless": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		n, err := strconv.Atoi(arg)
		line := bytes.Repeat([]byte("x"), 64*kilo)
		for ; n > 0 && err == nil; n -= len(line) {
			_, err = os.Stdout.Write(line)
		}
		_, _ = os.Stdout.WriteString("\n")
		return arg, err
	},
	"flood": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		n, err := strconv.Atoi(arg)
		line := append(bytes.Repeat([]byte("x"), 256*kilo), '\n')
		for ; n > 0 && err == nil; n -= len(line) {
			_, err = os.Stderr.Write(line)
		}
		return arg, err
	},
	"print": func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
		_, err := os.Stdout.WriteString(arg + "\n")
		return arg, err
	},
}

// dying waits until as many calls hang as stand before a comma, says a last word, and returns the number behind it.
func dying(arg string) (int, error) {
	count, number, _ := strings.Cut(arg, ",")
	n, err := strconv.Atoi(count)
	for err == nil && int(hanging.Load()) < n {
		time.Sleep(time.Millisecond)
	}
	how, e := strconv.Atoi(number)
	fmt.Fprintln(os.Stderr, "it had to end like this")
	return how, errors.Join(err, e)
}

// lastWords ends the process right after its answer.
func lastWords(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ string) (string, error) {
	for i := range 20 {
		if err := r.Progress(ctx, float64(i), 20, strings.Repeat("x", kilo)); err != nil {
			return "", err
		}
	}
	time.AfterFunc(time.Second, func() { os.Exit(7) }) // the answer is written at once
	return "done", nil
}

// grandchild starts a process that holds a stream; the group it is in goes first.
func grandchild(_ context.Context, _ *mcp.Request[mcp.CallToolParams], arg string) (string, error) {
	cmd := exec.Command("/bin/sh", "-c", "trap '' TERM; sleep 60; sleep 60")
	group, stream, _ := strings.Cut(arg, ",")
	switch stream {
	case "stdin":
		cmd.Stdin = os.Stdin
	case "stdout":
		cmd.Stdout = os.Stdout
	case "stderr":
		cmd.Stderr = os.Stderr
	case "talks":
		cmd.Args[2] = "trap '' TERM; exec yes gossip"
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	}
	if group == "own" {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	return strconv.Itoa(cmd.Process.Pid), nil
}
