package transports

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
)

// The environment that makes a child of a program that calls RunChild.
const (
	envServer = "MCPWIRE_BENCH_SERVER" // which server to be
	envLoad   = "MCPWIRE_BENCH_LOAD"   // the Scenario, as JSON
	envEra    = "MCPWIRE_BENCH_ERA"
	envAsk    = "MCPWIRE_BENCH_ASK" // set if somebody will ask questions

	// EnvProfile names a folder for CPU profiles of the children; set it to see where a server's time goes.
	EnvProfile = "MCPWIRE_BENCH_PROFILE"
)

// serveFunc serves stdin and stdout until stdin ends.
type serveFunc func(ctx context.Context, f frame) error

// servers returns every server by its name.
func servers() map[string]serveFunc {
	return map[string]serveFunc{
		floorServer:     serveFloor,
		responder:       serveResponder,
		mcpwireServer:   serveMCPwire,
		unpooledServer:  serveUnpooled,
		goroutineServer: serveGoroutines,
		gosdkServer:     serveGoSDK,
		mcpgoServer:     serveMCPGo,

		httpFloor:     serveHTTPFloor,
		httpResponder: serveHTTPResponder,
		httpMCPwire:   serveHTTPMCPwire,
		httpUnpooled:  serveHTTPUnpooled,
		httpGoSDK:     serveHTTPGoSDK,
		httpGoSDKFree: serveHTTPGoSDKStateless,
		httpMCPGo:     serveHTTPMCPGo,

		sseFloor:    serveSSEFloor,
		sseMCPwire:  serveSSEMCPwire,
		sseUnpooled: serveSSEUnpooled,
		sseGoSDK:    serveSSEGoSDK,
		sseMCPGo:    serveSSEMCPGo,

		crowdFloor:      serveCrowdFloor,
		crowdMCPwire:    serveCrowdMCPwire,
		crowdMCPwireSSE: serveCrowdMCPwireSSE,
		crowdGoSDK:      serveCrowdGoSDK,
		crowdGoSDKSSE:   serveCrowdGoSDKSSE,
		crowdMCPGo:      serveCrowdMCPGo,
		crowdMCPGoSSE:   serveCrowdMCPGoSSE,
	}
}

// RunChild turns the process into the server that its environment names, and then does not return. In any other process it
// does nothing. Programs and tests that start servers call it first of all.
func RunChild() {
	name := os.Getenv(envServer)
	if name == "" {
		return
	}
	if err := runChild(name); err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runChild(name string) error {
	serve, ok := servers()[name]
	if !ok {
		return errors.New("there is no such server")
	}
	var s Scenario
	if err := json.Unmarshal([]byte(os.Getenv(envLoad)), &s); err != nil {
		return fmt.Errorf("%s: %w", envLoad, err)
	}
	f, err := newFrame(Era(os.Getenv(envEra)), s)
	if err != nil {
		return err
	}
	if os.Getenv(envAsk) != "" {
		go answerQuestions(os.NewFile(fdAsk, "ask"), os.NewFile(fdTell, "tell"))
	}
	stop, err := profile(name, cmp.Or(s.Profile, os.Getenv(EnvProfile)))
	if err != nil {
		return err
	}
	return errors.Join(serve(context.Background(), f), stop())
}

// profile writes a CPU profile of this process, until stop, to a file in dir; with "" for it, it does nothing.
func profile(name, dir string) (stop func() error, err error) {
	if dir == "" {
		return func() error { return nil }, nil
	}
	base := fmt.Sprintf("%s.%d.pprof", strings.NewReplacer(" ", "-", "/", "-").Replace(name), os.Getpid())
	file, err := os.Create(filepath.Join(dir, base)) //nolint:gosec // the folder is named by whoever runs it
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}
