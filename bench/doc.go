// Package bench compares mcpwire with others: its codecs on the messages of internal/corpus, its transports in child processes. It
// is a module of its own, so that what it compares with never reaches users of mcpwire.
//
// The benchmarks are for benchstat and profiles. The program cmd/bench measures the same, lets the competitors take turns, and
// writes RESULTS.md, whole or part by part. A codec joins by an implementation of peers.Codec and a line in peers.All, a
// server by a function and a line in the tables of package transports.
package bench
