module github.com/mcpwire/mcpwire/internal/conformance/client

go 1.26.0

require (
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/mcpwire/mcpwire v0.0.0
	github.com/modelcontextprotocol/go-sdk v1.8.0
	golang.org/x/oauth2 v0.35.0
)

require (
	github.com/cenkalti/backoff/v5 v5.0.3 // indirect
	github.com/goccy/go-json v0.12.0 // indirect
	github.com/josharian/intern v1.0.0 // indirect
	github.com/mailru/easyjson v0.9.2 // indirect
	github.com/segmentio/asm v1.1.3 // indirect
	github.com/segmentio/encoding v0.5.4 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/mcpwire/mcpwire => ../../..
