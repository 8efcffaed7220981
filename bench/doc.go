// Package bench compares mcpwire with others: its codecs on the messages of internal/corpus, its transports in child processes. It
// is a module of its own, so that what it compares with never reaches users of mcpwire.
//
// The benchmarks are for benchstat and profiles. The program cmd/bench measures the same, lets the competitors take turns, and
// writes RESULTS.md and its charts, whole or part by part. A codec joins by an implementation of peers.Codec and a line in peers.All, a
// server by a function and a line in the tables of package transports.
//
// What mcpwire is to reach is in the tables of targets of internal/report, and the report says of each whether it holds. What limits one that does
// not is said in notes.go of cmd/bench.
package bench
