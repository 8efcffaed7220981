package corpus

// NewMirror returns a pointer to a fresh mirror of m's payload, or nil if there is none for m's method.
func (m Message) NewMirror() any {
	payload, _ := newMirrors(m.Method, m.Kind)
	return payload
}

// NewEnvelopeMirror returns a pointer to a fresh mirror of the whole message, or nil if there is none for m's method.
func (m Message) NewEnvelopeMirror() any {
	_, envelope := newMirrors(m.Method, m.Kind)
	return envelope
}

func newMirrors(method string, kind Kind) (payload, envelope any) {
	if kind == Error {
		return new(ErrorObject), new(ErrorResponse)
	}
	switch method {
	case "tools/call":
		if kind == Request {
			return new(CallToolParams), new(CallToolRequest)
		}
		return new(CallToolResult), new(CallToolResponse)
	case "initialize":
		if kind == Request {
			return new(InitializeParams), new(InitializeRequest)
		}
		return new(InitializeResult), new(InitializeResponse)
	case "tools/list":
		return new(ListToolsResult), new(ListToolsResponse)
	case "resources/read":
		return new(ReadResourceResult), new(ReadResourceResponse)
	case "notifications/progress":
		return new(ProgressParams), new(ProgressNotification)
	case "resources/list":
		return new(ListResourcesResult), new(ListResourcesResponse)
	case "sampling/createMessage":
		return new(CreateMessageParams), new(CreateMessageRequest)
	default:
		return nil, nil
	}
}
