package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/tasks"
)

// server is what the handlers have in common.
type server struct {
	hub   *transport.Hub
	key   []byte // of the states that clients keep
	tools []tool
}

// newServer returns the server, and what tells a transport the schemas of its tools.
func newServer(hub *transport.Hub) (*tasks.Handler, func(context.Context, string) (codec.Raw, bool)) {
	s := &server{hub: hub, key: []byte(rand.Text())}
	s.tools = s.allTools()
	return tasks.NewHandler(s.handler(), &tasks.Options{PollInterval: 100 * time.Millisecond, Hub: hub}), s.toolSchema
}

func (s *server) handler() *mcp.ServerHandler {
	h := &mcp.ServerHandler{
		ServerInfo:            mcp.Implementation{Name: "mcpwire-conformance", Version: "1.0.0"},
		Complete:              complete,
		GetPrompt:             getPrompt,
		ListPrompts:           listPrompts,
		ListResources:         listResources,
		ReadResource:          readResource,
		ListResourceTemplates: listResourceTemplates,
		Subscribe:             subscribe,
		Unsubscribe:           unsubscribe,
		ListTools:             s.listTools,
		CallTool:              s.callTool,
		ErrorLog:              func(_ context.Context, method string, err error) { log.Printf("%s: %v", method, err) },
	}
	c := &h.Capabilities
	c.Logging = codec.RawString("{}")
	c.Extensions = []codec.Member[codec.Raw]{{Key: tasks.Extension, Value: c.Logging}}
	c.Tools.Ptr().ListChanged.Set(true)
	c.Prompts.Ptr().ListChanged.Set(true)
	c.Resources.Ptr().ListChanged.Set(true)
	c.Resources.Ptr().Subscribe.Set(true)
	return h
}

// complete offers the values that begin with what there is.
func complete(_ context.Context, r *mcp.Request[mcp.CompleteParams], out *mcp.CompleteResult) error {
	c := &out.Completion
	for _, v := range []string{"testValue1", "testValue2", "other"} {
		if strings.HasPrefix(v, r.Params.Argument.Value) {
			c.Values = append(c.Values, v)
		}
	}
	c.Total.Set(int64(len(c.Values)))
	c.HasMore.Set(false)
	return nil
}

// seal returns a state that a client can keep but not change.
func (s *server) seal(state string) string {
	return state + "." + s.sign(state)
}

// unseal returns what was sealed.
func (s *server) unseal(sealed string) (state string, err error) {
	i := strings.LastIndexByte(sealed, '.')
	if i < 0 || !hmac.Equal([]byte(sealed[i+1:]), []byte(s.sign(sealed[:i]))) {
		return "", jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: requestState is none of this server")
	}
	return sealed[:i], nil
}

func (s *server) sign(state string) string {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write([]byte(state)) // never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// pause lets some time pass, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
