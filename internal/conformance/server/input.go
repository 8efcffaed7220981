package main

import (
	"context"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// inputTools ask in the way of 2026-07-28 and keep a state of their own between the tries, which the client cannot forge.
func (s *server) inputTools() []tool {
	return []tool{
		{"test_input_required_result_request_state", "Asks, and keeps a state.", "", s.confirm},
		{"test_input_required_result_tampered_state", "Asks, and refuses a state that is not its own.", "", s.confirm},
		{"test_input_required_result_multiple_inputs", "Asks three things at once.", "", s.askAll},
		{"test_input_required_result_multi_round", "Asks two things, one after the other.", "", s.askTwice},
	}
}

// state returns what the tool has sealed in the try before; "" in the first one.
func (s *server) state(c *call) (string, error) {
	sealed, ok := c.Params.RequestState.Get()
	if !ok {
		return "", nil
	}
	return s.unseal(sealed)
}

// answer returns the client's answer to what has the key; nil if there is none.
func answer[T mcp.InputResponse](c *call, key string) (answer T, ok bool) {
	given, _ := codec.Get(c.Params.InputResponses, key)
	answer, ok = given.(T)
	return answer, ok
}

func (s *server) confirm(_ context.Context, c *call) error {
	state, err := s.state(c)
	if err != nil {
		return err
	}
	if _, ok := answer[*mcp.ElicitResult](c, "confirm"); ok && state != "" {
		return c.text("state-ok: " + state)
	}
	ask := &mcp.InputRequiredResult{RequestState: mcp.Some(s.seal("confirming"))}
	ask.Add("confirm", &mcp.ElicitRequest{Params: form("Please confirm", "ok", &mcp.BooleanSchema{})})
	return c.RequireInput(ask)
}

func (s *server) askAll(_ context.Context, c *call) error {
	if _, err := s.state(c); err != nil {
		return err
	}
	user, hasUser := answer[*mcp.ElicitResult](c, "user_name")
	greeting, hasGreeting := answer[*mcp.CreateMessageResult](c, "greeting")
	roots, hasRoots := answer[*mcp.ListRootsResult](c, "client_roots")
	if hasUser && hasGreeting && hasRoots {
		c.out.AddText(text(user, "name") + ": " + greeting.Content.Text())
		for _, root := range roots.Roots {
			c.out.AddText(root.URI)
		}
		return nil
	}
	prompt := &mcp.CreateMessageParams{MaxTokens: 50}
	prompt.AddText(mcp.RoleUser, "Generate a greeting")
	ask := &mcp.InputRequiredResult{RequestState: mcp.Some(s.seal("all"))}
	ask.Add("user_name", &mcp.ElicitRequest{Params: formName()})
	ask.Add("greeting", &mcp.CreateMessageRequest{Params: *prompt})
	ask.Add("client_roots", &mcp.ListRootsRequest{})
	return c.RequireInput(ask)
}

func (s *server) askTwice(_ context.Context, c *call) error {
	state, err := s.state(c)
	if err != nil {
		return err
	}
	ask := new(mcp.InputRequiredResult)
	name, isFirst := answer[*mcp.ElicitResult](c, "step1")
	color, isSecond := answer[*mcp.ElicitResult](c, "step2")
	switch {
	case isSecond && state != "":
		c.out.AddText(state + " likes " + text(color, "color"))
		return nil
	case isFirst && state != "":
		ask.Add("step2", &mcp.ElicitRequest{Params: form("Step 2: What is your favorite color?", "color", &mcp.StringSchema{})})
		ask.RequestState.Set(s.seal("user " + text(name, "name")))
	default:
		ask.Add("step1", &mcp.ElicitRequest{Params: formName()})
		ask.RequestState.Set(s.seal("step 1"))
	}
	return c.RequireInput(ask)
}

// promptWithInput is a prompt that asks the user first.
func promptWithInput(ctx context.Context, r *mcp.Request[mcp.GetPromptParams], out *mcp.GetPromptResult) error {
	answer, err := r.Elicit(ctx, "user_context", form("What context should the prompt use?", "context", &mcp.StringSchema{}))
	if err != nil {
		return err
	}
	out.AddText(mcp.RoleUser, "Prompt with context: "+text(answer, "context"))
	return nil
}
