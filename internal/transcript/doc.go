// Package transcript plays transcripts: conversations between a client and a server of MCP that are written down as txtar archives, each of
// which shows one rule of the protocol. A script has one side and the library the other, so that both sides are held to the same texts.
// README.md has their format, testdata the transcripts.
//
// All is in memory and on the clock of a testing/synctest bubble: that nothing comes is certain, and costs no time.
package transcript
