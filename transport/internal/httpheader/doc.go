// Package httpheader reads and writes the headers that MCP over HTTP gives a meaning to: values mirrored from the body, media types,
// session ids, where a request comes from, and authentication challenges.
//
// Functions take the values of a header as they are in an http.Header, one for each line, since it matters whether there is none, and
// whether there are several. They borrow nothing and take time linear in the header. Their errors say nothing of what the peer has
// sent.
package httpheader
