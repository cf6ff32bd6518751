package mcptest

import (
	"encoding/base64"
	"maps"

	"github.com/mcpctl/mcpctl/mcp"
)

// Tool is a tool of the server. Descriptor is its entry in tools/list; the
// member name is added when it has none. Members that a revision does not
// define (outputSchema before 2025-06-18, say) are left out there.
type Tool struct {
	Name       string
	Descriptor map[string]any
	// In are the revisions that have the tool; the zero Span means all.
	In mcp.Span
	// Call answers tools/call, after the arguments were checked against
	// inputSchema. An *mcp.RPCError becomes an error response, any other
	// error a result with isError.
	Call func(*Call) (map[string]any, error)
}

// Resource is a resource of the server. Descriptor is its entry in
// resources/list; the member uri is added when it has none.
type Resource struct {
	URI        string
	Descriptor map[string]any
	In         mcp.Span
	// Hidden keeps it out of resources/list; it can be read nevertheless.
	Hidden bool
	// Read gives the contents. An *mcp.RPCError is sent as it is, any
	// other error as an internal error.
	Read func(*Call) ([]map[string]any, error)
}

// Template is a family of resources. Pattern is a URI template of level 1 or
// 2 ({name} or {+name}); Descriptor its entry in resources/templates/list.
type Template struct {
	Pattern    string
	Descriptor map[string]any
	In         mcp.Span
	// Read gives the contents of the resource that Call.Variables name;
	// nil contents mean that there is no such resource.
	Read func(*Call) ([]map[string]any, error)
	// Complete suggests values for a variable, all of them; nil, nil when
	// there are none.
	Complete func(c *Call, variable, value string) ([]string, error)
}

// Prompt is a prompt of the server. Descriptor is its entry in prompts/list;
// its member arguments also says which arguments are required.
type Prompt struct {
	Name       string
	Descriptor map[string]any
	In         mcp.Span
	Hidden     bool
	// Get answers prompts/get once the arguments were checked.
	Get func(*Call) (map[string]any, error)
	// Complete suggests values for an argument, as in Template.
	Complete func(c *Call, argument, value string) ([]string, error)
}

func (t Tool) entry() map[string]any     { return named(t.Descriptor, "name", t.Name) }
func (r Resource) entry() map[string]any { return named(r.Descriptor, "uri", r.URI) }
func (t Template) entry() map[string]any { return named(t.Descriptor, "uriTemplate", t.Pattern) }
func (p Prompt) entry() map[string]any   { return named(p.Descriptor, "name", p.Name) }

// named copies a descriptor and adds the member that identifies it.
func named(descriptor map[string]any, member, value string) map[string]any {
	entry := maps.Clone(descriptor)
	if entry == nil {
		entry = map[string]any{}
	}
	if _, there := entry[member]; !there {
		entry[member] = value
	}
	return entry
}

// Text is a text block.
func Text(text string) map[string]any { return map[string]any{"type": "text", "text": text} }

// Image is an image block.
func Image(mime string, data []byte) map[string]any {
	return map[string]any{"type": "image", "mimeType": mime, "data": base64.StdEncoding.EncodeToString(data)}
}

// Audio is an audio block, which 2024-11-05 does not know.
func Audio(mime string, data []byte) map[string]any {
	return map[string]any{"type": "audio", "mimeType": mime, "data": base64.StdEncoding.EncodeToString(data)}
}

// Embedded is a block with a resource in it; contents is TextContents or
// BlobContents.
func Embedded(contents map[string]any) map[string]any {
	return map[string]any{"type": "resource", "resource": contents}
}

// Link is a resource_link block, known from 2025-06-18 on.
func Link(uri, name string) map[string]any {
	return map[string]any{"type": "resource_link", "uri": uri, "name": name}
}

// TextContents are the contents of a textual resource.
func TextContents(uri, mime, text string) map[string]any {
	return map[string]any{"uri": uri, "mimeType": mime, "text": text}
}

// BlobContents are the contents of a binary resource.
func BlobContents(uri, mime string, data []byte) map[string]any {
	return map[string]any{"uri": uri, "mimeType": mime, "blob": base64.StdEncoding.EncodeToString(data)}
}

// Content is the result of a tool call: content blocks.
func Content(blocks ...map[string]any) map[string]any {
	all := make([]any, len(blocks))
	for i, b := range blocks {
		all[i] = b
	}
	return map[string]any{"content": all}
}

// Structured is the result of a tool with an output schema: value as
// structuredContent and, for clients that do not read that, as text.
func Structured(value any) map[string]any {
	result := Content(Text(string(encode(value))))
	result["structuredContent"] = value
	return result
}

// Failure is the result of a tool call that failed.
func Failure(why string) map[string]any {
	result := Content(Text(why))
	result["isError"] = true
	return result
}
