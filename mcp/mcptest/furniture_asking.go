package mcptest

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// askingTools are those that ask the client something.
func askingTools() []Tool {
	return []Tool{{
		Name: "elicit", In: mcp.Since(mcp.Rev20250618),
		Descriptor: object{"description": "Asks the user for a name.", "inputSchema": takes(object{"topic": object{"type": "string"}}), "annotations": reads("Elicit")},
		Call:       elicit,
	}, {
		Name: "elicit_url", In: mcp.Since(mcp.Rev20251125),
		Descriptor: object{
			"description": "Sends the user to a page.",
			"inputSchema": takes(object{"refuse": object{"type": "boolean", "description": "Fail instead, with the error that asks for the page to be visited first."}}),
			"annotations": reads("Elicit by URL"),
		},
		Call: elicitURL,
	}, {
		Name: "sample",
		Descriptor: object{
			"description": "Asks the client's model for a word.",
			"inputSchema": takes(object{"tools": object{"type": "boolean", "description": "Offer the model a tool."}}),
			"annotations": reads("Sample"),
		},
		Call: sample,
	}, {
		Name:       "roots",
		Descriptor: object{"description": "Asks for the client's roots.", "inputSchema": closed(), "annotations": reads("Roots")},
		Call: func(c *Call) (map[string]any, error) {
			answer, err := c.Ask("roots", "roots/list", nil)
			if err != nil {
				return nil, err
			}
			var all []string
			for _, root := range answer.Get("roots").Items() {
				all = append(all, root.Get("uri").Text())
			}
			return Content(Text("roots: " + strings.Join(all, " "))), nil
		},
	}}
}

// form are the params of an elicitation by form.
func form(message string) object {
	return object{
		"message": message,
		"requestedSchema": object{
			"type": "object",
			"properties": object{
				"name":   object{"type": "string", "title": "Name", "minLength": 1, "maxLength": 60},
				"count":  object{"type": "integer", "title": "Count", "minimum": 0, "maximum": 99},
				"colour": object{"type": "string", "title": "Colour", "enum": []any{"red", "green", "blue"}},
				"from":   object{"type": "string", "title": "From", "format": "date"},
				"loud":   object{"type": "boolean", "title": "Loud", "default": false},
			},
			"required": []any{"name"},
		},
	}
}

func elicit(c *Call) (map[string]any, error) {
	params := form("What is your name?")
	if c.Revision >= mcp.Rev20251125 {
		params["mode"] = "form"
	}
	answer, err := c.Ask("name", "elicitation/create", params)
	switch {
	case err != nil:
		return nil, err
	case answer.Get("action").Text() != "accept":
		return Content(Text("The user gave no name.")), nil
	}
	return Content(Text("Hello " + answer.Get("content", "name").Text())), nil
}

func elicitURL(c *Call) (map[string]any, error) {
	params := object{"mode": "url", "message": "Please visit this page.", "url": "https://example.com/visit"}
	id := rand.Text()
	if c.conn != nil {
		params["elicitationId"] = id
		if c.Arguments.Get("refuse").True() && c.lacksElicitation(true) == nil {
			return nil, rpcError(mcp.CodeURLElicitation, object{"elicitations": []any{params}}, "a page must be visited first")
		}
	}
	answer, err := c.Ask("visit", "elicitation/create", params)
	switch {
	case err != nil:
		return nil, err
	case answer.Get("action").Text() != "accept":
		return Content(Text("The user did not go there.")), nil
	}
	if c.conn != nil {
		c.Notify("notifications/elicitation/complete", object{"elicitationId": id})
	}
	return Content(Text("The user went there.")), nil
}

// rounds is how often sample lets the model use its tool.
const rounds = 3

func sample(c *Call) (map[string]any, error) {
	messages := []any{object{"role": "user", "content": Text("Say a word.")}}
	params := object{
		"maxTokens":        100,
		"systemPrompt":     "Be brief.",
		"modelPreferences": object{"hints": []any{object{"name": "small"}}, "costPriority": 0.8, "speedPriority": 0.5, "intelligencePriority": 0.1},
	}
	if c.Arguments.Get("tools").True() && c.Revision >= mcp.Rev20251125 {
		params["tools"] = []any{object{"name": "word", "description": "Gives a word.", "inputSchema": closed()}}
		params["toolChoice"] = object{"mode": "auto"}
	}
	for round := range rounds {
		params["messages"] = messages
		answer, err := c.Ask(fmt.Sprintf("word-%d", round), "sampling/createMessage", params)
		if err != nil {
			return nil, err
		}
		used := toolUses(answer.Get("content"))
		if len(used) == 0 {
			return Content(Text("The model said: " + answer.Get("content", "text").Text())), nil
		}
		messages = append(messages[:len(messages):len(messages)],
			object{"role": "assistant", "content": answer.Get("content")},
			object{"role": "user", "content": used})
	}
	return Failure("The model used tools again and again; try without tools."), nil
}

// toolUses are the results for the tools that a model wants to use.
func toolUses(content mcp.Value) []any {
	var all []any
	for _, block := range append(content.Items(), content) {
		if block.Get("type").Text() == "tool_use" {
			all = append(all, object{"type": "tool_result", "toolUseId": block.Get("id"), "content": []any{Text("mcptest")}})
		}
	}
	return all
}
