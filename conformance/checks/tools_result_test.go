package checks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func toolsResultTwins() []twin {
	set := func(pointer string, value any) func(*mcptest.Server) {
		return toolsBreak(mcptest.SetIn("tools/call", pointer, value))
	}
	drop := func(pointer string) func(*mcptest.Server) { return toolsBreak(mcptest.DropIn("tools/call", pointer)) }
	return []twin{{
		Check: "tools/result/content",
		Allow: []string{"none"},
		Break: drop("/content"),
		Want:  `"none" must have an array content, not absent`,
	}, {
		Check: "tools/result/is-error",
		Allow: []string{"none"},
		Break: set("/isError", "false"),
		Want:  "must be a boolean, not a string",
	}, {
		Check: "tools/result/block-types",
		Allow: []string{"none"},
		Break: set("/content/0/type", "video"),
		Want:  `"video" does not exist`,
	}, {
		Check: "tools/result/block-types",
		Allow: []string{"none"},
		In:    mcp.Rev20250326,
		Break: set("/content/0", map[string]any{"type": "resource_link", "uri": "a:b", "name": "b"}),
		Want:  "exists only since 2025-06-18",
	}, {
		Check: "tools/result/text",
		Allow: []string{"none"},
		Break: drop("/content/0/text"),
		Want:  "text must be a string, not absent",
	}, {
		Check: "tools/result/image",
		Allow: []string{"image"},
		Break: set("/content/0/data", "data:image/png;base64,AAAA"),
		Want:  "it is a data: URL",
	}, {
		Check: "tools/result/audio",
		Allow: []string{"audio"},
		Break: set("/content/0/mimeType", "wav"),
		Want:  `"wav" is no MIME type`,
	}, {
		Check: "tools/result/embedded-resource",
		Allow: []string{"embedded"},
		Break: drop("/content/0/resource/uri"),
		Want:  "uri must be a string, not absent",
	}, {
		Check: "tools/result/resource-link",
		Allow: []string{"link"},
		Break: drop("/content/0/name"),
		Want:  "name must be a string, not absent",
	}, {
		Check: "tools/result/embedded-capability",
		Allow: []string{"embedded"},
		Break: toolsBreak(mcptest.DropIn("initialize", "/capabilities/resources"), mcptest.DropIn("server/discover", "/capabilities/resources")),
		Want:  "does not declare the capability resources",
	}, {
		Check: "tools/result/error",
		Allow: []string{"throw"},
		Break: toolsBreak(toolsFailuresAsErrors(mcp.CodeInternalError)),
		Want:  "failed with the JSON-RPC error -32603",
	}, {
		Check:   "tools/result/link-readable",
		Allow:   []string{"link"},
		Prepare: func(s *mcptest.Server) { s.Off[mcptest.OffSubscribe] = true },
		Break:   set("/content/0/uri", "mcptest://text/nothing"),
		Want:    "which cannot be read",
	}, {
		Check: "tools/result/annotations",
		Break: toolsBreak(mcptest.SetIn("resources/list", "/resources/0/annotations/priority", 2)),
		Want:  "priority must be a number from 0 to 1",
	}, {
		Check: "tools/result/annotations",
		Allow: []string{"image"},
		Break: set("/content/1/annotations/audience", []any{"everybody"}),
		Want:  "the audience is",
	}}
}

func toolsStructuredTwins() []twin {
	return []twin{{
		Check: "tools/structured/object",
		Allow: []string{"echo"},
		Break: toolsBreak(mcptest.SetIn("tools/call", "/structuredContent", []any{})),
		Want:  "must be an object, not an array",
	}, {
		Check: "tools/structured/present",
		Allow: []string{"echo"},
		Break: toolsBreak(mcptest.DropIn("tools/call", "/structuredContent")),
		Want:  "its result has no structuredContent",
	}, {
		Check: "tools/structured/conforms",
		Allow: []string{"echo"},
		Break: toolsBreak(mcptest.SetIn("tools/call", "/structuredContent/text", 5)),
		Want:  "does not conform to its outputSchema",
	}, {
		Check: "tools/structured/text",
		Allow: []string{"echo"},
		Break: toolsBreak(mcptest.SetIn("tools/call", "/content/0/text", "see structuredContent")),
		Want:  "no text block",
	}}
}

// oddity is something odd that the specification allows.
type oddity struct {
	name string
	twin // Break is the oddity; Want is left empty
	want conformance.Verdict
}

// try judges the odd server.
func (a oddity) try(t *testing.T) {
	t.Run(a.name, func(t *testing.T) {
		t.Parallel()
		check, ok := checks.Find(a.Check)
		require.True(t, ok, a.Check)
		places := a.places(check)
		require.NotEmpty(t, places)
		for _, at := range places {
			got := a.run(t, check, at, a.Break)
			assert.Equal(t, a.want, got.Verdict, "%s in %s: %s", a.Check, at.revision, got.Message)
		}
	})
}

func TestToolsAllows(t *testing.T) {
	both := toolsBreak
	for _, a := range []oddity{
		{"an empty list", twin{Check: "tools/list/answers", Break: both(mcptest.SetIn("tools/list", "/tools", []any{}))}, conformance.Pass},
		{"no tools to judge", twin{Check: "tools/names/unique", Break: both(mcptest.SetIn("tools/list", "/tools", []any{}))}, conformance.Unproven},
		{"a later page refused", twin{Check: "tools/list/answers", Break: paginationRefuse("tools/list")}, conformance.Pass},
		{"no tools at all", twin{Check: "tools/list/declared", Break: func(s *mcptest.Server) { s.Tools = nil }}, conformance.Skip},
		{"names of 128 characters with dots", twin{Check: "tools/names/length", Break: toolsSet("echo/name", toolsLongName())}, conformance.Pass},
		{"the same tool on two pages", twin{Check: "tools/names/unique", Break: paginationRepeat}, conformance.Pass},
		{"title before it was defined", twin{Check: "tools/list/optional-members", In: mcp.Rev20250326, Break: toolsSet("echo/title", 5)}, conformance.Pass},
		{"read-only and idempotent", twin{Check: "tools/annotations/coherent", Break: toolsSet("echo/annotations/idempotentHint", true)}, conformance.Pass},
		{"properties left empty", twin{Check: "tools/input-schema/no-parameters", Break: toolsSet("none/inputSchema", map[string]any{"type": "object", "properties": map[string]any{}})}, conformance.Pass},
		{"a required property undescribed", twin{Check: "tools/input-schema/no-parameters", Break: toolsSet("none/inputSchema", map[string]any{"type": "object", "required": []any{"x"}})}, conformance.Pass},
		{"draft-04 spelling where no dialect is stated", twin{Check: "tools/input-schema/valid", In: mcp.Rev20250618, Break: toolsSet("echo/inputSchema/properties/text/definitions", map[string]any{})}, conformance.Pass},
		{"items as a tuple before 2025-11-25", twin{Check: "tools/input-schema/valid", In: mcp.Rev20250618, Break: toolsSet("echo/inputSchema/properties/text", map[string]any{"type": "array", "items": []any{map[string]any{}}})}, conformance.Pass},
		{"an unknown dialect", twin{Check: "tools/input-schema/valid", Break: toolsSet("echo/inputSchema/$schema", "https://example.com/dialect")}, conformance.Pass},
		{"an outputSchema for a list", twin{Check: "tools/output-schema/valid", In: mcp.Rev20260728, Break: toolsSet("echo/outputSchema", map[string]any{"type": "array"})}, conformance.Pass},
		{"a property called x-mcp-header", twin{Check: "tools/x-mcp-header/reachable", Break: toolsSet("echo/inputSchema/properties/x-mcp-header", map[string]any{"type": "string"})}, conformance.Pass},
		{"x-mcp-header in a default", twin{Check: "tools/x-mcp-header/reachable", Break: toolsSet("echo/inputSchema/default", map[string]any{"x-mcp-header": ""})}, conformance.Pass},
		{"a nullable parameter mirrored", twin{Check: "tools/x-mcp-header/primitive", Break: toolsSet("region/inputSchema/properties/region/type", []any{"string", "null"})}, conformance.Pass},
		{"a bound of 64 bits", twin{Check: "tools/x-mcp-header/integer-range", Break: toolsSet("region/inputSchema/properties/count/maximum", int64(1)<<62)}, conformance.Pass},
		{"a page token mirrored", twin{Check: "tools/x-mcp-header/no-secrets", Break: toolsSet("region/inputSchema/properties/page_token", map[string]any{"type": "string", "x-mcp-header": "Page"})}, conformance.Pass},
		{"a code of the server's own in 2026-07-28", twin{Check: "tools/call/unknown-tool", Break: both(mcptest.OnError("tools/call", -32001))}, conformance.Pass},
		{"only tools that fail", twin{Check: "tools/call/invalid-arguments", Allow: []string{"fail"}, Break: both()}, conformance.Unproven},
		{"invalid arguments refused with -32602 in 2026-07-28", twin{Check: "tools/call/invalid-arguments", In: mcp.Rev20260728, Allow: []string{"echo"}, Break: both(toolsFailuresAsErrors(mcp.CodeInvalidParams))}, conformance.Pass},
		{"mirrored arguments over HTTP", twin{Check: "tools/call/schema-limits", On: mcp.HTTP, In: mcp.Rev20260728, Allow: []string{"region"}, Break: both()}, conformance.Pass},
		{"no failing tool", twin{Check: "tools/result/error", Allow: []string{"none"}, Break: both()}, conformance.Unproven},
		{"a failure without structuredContent", twin{Check: "tools/structured/present", Allow: []string{"echo"}, Break: both(mcptest.Combine(mcptest.DropIn("tools/call", "/structuredContent"), mcptest.SetIn("tools/call", "/isError", true)))}, conformance.Unproven},
		{"a list as structuredContent in 2026-07-28", twin{Check: "tools/result/content", In: mcp.Rev20260728, Allow: []string{"echo"}, Break: both(mcptest.SetIn("tools/call", "/structuredContent", []any{}))}, conformance.Pass},
		{"numbers spelt differently", twin{Check: "tools/structured/text", Allow: []string{"add"}, Break: both(mcptest.SetIn("tools/call", "/content/0/text", `{"sum": 0.0}`))}, conformance.Pass},
		{"a link to the web", twin{Check: "tools/result/link-readable", Allow: []string{"link"}, Break: both(mcptest.SetIn("tools/call", "/content/0/uri", "https://example.com/"))}, conformance.Unproven},
		{"a link that holds its data", twin{Check: "tools/result/link-readable", Allow: []string{"link"}, Break: both(mcptest.SetIn("tools/call", "/content/0/uri", "data:text/plain,x"))}, conformance.Unproven},
		{"a call that asks for more input", twin{Check: "tools/result/content", In: mcp.Rev20260728, Allow: []string{"elicit"}, Break: both()}, conformance.Unproven},
	} {
		a.try(t)
	}
}
