package peers

import (
	"encoding/json"

	"github.com/go-faster/jx"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

// jxEncode writes v and reports whether there is code for its type.
func jxEncode(e *jx.Encoder, v any) bool {
	switch x := v.(type) {
	case *corpus.CallToolParams:
		jxWriteCallToolParams(e, x)
	case *corpus.CallToolResult:
		jxWriteCallToolResult(e, x)
	case *corpus.ReadResourceResult:
		jxWriteReadResourceResult(e, x)
	case *corpus.ProgressParams:
		jxWriteProgressParams(e, x)
	case *corpus.ErrorObject:
		jxWriteErrorObject(e, x)
	default:
		return jxEncodeWhole(e, v)
	}
	return true
}

func jxEncodeWhole(e *jx.Encoder, v any) bool {
	switch x := v.(type) {
	case *corpus.CallToolRequest:
		jxStart(e, x.JSONRPC, x.ID, x.Method, "params")
		jxWriteCallToolParams(e, &x.Params)
	case *corpus.CallToolResponse:
		jxStart(e, x.JSONRPC, x.ID, "", "result")
		jxWriteCallToolResult(e, &x.Result)
	case *corpus.ReadResourceResponse:
		jxStart(e, x.JSONRPC, x.ID, "", "result")
		jxWriteReadResourceResult(e, &x.Result)
	case *corpus.ProgressNotification:
		jxStart(e, x.JSONRPC, nil, x.Method, "params")
		jxWriteProgressParams(e, &x.Params)
	case *corpus.ErrorResponse:
		jxStart(e, x.JSONRPC, x.ID, "", "error")
		jxWriteErrorObject(e, &x.Error)
	default:
		return false
	}
	e.ObjEnd()
	return true
}

// jxStart opens a message up to the value of its payload.
func jxStart(e *jx.Encoder, version string, id json.RawMessage, method, payload string) {
	e.ObjStart()
	e.FieldStart("jsonrpc")
	e.Str(version)
	jxWriteRaw(e, "id", id)
	if method != "" {
		e.FieldStart("method")
		e.Str(method)
	}
	e.FieldStart(payload)
}

// jxWriteRaw writes a raw member, or nothing if it is absent.
func jxWriteRaw(e *jx.Encoder, name string, raw json.RawMessage) {
	if raw != nil {
		e.FieldStart(name)
		e.Raw(raw)
	}
}

func jxWriteText(e *jx.Encoder, name string, s *string) {
	if s != nil {
		e.FieldStart(name)
		e.Str(*s)
	}
}

func jxWriteCallToolParams(e *jx.Encoder, x *corpus.CallToolParams) {
	e.ObjStart()
	if x.Meta != nil {
		e.FieldStart("_meta")
		e.ObjStart()
		jxWriteRaw(e, "progressToken", x.Meta.ProgressToken)
		e.ObjEnd()
	}
	e.FieldStart("name")
	e.Str(x.Name)
	jxWriteRaw(e, "arguments", x.Arguments)
	e.ObjEnd()
}

func jxWriteCallToolResult(e *jx.Encoder, x *corpus.CallToolResult) {
	e.ObjStart()
	e.FieldStart("content")
	e.ArrStart()
	for i := range x.Content {
		jxWriteContentBlock(e, &x.Content[i])
	}
	e.ArrEnd()
	jxWriteRaw(e, "structuredContent", x.StructuredContent)
	if x.IsError != nil {
		e.FieldStart("isError")
		e.Bool(*x.IsError)
	}
	jxWriteRaw(e, "_meta", x.Meta)
	e.ObjEnd()
}

func jxWriteContentBlock(e *jx.Encoder, x *corpus.ContentBlock) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(x.Type)
	jxWriteText(e, "text", x.Text)
	jxWriteText(e, "data", x.Data)
	jxWriteText(e, "mimeType", x.MIMEType)
	if x.Annotations != nil {
		e.FieldStart("annotations")
		jxWriteAnnotations(e, x.Annotations)
	}
	jxWriteRaw(e, "_meta", x.Meta)
	e.ObjEnd()
}

func jxWriteAnnotations(e *jx.Encoder, x *corpus.Annotations) {
	e.ObjStart()
	if x.Audience != nil {
		e.FieldStart("audience")
		e.ArrStart()
		for _, s := range x.Audience {
			e.Str(s)
		}
		e.ArrEnd()
	}
	if x.Priority != nil {
		e.FieldStart("priority")
		e.Float64(*x.Priority)
	}
	jxWriteText(e, "lastModified", x.LastModified)
	e.ObjEnd()
}

func jxWriteReadResourceResult(e *jx.Encoder, x *corpus.ReadResourceResult) {
	e.ObjStart()
	e.FieldStart("contents")
	e.ArrStart()
	for i := range x.Contents {
		c := &x.Contents[i]
		e.ObjStart()
		e.FieldStart("uri")
		e.Str(c.URI)
		jxWriteText(e, "mimeType", c.MIMEType)
		jxWriteText(e, "text", c.Text)
		jxWriteText(e, "blob", c.Blob)
		jxWriteRaw(e, "_meta", c.Meta)
		e.ObjEnd()
	}
	e.ArrEnd()
	jxWriteRaw(e, "_meta", x.Meta)
	e.ObjEnd()
}

func jxWriteProgressParams(e *jx.Encoder, x *corpus.ProgressParams) {
	e.ObjStart()
	jxWriteRaw(e, "progressToken", x.ProgressToken)
	e.FieldStart("progress")
	e.Float64(x.Progress)
	if x.Total != nil {
		e.FieldStart("total")
		e.Float64(*x.Total)
	}
	jxWriteText(e, "message", x.Message)
	jxWriteRaw(e, "_meta", x.Meta)
	e.ObjEnd()
}

func jxWriteErrorObject(e *jx.Encoder, x *corpus.ErrorObject) {
	e.ObjStart()
	e.FieldStart("code")
	e.Int64(x.Code)
	e.FieldStart("message")
	e.Str(x.Message)
	jxWriteRaw(e, "data", x.Data)
	e.ObjEnd()
}
