package checks

import (
	"fmt"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// promptsContentChecks judge the messages of prompts.
func promptsContentChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "prompts/get/shape",
		Title:  "prompts/get gives messages, each with a role and one content block",
		Claims: claims{Handshake: ids{"prompts.get.result-shape"}, Stateless: ids{"prompts.get.result-shape"}},
		Needs:  "prompts",
		Watch:  promptsResultShape,
		Fix:    "Make content one object, and a message of its own for every further block.",
	}, {
		ID:     "prompts/content/known-type",
		Title:  "the content of prompts is of types that the revision has",
		Claims: claims{Handshake: ids{"prompts.get.known-content-types"}, Stateless: ids{"prompts.get.result-shape"}},
		Needs:  "prompts",
		Watch:  promptsKnownType,
		Fix:    "Leave out, or turn into text, what the negotiated revision does not know.",
	}, {
		ID:     "prompts/content/image",
		Title:  "pictures in prompts are base64 and have a MIME type",
		Claims: claims{Handshake: ids{"prompts.content.image"}, Stateless: ids{"prompts.content.image"}},
		Needs:  "prompts",
		Watch:  promptsMedia("image"),
	}, {
		ID:     "prompts/content/audio",
		Title:  "sounds in prompts are base64 and have a MIME type",
		Claims: claims{Handshake: ids{"prompts.content.audio"}, Stateless: ids{"prompts.content.audio"}},
		Needs:  "prompts",
		Watch:  promptsMedia("audio"),
	}, {
		ID:     "prompts/content/embedded-resource",
		Title:  "resources in prompts have a valid URI, a MIME type, and text or base64",
		Claims: claims{Handshake: ids{"prompts.content.embedded-resource"}, Stateless: ids{"prompts.content.embedded-resource"}},
		Needs:  "prompts",
		Watch:  promptsEmbedded,
	}}
}

func promptsResultShape(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Results("prompts/get") {
		if incomplete(m.Result()) {
			continue
		}
		j.Met(m)
		root := part{m.Result(), "/result"}
		root.faults(j, m, wantStrings(m.Result(), nil, []string{"description"}))
		messages := m.Result().Get("messages")
		if !messages.Is(mcp.Array) {
			j.Faultf(m, "/result", "the result of prompts/get must have an array messages, not %s", aKind(messages))
		}
		for i, message := range messages.Items() {
			part{message, fmt.Sprintf("/result/messages/%d", i)}.faults(j, m, promptMessageFaults(message))
		}
	}
	return j.Err("no prompt was got")
}

func promptMessageFaults(message mcp.Value) []fault {
	if !message.Is(mcp.Object) {
		return []fault{{"", fmt.Sprintf("a message must be an object, not %s", aKind(message))}}
	}
	var all []fault
	if role := message.Get("role"); !isRole(role) {
		all = append(all, fault{"/role", fmt.Sprintf(`the role is "user" or "assistant", not %.40s`, role)})
	}
	content := message.Get("content")
	if !content.Is(mcp.Object) {
		return append(all, fault{"/content", fmt.Sprintf("content must be one object, not %s", aKind(content))})
	}
	if content.Get("type").Text() == "text" {
		all = append(all, under("/content", contentTextFaults(content))...)
	}
	return all
}

// promptsBlocks judges the content blocks of prompts that are of a type; of
// any type when it is "".
func promptsBlocks(t *conformance.Traffic, kind, nothing string, look func(part) []fault) error {
	j := t.Judge()
	for m, block := range contentBlocks(t) {
		if m.Exchange.Request.Method != "prompts/get" || !block.Is(mcp.Object) || kind != "" && block.Get("type").Text() != kind {
			continue
		}
		j.Met(m)
		block.faults(j, m, look(block))
	}
	return j.Err(nothing)
}

func promptsKnownType(t *conformance.Traffic) error {
	return promptsBlocks(t, "", "no prompt with content was got", func(block part) []fault {
		return contentKindFaults(block.Value, t.Revision)
	})
}

func promptsMedia(kind string) func(*conformance.Traffic) error {
	return func(t *conformance.Traffic) error {
		return promptsBlocks(t, kind, "no prompt with content of type "+kind+" was got", func(block part) []fault {
			return contentMediaFaults(block.Value)
		})
	}
}

func promptsEmbedded(t *conformance.Traffic) error {
	return promptsBlocks(t, "resource", "no prompt with an embedded resource was got", func(block part) []fault {
		all := contentEmbeddedFaults(block.Value)
		// Optional in the schema, but server/prompts demands it.
		if resource := block.Get("resource"); resource.Is(mcp.Object) && !resource.Has("mimeType") {
			all = append(all, fault{"/resource", "the embedded resource has no mimeType"})
		}
		return all
	})
}
