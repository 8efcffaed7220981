// Package streamable speaks MCP over Streamable HTTP.
package streamable
