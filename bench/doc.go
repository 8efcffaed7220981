// Package bench compares mcpwire with other codecs on the messages of internal/corpus. It is a module of its own, so that what
// it compares with never reaches users of mcpwire.
//
// The benchmarks are for benchstat and profiles. The program cmd/bench measures the same, lets the codecs take turns, and writes
// RESULTS.md. A codec joins both by an implementation of peers.Codec and a line in peers.All.
package bench
