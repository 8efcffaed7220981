package peers

import (
	"github.com/go-faster/jx"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

func jxCallToolParams(d *jx.Decoder, x *corpus.CallToolParams) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "_meta":
			x.Meta = new(corpus.RequestMeta)
			err = jxRequestMeta(d, x.Meta)
		case "name":
			x.Name, err = d.Str()
		case "arguments":
			x.Arguments, err = jxRaw(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

func jxRequestMeta(d *jx.Decoder, x *corpus.RequestMeta) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		if string(key) != "progressToken" {
			return d.Skip()
		}
		x.ProgressToken, err = jxRaw(d)
		return err
	})
}

func jxCallToolResult(d *jx.Decoder, x *corpus.CallToolResult) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "content":
			err = d.Arr(func(d *jx.Decoder) error {
				x.Content = append(x.Content, corpus.ContentBlock{})
				return jxContentBlock(d, &x.Content[len(x.Content)-1])
			})
		case "structuredContent":
			x.StructuredContent, err = jxRaw(d)
		case "isError":
			err = jxBool(d, &x.IsError)
		case "_meta":
			x.Meta, err = jxRaw(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

// jxContentBlock reads the content types that answers of tools in the corpus have: text and image.
func jxContentBlock(d *jx.Decoder, x *corpus.ContentBlock) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "type":
			x.Type, err = d.Str()
		case "text":
			err = jxText(d, &x.Text)
		case "data":
			err = jxText(d, &x.Data)
		case "mimeType":
			err = jxText(d, &x.MIMEType)
		case "annotations":
			x.Annotations = new(corpus.Annotations)
			err = jxAnnotations(d, x.Annotations)
		case "_meta":
			x.Meta, err = jxRaw(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

func jxAnnotations(d *jx.Decoder, x *corpus.Annotations) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "audience":
			err = d.Arr(func(d *jx.Decoder) error {
				s, err := d.Str()
				x.Audience = append(x.Audience, s)
				return err
			})
		case "priority":
			err = jxFloat(d, &x.Priority)
		case "lastModified":
			err = jxText(d, &x.LastModified)
		default:
			err = d.Skip()
		}
		return err
	})
}

func jxReadResourceResult(d *jx.Decoder, x *corpus.ReadResourceResult) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "contents":
			err = d.Arr(func(d *jx.Decoder) error {
				x.Contents = append(x.Contents, corpus.ResourceContents{})
				return jxResourceContents(d, &x.Contents[len(x.Contents)-1])
			})
		case "_meta":
			x.Meta, err = jxRaw(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

func jxResourceContents(d *jx.Decoder, x *corpus.ResourceContents) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "uri":
			x.URI, err = d.Str()
		case "mimeType":
			err = jxText(d, &x.MIMEType)
		case "text":
			err = jxText(d, &x.Text)
		case "blob":
			err = jxText(d, &x.Blob)
		case "_meta":
			x.Meta, err = jxRaw(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

func jxProgressParams(d *jx.Decoder, x *corpus.ProgressParams) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "progressToken":
			x.ProgressToken, err = jxRaw(d)
		case "progress":
			x.Progress, err = d.Float64()
		case "total":
			err = jxFloat(d, &x.Total)
		case "message":
			err = jxText(d, &x.Message)
		case "_meta":
			x.Meta, err = jxRaw(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

func jxErrorObject(d *jx.Decoder, x *corpus.ErrorObject) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "code":
			x.Code, err = d.Int64()
		case "message":
			x.Message, err = d.Str()
		case "data":
			x.Data, err = jxRaw(d)
		default:
			err = d.Skip()
		}
		return err
	})
}
