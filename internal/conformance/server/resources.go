package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/mcpwire/mcpwire/gen/mcp"
)

func listResources(_ context.Context, _ *mcp.Request[mcp.ListResourcesParams], out *mcp.ListResourcesResult) error {
	out.Resources = []mcp.Resource{
		{URI: "test://static-text", Name: "static-text", Description: mcp.Some("A text."), MIMEType: mcp.Some("text/plain")},
		{URI: "test://static-binary", Name: "static-binary", Description: mcp.Some("An image."), MIMEType: mcp.Some("image/png")},
		{URI: "test://watched-resource", Name: "watched-resource", Description: mcp.Some("A text."), MIMEType: mcp.Some("text/plain")},
	}
	return nil
}

func listResourceTemplates(_ context.Context, _ *mcp.Request[mcp.ListResourceTemplatesParams], out *mcp.ListResourceTemplatesResult) error {
	out.ResourceTemplates = []mcp.ResourceTemplate{{
		URITemplate: "test://template/{id}/data", Name: "template", Description: mcp.Some("Data by id."), MIMEType: mcp.Some("application/json"),
	}}
	return nil
}

func readResource(_ context.Context, r *mcp.Request[mcp.ReadResourceParams], out *mcp.ReadResourceResult) error {
	uri := r.Params.URI
	switch uri {
	case "test://static-text":
		out.AddText(uri, "text/plain", "This is the content of the static text resource.")
		return nil
	case "test://static-binary":
		out.AddBlob(uri, "image/png", pixel)
		return nil
	case "test://watched-resource":
		out.AddText(uri, "text/plain", "This is the content of the watched resource.")
		return nil
	}
	id, found := strings.CutPrefix(uri, "test://template/")
	id, ends := strings.CutSuffix(id, "/data")
	if !found || !ends || strings.Contains(id, "/") {
		return mcp.ResourceNotFound(uri)
	}
	out.AddText(uri, "application/json", fmt.Sprintf(`{"id":%q,"templateTest":true,"data":"Data for ID: %s"}`, id, id))
	return nil
}

// subscribe and unsubscribe leave it to the transport to note who wants to hear of a resource.
func subscribe(_ context.Context, r *mcp.Request[mcp.SubscribeParams], _ *mcp.EmptyResult) error {
	if !strings.HasPrefix(r.Params.URI, "test://") {
		return mcp.ResourceNotFound(r.Params.URI)
	}
	return nil
}

func unsubscribe(context.Context, *mcp.Request[mcp.UnsubscribeParams], *mcp.EmptyResult) error {
	return nil
}
