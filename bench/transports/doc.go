// Package transports measures what MCP servers and clients cost over a bare pipe, and over bare net/http.
//
// A server is a child process: the program that imports this package runs itself again, with the name of the server in an environment
// variable, and RunChild takes over there. The load is bytes made before the clock starts; every answer is compared with what has
// to come back. The floor moves the same bytes and does nothing with them: a child that sends every line back as it is, or a
// handler on net/http whose answers are made in advance. Its share of the floor is what a server is judged by, since absolute
// numbers are those of the machine.
//
// Other tables are about what stands still: sessions that are idle, with the memory that they take and leave, and notifications
// that go to all of them. And one says whose the CPU time of a server is, from its profiles.
//
// Everything is bounded in count and time, and every child is killed by its own handle and waited for.
package transports
