package corpus

import "encoding/json"

// ContentBlock mirrors every content type in one struct: encoding/json cannot choose between types by itself. Type says
// which of the members are set.
type ContentBlock struct {
	Type              string            `json:"type"`
	Text              *string           `json:"text,omitempty"`
	Data              *string           `json:"data,omitempty"`
	MIMEType          *string           `json:"mimeType,omitempty"`
	Resource          *ResourceContents `json:"resource,omitempty"`
	URI               *string           `json:"uri,omitempty"`
	Title             *string           `json:"title,omitempty"`
	Description       *string           `json:"description,omitempty"`
	Size              *int64            `json:"size,omitempty"`
	Icons             []Icon            `json:"icons,omitempty"`
	ID                *string           `json:"id,omitempty"`
	Name              *string           `json:"name,omitempty"`
	Input             json.RawMessage   `json:"input,omitempty"`
	ToolUseID         *string           `json:"toolUseId,omitempty"`
	Content           []ContentBlock    `json:"content,omitempty"`
	StructuredContent json.RawMessage   `json:"structuredContent,omitempty"`
	IsError           *bool             `json:"isError,omitempty"`
	Annotations       *Annotations      `json:"annotations,omitempty"`
	Meta              json.RawMessage   `json:"_meta,omitempty"`
}

// SamplingMessage mirrors a message of a conversation. In the corpus its content is always an array.
type SamplingMessage struct {
	Role    string          `json:"role"`
	Content []ContentBlock  `json:"content"`
	Meta    json.RawMessage `json:"_meta,omitempty"`
}

// Tool mirrors an entry of tools/list.
type Tool struct {
	Name         string           `json:"name"`
	Title        *string          `json:"title,omitempty"`
	Description  *string          `json:"description,omitempty"`
	Icons        []Icon           `json:"icons,omitempty"`
	InputSchema  json.RawMessage  `json:"inputSchema"`
	OutputSchema json.RawMessage  `json:"outputSchema,omitempty"`
	Annotations  *ToolAnnotations `json:"annotations,omitempty"`
	Execution    *ToolExecution   `json:"execution,omitempty"`
	Meta         json.RawMessage  `json:"_meta,omitempty"`
}

// ToolAnnotations mirrors the hints of a tool.
type ToolAnnotations struct {
	Title           *string `json:"title,omitempty"`
	ReadOnlyHint    *bool   `json:"readOnlyHint,omitempty"`
	DestructiveHint *bool   `json:"destructiveHint,omitempty"`
	IdempotentHint  *bool   `json:"idempotentHint,omitempty"`
	OpenWorldHint   *bool   `json:"openWorldHint,omitempty"`
}

// ToolExecution mirrors how a tool may run.
type ToolExecution struct {
	TaskSupport *string `json:"taskSupport,omitempty"`
}

// ToolChoice mirrors how a model may use tools.
type ToolChoice struct {
	Mode *string `json:"mode,omitempty"`
}

// Resource mirrors an entry of resources/list.
type Resource struct {
	URI         string          `json:"uri"`
	Name        string          `json:"name"`
	Title       *string         `json:"title,omitempty"`
	Description *string         `json:"description,omitempty"`
	MIMEType    *string         `json:"mimeType,omitempty"`
	Size        *int64          `json:"size,omitempty"`
	Icons       []Icon          `json:"icons,omitempty"`
	Annotations *Annotations    `json:"annotations,omitempty"`
	Meta        json.RawMessage `json:"_meta,omitempty"`
}

// ResourceContents mirrors both forms of a resource's contents: Text or Blob is set.
type ResourceContents struct {
	URI      string          `json:"uri"`
	MIMEType *string         `json:"mimeType,omitempty"`
	Text     *string         `json:"text,omitempty"`
	Blob     *string         `json:"blob,omitempty"`
	Meta     json.RawMessage `json:"_meta,omitempty"`
}

// Annotations mirrors the hints on content and resources.
type Annotations struct {
	Audience     []string `json:"audience,omitempty"`
	Priority     *float64 `json:"priority,omitempty"`
	LastModified *string  `json:"lastModified,omitempty"`
}

// Icon mirrors a picture for user interfaces.
type Icon struct {
	Src      string   `json:"src"`
	MIMEType *string  `json:"mimeType,omitempty"`
	Sizes    []string `json:"sizes,omitempty"`
	Theme    *string  `json:"theme,omitempty"`
}

// ModelPreferences mirrors the wishes of a sampling request.
type ModelPreferences struct {
	Hints                []ModelHint `json:"hints,omitempty"`
	CostPriority         *float64    `json:"costPriority,omitempty"`
	SpeedPriority        *float64    `json:"speedPriority,omitempty"`
	IntelligencePriority *float64    `json:"intelligencePriority,omitempty"`
}

// ModelHint mirrors one wish for a model.
type ModelHint struct {
	Name *string `json:"name,omitempty"`
}

// Implementation mirrors what a client or server says about itself.
type Implementation struct {
	Name        string  `json:"name"`
	Title       *string `json:"title,omitempty"`
	Version     string  `json:"version"`
	Description *string `json:"description,omitempty"`
	WebsiteURL  *string `json:"websiteUrl,omitempty"`
	Icons       []Icon  `json:"icons,omitempty"`
}

// ClientCapabilities mirrors what a client offers.
type ClientCapabilities struct {
	Roots        *ListChanged               `json:"roots,omitempty"`
	Sampling     *SamplingCapability        `json:"sampling,omitempty"`
	Elicitation  *ElicitationCapability     `json:"elicitation,omitempty"`
	Experimental map[string]json.RawMessage `json:"experimental,omitempty"`
}

// SamplingCapability mirrors the parts of sampling that a client offers.
type SamplingCapability struct {
	Context json.RawMessage `json:"context,omitempty"`
	Tools   json.RawMessage `json:"tools,omitempty"`
}

// ElicitationCapability mirrors the forms of elicitation that a client offers.
type ElicitationCapability struct {
	Form json.RawMessage `json:"form,omitempty"`
	URL  json.RawMessage `json:"url,omitempty"`
}

// ServerCapabilities mirrors what a server offers.
type ServerCapabilities struct {
	Logging      json.RawMessage            `json:"logging,omitempty"`
	Completions  json.RawMessage            `json:"completions,omitempty"`
	Prompts      *ListChanged               `json:"prompts,omitempty"`
	Resources    *ResourcesCapability       `json:"resources,omitempty"`
	Tools        *ListChanged               `json:"tools,omitempty"`
	Experimental map[string]json.RawMessage `json:"experimental,omitempty"`
}

// ListChanged mirrors a capability whose only member says whether changes are announced.
type ListChanged struct {
	ListChanged *bool `json:"listChanged,omitempty"`
}

// ResourcesCapability mirrors how a server offers resources.
type ResourcesCapability struct {
	Subscribe   *bool `json:"subscribe,omitempty"`
	ListChanged *bool `json:"listChanged,omitempty"`
}
