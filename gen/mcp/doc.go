// Package mcp holds the types of the Model Context Protocol, all revisions from 2024-11-05 to 2026-07-28 in one package,
// with codecs that do not allocate, a table of the methods, functions that call them and handlers that answer them.
//
// # Types
//
// A type has the members of every revision that knows it; the docs say since or until when. Absent, null and
// zero are three different things: an optional member is an Opt, or is nil, or is a zero codec.Raw. Members that no revision
// knows are kept in Extra and written again. Unions are interfaces, such as Content, with pointers to structs as
// variants and one for what is unknown: a type switch tells them apart.
//
// # Reading
//
//   - codec.Unmarshal(src, &v) copies src once; v owns its memory.
//   - d.Reset(src), d.Decode(&v) with a codec.Decoder d that is used again allocates nothing. v then borrows src and d:
//     it is good until d is Reset or src changes. Clone makes it its own.
//   - encoding/json and mailru/easyjson find MarshalJSON, UnmarshalJSON and their like.
//
// # Writing
//
// AppendJSON appends all that is set, in a fixed order. AppendJSONFor appends what a given revision has, and what it
// requires where that has a harmless value: resultType, ttlMs, cacheScope and empty lists. Strip drops from a value what a
// revision does not have. Validate tells whether a revision would accept it.
//
// # Calling and answering
//
// CallTool and its kin send a request over a jsonrpc.Caller, which the transports of mcpwire are; their ...Into forms
// allocate nothing. Tools, Prompts and the like are iterators over lists that come in pages. ServerHandler and ClientHandler
// answer requests with typed functions and are jsonrpc.Handlers: they refuse what the peer's revision does not have, and offer
// the capabilities that their fields show. A function gets a Request, with which it can report progress, log, ask for
// input and call the peer.
//
// Values are not for concurrent use while one side writes; the functions and handlers are.
package mcp

//go:generate go run ../../tools/codegen -mcp -out .
