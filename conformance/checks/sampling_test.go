package checks_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func samplingTwins() []twin { return slices.Concat(samplingRequestTwins(), samplingToolTwins()) }

// onMessage changes the first message of each sampling request.
func onMessage(member string, value any) func(*mcptest.Server) {
	return with(onAsked(asksSample, func(params map[string]any) {
		putMember(params["messages"].([]any)[0].(map[string]any), member, value)
	}))
}

func samplingRequestTwins() []twin {
	type object = map[string]any
	set := func(check, member string, value any, want string) twin {
		return twin{Check: "sampling/" + check, Allow: []string{"sample"}, Break: with(askedWith(asksSample, member, value)), Want: want}
	}
	message := func(check, member string, value any, want string, in mcp.Revision) twin {
		return twin{Check: "sampling/messages/" + check, Allow: []string{"sample"}, Break: onMessage(member, value), Want: want, In: in}
	}
	return []twin{
		set("request/required", "maxTokens", nil, "maxTokens must be a number, not absent"),
		set("request/required", "messages", "Say a word.", "messages must be an array"),
		set("request/optional", "temperature", "hot", "temperature must be a number"),
		set("request/optional", "stopSequences", []any{1}, "must hold strings only"),
		set("request/optional", "includeContext", "everything", "includeContext must be"),
		set("request/optional", "modelPreferences", object{"hints": []any{"small"}}, "a hint must be an object"),
		message("roles", "role", "system", `not "system"`, ""),
		message("roles", "content", nil, "has no content", ""),
		message("content", "content", object{"type": "video"}, `"video" does not exist`, ""),
		message("content", "content", object{"type": "resource_link", "uri": "a:b", "name": "b"}, "may not stand in a sampling message", ""),
		message("content", "content", []any{mcptest.Text("a")}, "an array, which exists only since 2025-11-25", mcp.Rev20250618),
		message("content", "content", mcptest.Audio("audio/wav", nil), "exists only since 2025-03-26", mcp.Rev20241105),
		message("content", "content", object{"type": "tool_use"}, "exists only since 2025-11-25", mcp.Rev20250326),
		message("content", "content", object{"type": "tool_result", "toolUseId": "a"}, "must be an array, not absent", mcp.Rev20251125),
		message("content", "content", object{"type": "image", "mimeType": "image/png", "data": "data:,x"}, "data is not base64", ""),
		set("preferences/range", "modelPreferences", object{"costPriority": 2}, "costPriority must be a number from 0 to 1"),
		set("context/avoided", "includeContext", "allServers", `includeContext is "allServers"`),
		{
			Check: "sampling/capability/required", Allow: []string{"sample"},
			Break: without(mcptest.SkipCapability), Want: "does not declare sampling",
		}, {
			Check: "sampling/capability/tools", Allow: []string{"sample"}, Prepare: needing("sample", "tools"),
			Break: without(mcptest.SkipCapability), Want: "does not declare sampling.tools",
		}, {
			Check: "sampling/capability/context", Allow: []string{"sample"},
			Break: with(askedWith(asksSample, "includeContext", "thisServer")), Want: "is asked to include context",
		}, {
			Check: "sampling/tools/choice", Allow: []string{"sample"},
			Prepare: with(askedWith(asksSample, "toolChoice", object{"mode": "auto"})),
			Break:   with(askedWith(asksSample, "toolChoice", object{"mode": "maybe"})), Want: "auto, required or none",
		}, {
			Check: "sampling/answer/refused", Allow: []string{"sample"},
			Break: with(exitOn(`"code":-1`)), Want: "after a refused sampling request",
		}, {
			Check: "sampling/answer/validated", Allow: []string{"sample"},
			Break: without(mcptest.SkipInput), Want: "succeeded with an answer to its sampling request",
		},
	}
}

// onToolResults changes the blocks of each message that holds tool results.
func onToolResults(edit func(blocks []any) []any) mcptest.Faults {
	return onAsked(asksSample, func(params map[string]any) {
		for _, m := range params["messages"].([]any) {
			message := m.(map[string]any)
			if blocks, ok := message["content"].([]any); ok && message["role"] == "user" {
				message["content"] = edit(blocks)
			}
		}
	})
}

// structuredResults gives the tool of the tool sample an output schema, and
// its results a structured word.
func structuredResults(word any) mcptest.Faults {
	return mcptest.Combine(onAsked(asksSample, func(params map[string]any) {
		params["tools"].([]any)[0].(map[string]any)["outputSchema"] = map[string]any{
			"type": "object", "properties": map[string]any{"word": map[string]any{"type": "string"}},
		}
	}), onToolResults(func(blocks []any) []any {
		for _, b := range blocks {
			b.(map[string]any)["structuredContent"] = map[string]any{"word": word}
		}
		return blocks
	}))
}

// tireless lets the model use its tools as often as it likes.
func tireless(s *mcptest.Server) {
	toolNamed(s, "sample").Call = func(c *mcptest.Call) (map[string]any, error) {
		for round := range 500 {
			answer, err := c.Ask(fmt.Sprint(round), asksSample, map[string]any{
				"messages":  []any{map[string]any{"role": "user", "content": mcptest.Text("Say a word.")}},
				"tools":     []any{map[string]any{"name": "word", "inputSchema": map[string]any{"type": "object"}}},
				"maxTokens": 10,
			})
			if err != nil {
				return nil, err
			}
			if answer.Get("stopReason").Text() != "toolUse" {
				break
			}
		}
		return mcptest.Content(mcptest.Text("done")), nil
	}
}

func samplingToolTwins() []twin {
	use := func(check, want string, change func(*mcptest.Server)) twin {
		return twin{Check: "sampling/tools/" + check, Allow: []string{"sample"}, Prepare: needing("sample", "tools"), Break: change, Want: want}
	}
	structured := use("structured", "does not fit its outputSchema", with(structuredResults(7)))
	structured.Prepare = inTurn(structured.Prepare, with(structuredResults("mcpctl")))
	return []twin{
		use("results-alone", "holds tool results and other content", with(onToolResults(func(blocks []any) []any {
			return append(blocks, mcptest.Text("There you are."))
		}))),
		use("balanced", "is not answered by the next message", with(onToolResults(func(blocks []any) []any { return blocks[:1] }))),
		use("balanced", "which there was not", with(onToolResults(func(blocks []any) []any {
			return append(blocks, map[string]any{"type": "tool_result", "toolUseId": "other", "content": []any{}})
		}))),
		structured,
		use("limited", "after the model had used tools 100 times", tireless),
	}
}

// TestSamplingAllows holds what the suite must not flag.
func TestSamplingAllows(t *testing.T) {
	type object = map[string]any
	sample := []string{"sample"}
	for _, trap := range []struct {
		name, check string
		allow       []string
		server      func(*mcptest.Server)
		want        conformance.Verdict
		in          mcp.Revision
	}{
		{"nothing samples", "sampling/request/required", []string{"echo"}, nothing, conformance.Unproven, mcp.Rev20251125},
		{"no preferences", "sampling/preferences/range", sample, with(askedWith(asksSample, "modelPreferences", nil)), conformance.Unproven, mcp.Rev20251125},
		{"a hint without a name", "sampling/request/optional", sample, with(askedWith(asksSample, "modelPreferences", object{"hints": []any{object{}}})), conformance.Pass, mcp.Rev20250618},
		{"context that is none", "sampling/context/avoided", sample, with(askedWith(asksSample, "includeContext", "none")), conformance.Pass, mcp.Rev20260728},
		{"several blocks", "sampling/messages/content", sample, onMessage("content", []any{mcptest.Text("a"), mcptest.Image("image/png", nil)}), conformance.Pass, mcp.Rev20260728},
		{"a choice of tools without mode", "sampling/tools/choice", sample, with(askedWith(asksSample, "toolChoice", object{})), conformance.Pass, mcp.Rev20251125},
		{"no tools are offered", "sampling/tools/balanced", sample, nothing, conformance.Unproven, mcp.Rev20251125},
		{"the model is asked anew, without its tool uses", "sampling/tools/balanced", sample, inTurn(needing("sample", "tools"), with(onAsked(asksSample, func(params map[string]any) {
			params["messages"] = params["messages"].([]any)[:1]
		}))), conformance.Unproven, mcp.Rev20251125},
	} {
		t.Run(trap.name, func(t *testing.T) {
			t.Parallel()
			f := allowedVerdict(t, trap.check, trap.allow, place{trap.in, mcp.Stdio}, trap.server)
			assert.Equal(t, trap.want, f.Verdict, "%s", f.Message)
		})
	}
}
