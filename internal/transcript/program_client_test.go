package transcript_test

import (
	"context"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// clientProgram is the program whose client the library is: it answers what servers ask, and tells of what they notify it of.
type clientProgram struct {
	*mcp.ClientHandler

	tell func(what string)
}

func newClientProgram(tell func(what string)) *clientProgram {
	return &clientProgram{tell: tell, ClientHandler: &mcp.ClientHandler{
		ClientInfo: mcp.Implementation{Name: "program", Version: "1"},
		CreateMessage: func(ctx context.Context, r *mcp.Request[mcp.CreateMessageParams], out *mcp.CreateMessageResult) error {
			if r.Params.Messages[0].Content.Text() == "slowly" {
				<-ctx.Done()
				return ctx.Err()
			}
			out.Role, out.Model = "assistant", "model"
			out.AddText("a thought")
			return nil
		},
		Elicit: func(_ context.Context, _ *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
			out.Action = "accept"
			return nil
		},
		ListRoots: func(_ context.Context, _ *mcp.Request[mcp.ListRootsParams], out *mcp.ListRootsResult) error {
			out.Roots = append(out.Roots, mcp.Root{URI: "file:///project"})
			return nil
		},
	}}
}

func (p *clientProgram) ServeMessage(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
	if m.Kind == jsonrpc.Notification {
		p.tell(`{"method":` + text(m.Method) + `,"params":` + orNull(m.Params.String()) + `}`)
	}
	p.ClientHandler.ServeMessage(ctx, w, m)
}
