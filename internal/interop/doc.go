// Package interop tries mcpwire against implementations of MCP that nobody here wrote: the clients and servers of the official TypeScript
// SDKs, versions 1 and 2, and the server "everything". The scripts and the pinned packages are in the folder node; `make interop`
// installs them and runs the tests, which have the build tag interop.
package interop
