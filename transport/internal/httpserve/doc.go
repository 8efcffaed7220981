// Package httpserve is what servers of MCP over HTTP have in common: reading a body within its limits, refusing a request, and
// writing an event stream for hours. It needs a ResponseWriter that http.ResponseController knows what to do with: one that is
// wrapped has to have Unwrap.
package httpserve
