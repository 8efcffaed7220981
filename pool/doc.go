// Package pool hands out byte buffers in a few sizes and takes them back, so that a busy transport makes no garbage and an
// idle one holds no memory.
//
// # Ownership
//
// A Buffer has one owner, who calls Release once. From then on every use of the handle panics, also when the memory has
// been handed out again meanwhile: a handle knows its generation. A slice that Bytes has returned is good until Release;
// nothing can guard it, so keep the Buffer and not the slice. A Buffer that is never released is not lost, only left to
// the garbage collector, but Outstanding counts it; tests end with Outstanding() == 0.
//
// To append beyond the capacity is fine: give the longer slice back with Set, and Release files it under the size it has
// grown to.
//
// # Tuning
//
// The default classes suit JSON-RPC: most messages fit 4 KiB, few are larger than 1 MiB. Each class costs at most twice the
// memory that was asked for. What is larger than the largest class, or than Max, is left to the garbage collector. Look at
// Stats: many Misses beside many Gets mean that the collector empties the pool (raise GOGC) or that the load comes in
// bursts; many Large mean that a class is missing. Disabled turns pooling off and keeps all checks, to see what it is worth.
//
// Build with the tag pooldebug to get the stack of every outstanding buffer (Leaks), a panic for writes after
// Release, and a report of handles that were dropped without Release.
package pool
