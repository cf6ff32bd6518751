package checks

import (
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// blocksOf are the content blocks of a sampling message: one or, since
// 2025-11-25, several.
func blocksOf(message mcp.Value) []mcp.Value {
	content := message.Get("content")
	if content.Is(mcp.Array) {
		return content.Items()
	}
	return []mcp.Value{content}
}

// eachMessage judges the messages of all sampling requests.
func eachMessage(t *conformance.Traffic, look func(message mcp.Value) []fault) error {
	return eachQuestion(t, askSample, func(j *conformance.Judge, q question) {
		for i, message := range q.params().Get("messages").Items() {
			j.Met(q.in)
			q.faults(j, under(fmt.Sprintf("/params/messages/%d", i), look(message)))
		}
	})
}

func samplingRoles(t *conformance.Traffic) error {
	return eachMessage(t, func(message mcp.Value) []fault {
		switch {
		case !message.Is(mcp.Object):
			return []fault{{"", "a message must be an object, not " + aKind(message)}}
		case !isRole(message.Get("role")):
			return []fault{{"/role", fmt.Sprintf("the role of a message must be user or assistant, not %.60s", message.Get("role"))}}
		case !message.Has("content"):
			return []fault{{"/content", "a message has no content"}}
		}
		return nil
	})
}

func samplingContent(t *conformance.Traffic) error {
	return eachMessage(t, func(message mcp.Value) []fault {
		content := message.Get("content")
		if !content.Exists() {
			return nil // sampling/messages/roles says so
		}
		if !content.Is(mcp.Array) {
			return under("/content", samplingBlockFaults(content, t.Revision))
		}
		if t.Revision < mcp.Rev20251125 {
			return []fault{{"/content", "content is an array, which exists only since 2025-11-25"}}
		}
		var all []fault
		for i, block := range content.Items() {
			all = append(all, under(fmt.Sprintf("/content/%d", i), samplingBlockFaults(block, t.Revision))...)
		}
		return all
	})
}

// samplingBlockFaults are the faults of a content block of a message. Those
// that use tools, or hold what came of it, exist since 2025-11-25; resources
// are for prompts and tool results only.
func samplingBlockFaults(block mcp.Value, rev mcp.Revision) []fault {
	kind := block.Get("type").Text()
	tools := rev >= mcp.Rev20251125
	switch {
	case kind == "tool_use" && tools:
		all := wantStrings(block, []string{"id", "name"}, nil)
		if input := block.Get("input"); !input.Is(mcp.Object) {
			all = append(all, fault{"/input", "the input of a tool use must be an object, not " + aKind(input)})
		}
		return all
	case kind == "tool_result" && tools:
		all := wantStrings(block, []string{"toolUseId"}, nil)
		if content := block.Get("content"); !content.Is(mcp.Array) {
			all = append(all, fault{"/content", "the content of a tool result must be an array, not " + aKind(content)})
		}
		return all
	case slices.Contains([]string{"tool_use", "tool_result"}, kind):
		return []fault{{"/type", fmt.Sprintf("content of type %q exists only since 2025-11-25", kind)}}
	case slices.Contains([]string{"resource", "resource_link"}, kind):
		return []fault{{"/type", fmt.Sprintf("content of type %q may not stand in a sampling message", kind)}}
	}
	if all := contentKindFaults(block, rev); len(all) > 0 {
		return all
	}
	if kind == "text" {
		return contentTextFaults(block)
	}
	all := wantStrings(block, []string{"data", "mimeType"}, nil)
	if why := base64Fault(block.Get("data").Text()); why != "" {
		all = append(all, fault{"/data", "data is not base64: " + why})
	}
	return all
}

// aloneFaults are the user messages that mix tool results with other content.
func aloneFaults(messages mcp.Value) []fault {
	var all []fault
	for i, message := range messages.Items() {
		blocks := blocksOf(message)
		if message.Get("role").Text() == "user" && slices.ContainsFunc(blocks, isToolResult) && !onlyToolResults(message) {
			all = append(all, fault{fmt.Sprintf("/%d/content", i), "a user message holds tool results and other content"})
		}
	}
	return all
}

func isToolResult(block mcp.Value) bool { return block.Get("type").Text() == "tool_result" }

func onlyToolResults(message mcp.Value) bool {
	return !slices.ContainsFunc(blocksOf(message), func(b mcp.Value) bool { return !isToolResult(b) })
}

// balanceFaults are the tool uses that the very next message does not answer,
// and the results that answer no tool use.
func balanceFaults(messages mcp.Value) []fault {
	var all []fault
	items := messages.Items()
	used := map[string]bool{}
	for i, message := range items {
		at := fmt.Sprintf("/%d/content", i)
		for _, block := range blocksOf(message) {
			if id := block.Get("toolUseId"); isToolResult(block) && !used[id.Text()] {
				all = append(all, fault{at, fmt.Sprintf("a tool result names the tool use %.60s, which there was not", id)})
			}
		}
		for _, id := range toolUseIDs(message) {
			used[id] = true
			if i+1 == len(items) || !answersToolUse(items[i+1], id) {
				all = append(all, fault{at, fmt.Sprintf("the tool use %.60q is not answered by the next message", id)})
			}
		}
	}
	return all
}

// toolUseIDs are the ids of the tool uses in an assistant's message.
func toolUseIDs(message mcp.Value) []string {
	var all []string
	for _, block := range blocksOf(message) {
		if block.Get("type").Text() == "tool_use" && message.Get("role").Text() == "assistant" {
			all = append(all, block.Get("id").Text())
		}
	}
	return all
}

// answersToolUse reports a user message with the result of a tool use.
func answersToolUse(message mcp.Value, id string) bool {
	return message.Get("role").Text() == "user" && slices.ContainsFunc(blocksOf(message), func(b mcp.Value) bool {
		return isToolResult(b) && b.Get("toolUseId").Text() == id
	})
}
