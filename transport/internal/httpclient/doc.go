// Package httpclient is what the clients of MCP over HTTP have in common: requests whose body is borrowed, bearer tokens and challenges,
// what is not sent to other origins, limits, and errors that say whether the server may have seen a request.
package httpclient
