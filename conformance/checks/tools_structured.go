package checks

import (
	"encoding/json"
	"iter"
	"reflect"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsStructuredChecks judge structuredContent and its outputSchema.
func toolsStructuredChecks() []conformance.Check {
	check := func(name, title string, claim claims, watch func(*conformance.Traffic) error, fix string) conformance.Check {
		return conformance.Check{
			ID: "tools/structured/" + name, Title: title, Claims: claim,
			Needs: "tools allowed-tools", Reach: conformance.Invoke, Watch: watch, Fix: fix,
		}
	}
	return []conformance.Check{
		check("object", "structuredContent is an object",
			claims{Handshake: ids{"tools.structured.is-object"}}, toolsStructuredObject,
			"Wrap lists and plain values into an object: before 2026-07-28 nothing else is allowed."),
		check("present", "a tool with an outputSchema gives structuredContent when it succeeds",
			claims{Handshake: ids{"tools.structured.present-with-output-schema"}, Stateless: ids{"tools.call.structured-present"}}, toolsStructuredPresent, ""),
		check("conforms", "structuredContent conforms to the tool's outputSchema",
			claims{Handshake: ids{"tools.structured.conforms"}, Stateless: ids{"tools.call.structured-conforms"}}, toolsStructuredConforms, ""),
		check("text", "structuredContent is also given as JSON in a text block",
			claims{Handshake: ids{"tools.structured.text-fallback"}, Stateless: ids{"tools.call.structured-text-fallback"}}, toolsStructuredText,
			"Add a text block with the serialised structuredContent for clients that do not read it."),
	}
}

func toolsStructuredObject(t *conformance.Traffic) error {
	j := t.Judge()
	for m, tool := range toolsResults(t) {
		s := m.Result().Get("structuredContent")
		if !s.Exists() {
			continue
		}
		j.Met(m)
		if !s.Is(mcp.Object) {
			j.Faultf(m, "/result/structuredContent", "structuredContent of the tool %.60q must be an object, not %s", tool, aKind(s))
		}
	}
	return j.Err("no tool gave structuredContent")
}

// toolsSchemed is a success of a tool that has an outputSchema.
type toolsSchemed struct {
	conformance.Seen
	tool   string
	schema mcp.Value
}

// toolsSchematic are the successes of tools with an outputSchema.
func toolsSchematic(t *conformance.Traffic) iter.Seq[toolsSchemed] {
	return func(yield func(toolsSchemed) bool) {
		listed := toolsListedIn(t)
		for m, tool := range toolsResults(t) {
			s := listed[tool].Get("outputSchema")
			if s.Is(mcp.Object) && toolsSucceeded(m.Result()) && !yield(toolsSchemed{m, tool, s}) {
				return
			}
		}
	}
}

func toolsStructuredPresent(t *conformance.Traffic) error {
	j := t.Judge()
	for s := range toolsSchematic(t) {
		j.Met(s.Seen)
		if !s.Result().Has("structuredContent") {
			j.Faultf(s.Seen, "/result", "the tool %.60q has an outputSchema, but its result has no structuredContent", s.tool)
		}
	}
	return j.Err("no tool with an outputSchema was called with success")
}

func toolsStructuredConforms(t *conformance.Traffic) error {
	j := t.Judge()
	for s := range toolsSchematic(t) {
		content := s.Result().Get("structuredContent")
		if !content.Exists() {
			continue // see tools/structured/present
		}
		validator, err := schema.Compile(s.schema.Raw())
		if err != nil {
			continue // see tools/output-schema/valid
		}
		problems, err := validator.Validate(content.Raw())
		if err != nil {
			continue // beyond what can be judged
		}
		j.Met(s.Seen)
		for _, p := range problems {
			j.Faultf(s.Seen, "/result/structuredContent"+p.Pointer, "structuredContent of the tool %.60q does not conform to its outputSchema: it %s", s.tool, p.Message)
		}
	}
	return j.Err("no tool with a usable outputSchema gave structuredContent")
}

func toolsStructuredText(t *conformance.Traffic) error {
	j := t.Judge()
	for m, tool := range toolsResults(t) {
		s := m.Result().Get("structuredContent")
		if !s.Exists() || !toolsSucceeded(m.Result()) {
			continue
		}
		j.Met(m)
		if !toolsGivenAsText(m.Result().Get("content"), s) {
			j.Faultf(m, "/result/content", "no text block of the tool %.60q holds its structuredContent as JSON", tool)
		}
	}
	return j.Err("no tool gave structuredContent")
}

// toolsGivenAsText reports whether a text block is the JSON of v, numbers compared
// by value.
func toolsGivenAsText(content, v mcp.Value) bool {
	var want any
	if json.Unmarshal(v.Raw(), &want) != nil {
		return true // not to be compared
	}
	for _, b := range content.Items() {
		var got any
		if b.Get("type").Text() == "text" && json.Unmarshal([]byte(b.Get("text").Text()), &got) == nil && reflect.DeepEqual(got, want) {
			return true
		}
	}
	return false
}
