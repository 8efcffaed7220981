package corpus

import "encoding/json"

// The mirrors of whole messages. An id is raw because it is a string or an integer.

// CallToolRequest mirrors a tools/call request.
type CallToolRequest struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  CallToolParams  `json:"params"`
}

// CallToolResponse mirrors the answer to tools/call.
type CallToolResponse struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  CallToolResult  `json:"result"`
}

// InitializeRequest mirrors an initialize request.
type InitializeRequest struct {
	JSONRPC string           `json:"jsonrpc"`
	ID      json.RawMessage  `json:"id"`
	Method  string           `json:"method"`
	Params  InitializeParams `json:"params"`
}

// InitializeResponse mirrors the answer to initialize.
type InitializeResponse struct {
	JSONRPC string           `json:"jsonrpc"`
	ID      json.RawMessage  `json:"id"`
	Result  InitializeResult `json:"result"`
}

// ListToolsResponse mirrors the answer to tools/list.
type ListToolsResponse struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  ListToolsResult `json:"result"`
}

// ReadResourceResponse mirrors the answer to resources/read.
type ReadResourceResponse struct {
	JSONRPC string             `json:"jsonrpc"`
	ID      json.RawMessage    `json:"id"`
	Result  ReadResourceResult `json:"result"`
}

// ProgressNotification mirrors a notifications/progress message.
type ProgressNotification struct {
	JSONRPC string         `json:"jsonrpc"`
	Method  string         `json:"method"`
	Params  ProgressParams `json:"params"`
}

// ListResourcesResponse mirrors the answer to resources/list.
type ListResourcesResponse struct {
	JSONRPC string              `json:"jsonrpc"`
	ID      json.RawMessage     `json:"id"`
	Result  ListResourcesResult `json:"result"`
}

// ErrorResponse mirrors an answer that is an error.
type ErrorResponse struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Error   ErrorObject     `json:"error"`
}

// CreateMessageRequest mirrors a sampling/createMessage request.
type CreateMessageRequest struct {
	JSONRPC string              `json:"jsonrpc"`
	ID      json.RawMessage     `json:"id"`
	Method  string              `json:"method"`
	Params  CreateMessageParams `json:"params"`
}
