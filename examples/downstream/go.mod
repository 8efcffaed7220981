module example.com/downstream

go 1.26.0

tool github.com/mcpwire/mcpwire/tools/codegen

require github.com/mcpwire/mcpwire v0.0.0

require golang.org/x/sys v0.49.0 // indirect

replace github.com/mcpwire/mcpwire => ../..
