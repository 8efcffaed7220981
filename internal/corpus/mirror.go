package corpus

import "encoding/json"

// The mirrors of the payloads. Members that may be absent are pointers or may be nil, so that decoding and encoding with
// encoding/json gives back the same JSON value; open JSON stays raw.

// CallToolParams mirrors the params of tools/call.
type CallToolParams struct {
	Meta      *RequestMeta    `json:"_meta,omitempty"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments,omitempty"`
}

// RequestMeta mirrors the _meta of a request. The token is a string or an integer.
type RequestMeta struct {
	ProgressToken json.RawMessage `json:"progressToken,omitempty"`
}

// CallToolResult mirrors the result of tools/call.
type CallToolResult struct {
	Content           []ContentBlock  `json:"content"`
	StructuredContent json.RawMessage `json:"structuredContent,omitempty"`
	IsError           *bool           `json:"isError,omitempty"`
	Meta              json.RawMessage `json:"_meta,omitempty"`
}

// InitializeParams mirrors the params of initialize.
type InitializeParams struct {
	Meta            *RequestMeta       `json:"_meta,omitempty"`
	ProtocolVersion string             `json:"protocolVersion"`
	Capabilities    ClientCapabilities `json:"capabilities"`
	ClientInfo      Implementation     `json:"clientInfo"`
}

// InitializeResult mirrors the result of initialize.
type InitializeResult struct {
	Meta            json.RawMessage    `json:"_meta,omitempty"`
	ProtocolVersion string             `json:"protocolVersion"`
	Capabilities    ServerCapabilities `json:"capabilities"`
	ServerInfo      Implementation     `json:"serverInfo"`
	Instructions    *string            `json:"instructions,omitempty"`
}

// ListToolsResult mirrors the result of tools/list.
type ListToolsResult struct {
	Meta       json.RawMessage `json:"_meta,omitempty"`
	Tools      []Tool          `json:"tools"`
	NextCursor *string         `json:"nextCursor,omitempty"`
}

// ReadResourceResult mirrors the result of resources/read.
type ReadResourceResult struct {
	Meta     json.RawMessage    `json:"_meta,omitempty"`
	Contents []ResourceContents `json:"contents"`
}

// ProgressParams mirrors the params of notifications/progress.
type ProgressParams struct {
	Meta          json.RawMessage `json:"_meta,omitempty"`
	ProgressToken json.RawMessage `json:"progressToken"`
	Progress      float64         `json:"progress"`
	Total         *float64        `json:"total,omitempty"`
	Message       *string         `json:"message,omitempty"`
}

// ListResourcesResult mirrors the result of resources/list.
type ListResourcesResult struct {
	Meta       json.RawMessage `json:"_meta,omitempty"`
	Resources  []Resource      `json:"resources"`
	NextCursor *string         `json:"nextCursor,omitempty"`
}

// ErrorObject mirrors the error of a response.
type ErrorObject struct {
	Code    int64           `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// CreateMessageParams mirrors the params of sampling/createMessage.
type CreateMessageParams struct {
	Meta             *RequestMeta      `json:"_meta,omitempty"`
	Messages         []SamplingMessage `json:"messages"`
	ModelPreferences *ModelPreferences `json:"modelPreferences,omitempty"`
	SystemPrompt     *string           `json:"systemPrompt,omitempty"`
	IncludeContext   *string           `json:"includeContext,omitempty"`
	Temperature      *float64          `json:"temperature,omitempty"`
	MaxTokens        int64             `json:"maxTokens"`
	StopSequences    []string          `json:"stopSequences,omitempty"`
	Metadata         json.RawMessage   `json:"metadata,omitempty"`
	Tools            []Tool            `json:"tools,omitempty"`
	ToolChoice       *ToolChoice       `json:"toolChoice,omitempty"`
}
