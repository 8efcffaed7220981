package main

import (
	"context"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// A red pixel, and silence.
const (
	pixel   codec.Base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
	silence codec.Base64 = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
)

// contentTools answer with content of all kinds.
var contentTools = []tool{
	{"test_simple_text", "Answers with a text.", "", func(_ context.Context, c *call) error {
		return c.text("This is a simple text response for testing.")
	}},
	{"test_image_content", "Answers with an image.", "", func(_ context.Context, c *call) error {
		c.out.AddImage(pixel, "image/png")
		return nil
	}},
	{"test_audio_content", "Answers with a sound.", "", func(_ context.Context, c *call) error {
		c.out.AddAudio(silence, "audio/wav")
		return nil
	}},
	{"test_embedded_resource", "Answers with a resource.", "", func(_ context.Context, c *call) error {
		c.out.AddContent(embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."))
		return nil
	}},
	{"test_multiple_content_types", "Answers with a text, an image and a resource.", "", func(_ context.Context, c *call) error {
		c.out.AddText("Multiple content types test:")
		c.out.AddImage(pixel, "image/png")
		c.out.AddContent(embedded("test://mixed-content-resource", "application/json", `{"test":"data","value":123}`))
		return nil
	}},
	{"test_error_handling", "Fails.", "", func(_ context.Context, c *call) error {
		c.out.SetError("This tool intentionally returns an error for testing")
		return nil
	}},
}

func embedded(uri, mimeType, text string) *mcp.EmbeddedResource {
	return &mcp.EmbeddedResource{Resource: &mcp.TextResourceContents{URI: uri, MIMEType: mcp.Some(mimeType), Text: text}}
}
