package traffic

import (
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// subject is what a message is about: a tool, a prompt, a URI.
func subject(m mcp.Message) string {
	params := m.Params()
	for _, name := range []string{"name", "uri"} {
		if text := params.Get(name).Text(); text != "" {
			return text
		}
	}
	switch m.Method() {
	case "completion/complete":
		ref := params.Get("ref")
		return ref.Get("name").Text() + ref.Get("uri").Text()
	case "elicitation/create":
		return params.Get("message").Text()
	case "initialize":
		return params.Get("protocolVersion").Text()
	}
	return params.Get("taskId").Text()
}

// gist is a notification in a few words.
func gist(m mcp.Message) string {
	params := m.Params()
	switch m.Method() {
	case "notifications/progress":
		text := params.Get("progress").String()
		if total := params.Get("total"); total.Exists() {
			text += "/" + total.String()
		}
		return strings.TrimSpace(text + " " + params.Get("message").Text())
	case "notifications/message":
		text := params.Get("data").Text()
		if data := params.Get("data"); text == "" && data.Exists() {
			text = data.String()
		}
		return strings.TrimSpace(params.Get("level").Text() + " " + text)
	case "notifications/cancelled":
		return params.Get("reason").Text()
	}
	return ""
}

// asked names what an input_required result asks for.
func asked(result mcp.Value) string {
	var all []string
	for _, m := range result.Get("inputRequests").Members() {
		method := m.Value.Get("method").Text()
		if !slices.Contains(all, method) {
			all = append(all, method)
		}
		if len(all) == 4 {
			break
		}
	}
	return strings.Join(all, ", ")
}

// firstText is the first text among content blocks.
func firstText(content mcp.Value) string {
	for _, block := range content.Items() {
		if text := block.Get("text").Text(); text != "" {
			return text
		}
	}
	return ""
}

// mayAsk reports whether a request may be what a server's own requests,
// progress and logs are about.
func mayAsk(method string) bool {
	switch method {
	case "tools/call", "prompts/get", "resources/read", "completion/complete", "tasks/result":
		return true
	}
	return false
}
