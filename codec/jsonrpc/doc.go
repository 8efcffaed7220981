// Package jsonrpc is the contract between code that speaks MCP's methods and transports that
// move messages: the JSON-RPC 2.0 envelope, ids, protocol revisions, and the interfaces Handler,
// ResponseWriter and Caller.
//
// Data flows one way. A transport reads a frame into a buffer, Scan finds the parts of the
// envelope without decoding what is inside, the Handler decodes the parameters it wants, and the
// answer is appended to a buffer of the connection. Nothing on that way is copied.
//
// What is borrowed: a Message, and everything decoded from it, is good until ServeMessage returns, or,
// for a Call, until Release. Clone what must live longer.
package jsonrpc
