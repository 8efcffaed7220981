package main

import (
	"context"
	"errors"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// askTools need something of the client. They do so in the same way for clients of all revisions.
var askTools = []tool{
	{
		"test_sampling", "Asks the client's model.",
		`{"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]}`,
		func(ctx context.Context, c *call) error { return sample(ctx, c, "answer", c.args.Prompt) },
	},
	{
		"test_elicitation", "Asks the client's user.",
		`{"type":"object","properties":{"message":{"type":"string"}},"required":["message"]}`, elicitation,
	},
	{"test_elicitation_sep1034_defaults", "Asks the client's user, and proposes an answer.", "", asking("defaults", formWithDefaults())},
	{"test_elicitation_sep1330_enums", "Lets the client's user choose.", "", asking("choices", formWithEnums())},
	{"test_streaming_elicitation", "Asks the client's user.", "", asking("sure", form("Are you sure?", "sure", &mcp.BooleanSchema{}))},
	{"test_missing_capability", "Needs a client that has a model.", "", missingCapability},
	{"test_input_required_result_elicitation", "Asks the client's user for a name.", "", userName},
	{"test_input_required_result_sampling", "Asks the client's model.", "", capital},
	{"test_input_required_result_list_roots", "Asks for the client's roots.", "", listRoots},
	{"test_input_required_result_capabilities", "Asks what the client can answer.", "", whatItCan},
}

// sample asks the model, and answers with what it has said.
func sample(ctx context.Context, c *call, key, prompt string) error {
	p := &mcp.CreateMessageParams{MaxTokens: 100}
	p.AddText(mcp.RoleUser, prompt)
	answer, err := c.CreateMessage(ctx, key, p)
	if err != nil {
		return err
	}
	return c.text("LLM response: " + answer.Content.Text())
}

func elicitation(ctx context.Context, c *call) error {
	p := &mcp.ElicitFormParams{Message: c.args.Message}
	p.AddField("username", &mcp.StringSchema{Description: mcp.Some("User's response")}, true)
	p.AddField("email", &mcp.StringSchema{Description: mcp.Some("User's email address")}, true)
	return elicit(ctx, c, "user", p)
}

// asking returns a tool that asks the user to fill in a form.
func asking(key string, form *mcp.ElicitFormParams) func(context.Context, *call) error {
	return func(ctx context.Context, c *call) error { return elicit(ctx, c, key, form) }
}

// elicit asks the user, and answers with what that has answered.
func elicit(ctx context.Context, c *call, key string, p *mcp.ElicitFormParams) error {
	answer, err := c.Elicit(ctx, key, p)
	if err != nil {
		return err
	}
	text, err := answer.AppendJSON([]byte("User response: "))
	c.out.AddText(string(text))
	return err
}

// form returns a form with one field.
func form(message, field string, schema mcp.PrimitiveSchemaDefinition) *mcp.ElicitFormParams {
	p := &mcp.ElicitFormParams{Message: message}
	p.AddField(field, schema, true)
	return p
}

func formWithDefaults() *mcp.ElicitFormParams {
	p := &mcp.ElicitFormParams{Message: "Please review and update the form fields with defaults"}
	p.AddField("name", &mcp.StringSchema{Default: mcp.Some("John Doe")}, false)
	p.AddField("age", &mcp.NumberSchema{Type: mcp.NumberSchemaTypeInteger, Default: mcp.Some(30.0)}, false)
	p.AddField("score", &mcp.NumberSchema{Type: mcp.NumberSchemaTypeNumber, Default: mcp.Some(95.5)}, false)
	p.AddField("status", &mcp.UntitledSingleSelectEnumSchema{
		Enum: []string{"active", "inactive", "pending"}, Default: mcp.Some("active"),
	}, false)
	p.AddField("verified", &mcp.BooleanSchema{Default: mcp.Some(true)}, false)
	return p
}

func formWithEnums() *mcp.ElicitFormParams {
	options := []string{"option1", "option2", "option3"}
	p := &mcp.ElicitFormParams{Message: "Please select options from the enum fields"}
	p.AddField("untitledSingle", &mcp.UntitledSingleSelectEnumSchema{Enum: options}, false)
	p.AddField("titledSingle", &mcp.TitledSingleSelectEnumSchema{OneOf: []mcp.TitledSingleSelectEnumSchemaOneOf{
		{Const: "value1", Title: "First Option"}, {Const: "value2", Title: "Second Option"}, {Const: "value3", Title: "Third Option"},
	}}, false)
	p.AddField("legacyEnum", &mcp.LegacyTitledEnumSchema{
		Enum: []string{"opt1", "opt2", "opt3"}, EnumNames: []string{"Option One", "Option Two", "Option Three"},
	}, false)
	p.AddField("untitledMulti", &mcp.UntitledMultiSelectEnumSchema{Items: mcp.UntitledMultiSelectEnumSchemaItems{Enum: options}}, false)
	p.AddField("titledMulti", &mcp.TitledMultiSelectEnumSchema{Items: mcp.TitledMultiSelectEnumSchemaItems{
		AnyOf: []mcp.TitledMultiSelectEnumSchemaItemsAnyOf{
			{Const: "value1", Title: "First Choice"}, {Const: "value2", Title: "Second Choice"}, {Const: "value3", Title: "Third Choice"},
		},
	}}, false)
	return p
}

func missingCapability(_ context.Context, c *call) error {
	have, err := c.ClientCapabilities()
	if err != nil {
		return err
	}
	if !have.Sampling.Has() {
		var need mcp.ClientCapabilities
		need.Sampling.Ptr() // is set by that
		return mcp.MissingCapability(&need)
	}
	return c.text("the client has all that is needed")
}

func formName() *mcp.ElicitFormParams { return form("What is your name?", "name", &mcp.StringSchema{}) }

func userName(ctx context.Context, c *call) error {
	answer, err := c.Elicit(ctx, "user_name", formName())
	if err != nil {
		return err
	}
	return c.text("Hello, " + text(answer, "name") + "!")
}

// text returns a member of an answer that is a text.
func text(answer *mcp.ElicitResult, name string) string {
	v, _ := codec.Get(answer.Content, name)
	s, _ := v.AsString() // "" for what is none
	return s
}

func capital(ctx context.Context, c *call) error {
	return sample(ctx, c, "capital_question", "What is the capital of France?")
}

func listRoots(ctx context.Context, c *call) error {
	answer, err := c.ListRoots(ctx, "client_roots")
	if err != nil {
		return err
	}
	for _, root := range answer.Roots {
		c.out.AddText(root.URI)
	}
	return nil
}

// whatItCan asks the user or, if the client has none, its model.
func whatItCan(ctx context.Context, c *call) error {
	have, err := c.ClientCapabilities()
	switch {
	case err != nil:
		return err
	case have.Elicitation.Has():
		return userName(ctx, c)
	case have.Sampling.Has():
		return capital(ctx, c)
	}
	return errors.New("there is nobody to ask")
}
