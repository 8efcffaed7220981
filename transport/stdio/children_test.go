//go:build unix

package stdio_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// children is what servers do in these tests, each in a process of its own.
var children = map[string]func(){
	"serve": serveStdio,
	"suite": func() { os.Exit(serveSuite()) },
	"exit": func() {
		fmt.Fprintln(os.Stderr, "out of luck")
		os.Exit(3)
	},
	// They start, and say nothing.
	"silent": func() {
		fmt.Fprintln(os.Stderr, "thinking")
		_, _ = io.Copy(io.Discard, os.Stdin)
	},
	"deaf": func() { time.Sleep(time.Minute) },
	"deaf to signals too": func() {
		signal.Ignore(syscall.SIGTERM)
		time.Sleep(time.Minute)
	},
	// They do not end with their input; the second not with SIGTERM either.
	"slow to end": func() {
		serveStdio()
		time.Sleep(time.Minute)
	},
	"stubborn": func() {
		signal.Ignore(syscall.SIGTERM)
		serveStdio()
		time.Sleep(time.Minute)
	},
	"leaves word": func() { // it ends with SIGTERM, and says so
		term := make(chan os.Signal, 1)
		signal.Notify(term, syscall.SIGTERM)
		go serveStdio()
		<-term
		fmt.Fprintln(os.Stderr, "terminated")
	},
	// They do not survive the question for modern revisions (rule F-16).
	"dies of the probe":     func() { probed(func(string) {}) },
	"dies after the probe":  func() { probed(func(answer string) { fmt.Println(answer) }) },
	"takes a while to fail": func() { time.Sleep(300 * time.Millisecond); os.Exit(4) },
	"modern, then legacy": func() {
		if starts() == 1 {
			serveStdio()
		}
		serveLegacy()
	},
	"starts twice": func() {
		if starts() > 2 {
			os.Exit(5)
		}
		serveStdio()
	},
	"counts": func() {
		starts()
		serveStdio()
	},
	"garbage": func() { // on standard output, before and between the answers
		writeGarbage()
		serveStdio()
	},
	"large answers": func() {
		o := new(stdio.ServeOptions)
		o.Limits.Message = 1 << 30
		_ = stdio.Serve(context.Background(), serverFor(), o)
	},
	"protected": serveProtected,
	"survives its client": func() {
		err := stdio.Serve(context.Background(), serverFor(), nil)
		fmt.Fprintln(os.Stderr, "served:", err)
		_ = os.WriteFile(os.Getenv(stateFile), []byte(fmt.Sprint(err)), 0o600)
	},
}

// stateFile names a variable with the name of a file that children keep data in from one start to the next.
const stateFile = "MCPWIRE_TEST_STATE"

// starts counts the starts with the same file, this one included.
func starts() int {
	f, err := os.OpenFile(os.Getenv(stateFile), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	_, _ = f.WriteString(".")
	all, _ := os.ReadFile(f.Name())
	return len(all)
}

func serveStdio() {
	if err := stdio.Serve(context.Background(), serverFor(), nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serveLegacy does not know the modern revision.
func serveLegacy() {
	server := serverFor()
	h := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method == mcp.MethodDiscover {
			jsonrpc.NotFound(ctx, w, m)
			return
		}
		server.ServeMessage(ctx, w, m)
	})
	_ = stdio.Serve(context.Background(), h, nil)
}

// probed serves unless the first line is the question for modern revisions.
func probed(answer func(string)) {
	in := bufio.NewReader(os.Stdin)
	line, _ := in.ReadString('\n')
	if strings.Contains(line, mcp.MethodDiscover) {
		answer(`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"what?"}}`)
		os.Exit(6)
	}
	c := &ends{io.MultiReader(strings.NewReader(line), in), os.Stdout}
	_ = stdio.ServeConn(context.Background(), c, serverFor(), nil)
}

const kilo = 1 << 10

// writeGarbage writes 10,000 lines that are no messages.
func writeGarbage() {
	out := bufio.NewWriter(os.Stdout)
	for i := range 10_000 {
		switch i % 4 {
		case 0:
			fmt.Fprintln(out, "listening on nothing")
		case 1:
			fmt.Fprintln(out, `{"level":"info","msg":"a log line","id":1}`)
		case 2:
			_, _ = out.WriteString("\x00\xff\xfe{\"jsonrpc\":\x80\r\n")
		default:
			fmt.Fprintln(out, `{"jsonrpc":"2.0","id":1`)
		}
	}
	_ = out.Flush()
}

// serveProtected writes to standard output in all ways that there are.
func serveProtected() {
	saved := os.Stdout
	if err := stdio.ProtectStdout(); err != nil {
		panic(err)
	}
	if err := stdio.ProtectStdout(); err != nil { // does nothing
		panic(err)
	}
	write := func(when string) {
		fmt.Println("fmt " + when)
		_, _ = syscall.Write(1, []byte("descriptor "+when+"\n"))
		for name, f := range map[string]*os.File{"os.Stdout": os.Stdout, "saved": saved} {
			cmd := exec.Command("/bin/sh", "-c", "echo grandchild "+name+" "+when)
			cmd.Stdout = f
			if err := cmd.Run(); err != nil {
				panic(err)
			}
		}
	}
	write("before")
	_, _ = saved.WriteString("saved before\n")
	saved = nil
	for range 3 { // what is garbage closes its descriptor
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	if f, err := os.Open(os.DevNull); err != nil || f.Fd() == 1 {
		panic(fmt.Sprint("descriptor 1 was closed: ", err))
	}
	_, _ = syscall.Write(1, []byte("descriptor at last\n"))
	serveStdio()
}
