// Command client is the client that the public conformance suite tests: what each scenario wants a client to do, written as a user of mcpwire
// would write it. The suite says which scenario in MCP_CONFORMANCE_SCENARIO, with data in MCP_CONFORMANCE_CONTEXT, and where its server
// is in the last argument.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/anyjson"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: client URL")
	}
	name := os.Getenv("MCP_CONFORMANCE_SCENARIO")
	if err := run(name, os.Args[len(os.Args)-1]); err != nil {
		log.Fatalf("%q: %v", name, err) //nolint:gosec // it is quoted
	}
}

// data is what the suite gives to some scenarios.
type data struct {
	ClientID         string     `json:"client_id"`
	ClientSecret     string     `json:"client_secret"`
	PrivateKeyPEM    string     `json:"private_key_pem"`
	SigningAlgorithm string     `json:"signing_algorithm"`
	IDPClientID      string     `json:"idp_client_id"`
	IDPTokenEndpoint string     `json:"idp_token_endpoint"`
	IDToken          string     `json:"idp_id_token"`
	WorkloadJWT      string     `json:"valid_jwt"`
	ToolCalls        []toolCall `json:"toolCalls"`
}

type toolCall struct {
	Name      string    `json:"name"`
	Arguments codec.Raw `json:"arguments"`
}

func run(name, url string) error {
	ctx, stop := context.WithTimeout(context.Background(), 25*time.Second)
	defer stop()
	var given data
	if text := os.Getenv("MCP_CONFORMANCE_CONTEXT"); text != "" {
		if err := anyjson.Unmarshal([]byte(text), &given); err != nil {
			return fmt.Errorf("the scenario's data: %w", err)
		}
	}
	o := new(streamable.DialOptions)
	o.InputRounds = 10
	try := listTools
	if t, ok := scenarios[name]; ok {
		try = t
	} else if get, ok := grants[name]; ok {
		try = authorized
		exchange(o, url, &given, get)
	} else if strings.HasPrefix(name, "auth/") {
		try = authorized
		if err := authorize(o, url, &given); err != nil {
			return err
		}
	}
	c, err := streamable.Dial(ctx, url, user(), o)
	if err != nil {
		return err
	}
	if err := try(ctx, c, &given); err != nil {
		_ = c.Close() // what went wrong before says more
		return err
	}
	return c.Close()
}

// user answers what servers ask.
func user() *mcp.ClientHandler {
	return &mcp.ClientHandler{
		ClientInfo: mcp.Implementation{Name: "mcpwire-conformance", Version: "1.0.0"},
		Elicit: func(_ context.Context, r *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
			form, ok := r.Params.(*mcp.ElicitFormParams)
			if !ok {
				out.Action = mcp.ElicitResultActionDecline
				return nil
			}
			out.Action = mcp.ElicitResultActionAccept
			for _, field := range form.RequestedSchema.Properties {
				if field.Key == "confirmed" {
					out.Content = append(out.Content, codec.Member[mcp.ElicitValue]{Key: field.Key, Value: mcp.NewElicitValueBool(true)})
				}
			}
			out.AddDefaults(form)
			return nil
		},
		CreateMessage: func(_ context.Context, _ *mcp.Request[mcp.CreateMessageParams], out *mcp.CreateMessageResult) error {
			out.Role, out.Model = mcp.RoleAssistant, "none"
			out.AddText("sampled")
			return nil
		},
		ListRoots: func(_ context.Context, _ *mcp.Request[mcp.ListRootsParams], out *mcp.ListRootsResult) error {
			out.Roots = []mcp.Root{{URI: "file:///conformance"}}
			return nil
		},
	}
}

// scenario is what a client does in a scenario.
type scenario func(ctx context.Context, c *transport.Client, given *data) error
