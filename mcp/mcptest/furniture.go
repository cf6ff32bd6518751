package mcptest

import (
	"encoding/base64"

	"github.com/mcpctl/mcpctl/mcp"
)

// object is short for the maps that JSON objects are here.
type object = map[string]any

// furnish fills the server with its standard furniture:
//
// Tools: echo, add, none, fail, throw, progress, log, slow, elicit,
// elicit_url, sample, roots, image, audio, embedded, link, region, change,
// handle, fragile, draft7. Resources: several texts, a picture, a file, a
// counter of the tool slow, and two unlisted ones: mcptest://broken, which
// fails, and mcptest://asks, which elicits a name first. Templates for people,
// weather and files. Prompts: plain, greet, media and the unlisted throws.
func (s *Server) furnish() {
	s.Tools = append(plainTools(), append(contentTools(), append(askingTools(), strangeTools()...)...)...)
	s.Resources, s.Templates, s.Prompts = resources(), templates(), prompts()
}

// closed is the schema of no arguments.
func closed() object { return object{"type": "object", "additionalProperties": false} }

// takes is an object schema with the properties given, of which some are
// required; nothing else is allowed.
func takes(properties object, required ...any) object {
	schema := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

// reads and acts are annotations of tools.
func reads(title string) object {
	return object{"title": title, "readOnlyHint": true, "openWorldHint": false}
}

func acts(title string) object {
	return object{"title": title, "readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": false}
}

func icons() []any {
	return []any{object{
		"src":      "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture()),
		"mimeType": "image/png", "sizes": []any{"1x1"},
	}}
}

// picture is a PNG of one transparent pixel.
func picture() []byte {
	raw, _ := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
	return raw
}

// sound is a WAV file of no length.
func sound() []byte {
	return []byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00")
}

func plainTools() []Tool {
	text := object{"type": "string", "description": "Any text."}
	number := object{"type": "number", "description": "Any number."}
	return []Tool{{
		Name: "echo",
		Descriptor: object{
			"title": "Echo", "description": "Gives the text back.", "icons": icons(),
			"inputSchema":  takes(object{"text": text}, "text"),
			"outputSchema": takes(object{"text": text}, "text"),
			"annotations":  reads("Echo"),
			"_meta":        object{"com.example/kind": "furniture"},
		},
		Call: func(c *Call) (map[string]any, error) { return Structured(object{"text": c.Text("text")}), nil },
	}, {
		Name: "add",
		Descriptor: object{
			"title": "Add", "description": "Adds two numbers.",
			"inputSchema":  takes(object{"a": number, "b": number}, "a", "b"),
			"outputSchema": takes(object{"sum": number}, "sum"),
			"annotations":  reads("Add"),
		},
		Call: func(c *Call) (map[string]any, error) {
			a, _ := c.Arguments.Get("a").Float()
			b, _ := c.Arguments.Get("b").Float()
			return Structured(object{"sum": a + b}), nil
		},
	}, {
		Name:       "none",
		Descriptor: object{"description": "Takes nothing.", "inputSchema": closed(), "annotations": reads("None")},
		Call:       func(*Call) (map[string]any, error) { return Content(Text("nothing came, nothing left")), nil },
	}, {
		Name:       "fail",
		Descriptor: object{"description": "Fails, and says so in its result.", "inputSchema": closed(), "annotations": reads("Fail")},
		Call: func(*Call) (map[string]any, error) {
			return Failure("The day is not a weekday; choose one from Monday to Friday."), nil
		},
	}, {
		Name:       "throw",
		Descriptor: object{"description": "Fails inside.", "inputSchema": closed(), "annotations": reads("Throw")},
		Call:       func(*Call) (map[string]any, error) { return nil, errBroken },
	}}
}

func contentTools() []Tool {
	tool := func(name, description string, in mcp.Span, blocks ...map[string]any) Tool {
		return Tool{
			Name: name, In: in,
			Descriptor: object{"description": description, "inputSchema": closed(), "annotations": reads(name)},
			Call:       func(*Call) (map[string]any, error) { return Content(blocks...), nil },
		}
	}
	note := Text("A note for the user.")
	note["annotations"] = object{"audience": []any{"user"}, "priority": 0.5}
	link := Link("mcptest://text/greeting", "greeting")
	link["mimeType"] = "text/plain"
	return []Tool{
		tool("image", "Gives a picture.", mcp.Span{}, Image("image/png", picture()), note),
		tool("audio", "Gives a sound.", mcp.Since(mcp.Rev20250326), Audio("audio/wav", sound())),
		tool("embedded", "Gives a resource in full.", mcp.Span{}, Embedded(TextContents("mcptest://text/greeting", "text/plain", greeting))),
		tool("link", "Gives a link to a resource.", mcp.Since(mcp.Rev20250618), link),
	}
}
