package checks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// keyed sets one key in the _meta of every result of tools/list.
func keyed(key string, value any) func(*mcptest.Server) {
	return metaOfLists(map[string]any{key: value})
}

func baseMetaTwins() []twin {
	good := keyed("com.example/kind", "furniture")
	trace := keyed("traceparent", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01")
	return []twin{
		{Check: "base/meta/key-prefix", Break: keyed("1com.example/kind", 1), Want: `has the label "1com"`},
		{Check: "base/meta/key-prefix", Break: keyed("/kind", 1), Want: `has the label ""`},
		{Check: "base/meta/key-name", Break: keyed("_kind", 1), Want: `the name "_kind"`},
		{Check: "base/meta/key-name", Break: keyed("com.example/a/b", 1), Want: `the name "a/b"`},
		{Check: "base/meta/key-reserved", Break: keyed("io.modelcontextprotocol/kind", 1), Want: "reserved for MCP"},
		{Check: "base/meta/key-reserved", Break: keyed("dev.mcp/kind", 1), Want: "reserved for MCP"},
		{Check: "base/meta/key-reserved", Break: keyed("tools.mcp.com/kind", 1), In: mcp.Rev20250618, Want: "reserved for MCP"},
		{Check: "base/meta/key-reverse-dns", Break: keyed("example.com/kind", 1), Prepare: good, Want: "write com.example/kind"},
		{Check: "base/meta/trace-context", Prepare: trace, Break: keyed("traceparent", "00-0-0-00"), Want: "traceparent does not have the format"},
		{Check: "base/meta/trace-context", Prepare: trace, Break: keyed("tracestate", "A=1"), Want: "tracestate does not have the format"},
		{Check: "base/meta/trace-context", Prepare: trace, Break: keyed("baggage", "novalue"), Want: "baggage does not have the format"},
	}
}

func baseCapabilityTwins() []twin {
	refusal := func(edit func(e map[string]any)) func(*mcptest.Server) {
		return func(s *mcptest.Server) {
			s.Faults = mcptest.EditReply("tools/call", func(_ *mcptest.Context, out map[string]any) {
				if e, ok := out["error"].(map[string]any); ok {
					edit(e)
				}
			})
		}
	}
	asksAnyway := func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipCapability) }
	elicit := []string{"elicit"}
	extension := func(name string, settings any) func(*mcptest.Server) {
		return func(s *mcptest.Server) {
			s.Faults = mcptest.SetIn("server/discover", "/capabilities/extensions", map[string]any{name: settings})
		}
	}
	none := map[string]any{}
	good := extension("com.example/extension", none)
	return []twin{
		{Check: "base/capability/forgotten", Allow: elicit, Break: asksAnyway, Want: "asks a client that declares no capability"},
		{Check: "base/capability/missing", Allow: elicit, Break: asksAnyway, Want: "instead of refusing the call"},
		{Check: "base/capability/missing", Allow: elicit, Break: refusal(func(e map[string]any) { e["code"] = -32603 }), Want: "with error -32603, expected -32021"},
		{
			Check: "base/capability/missing", Allow: elicit, On: mcp.HTTP, Want: "HTTP status 200, expected 400",
			Break: func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipStatus) },
		},
		{Check: "base/capability/missing-data", Allow: elicit, Break: refusal(func(e map[string]any) { delete(e, "data") }), Want: "not (absent)"},
		{
			Check: "base/capability/missing-data", Allow: elicit, Want: `not ["elicitation"]`,
			Break: refusal(func(e map[string]any) { e["data"] = map[string]any{"requiredCapabilities": []string{"elicitation"}} }),
		},
		{Check: "base/extension/identifier", Prepare: good, Break: extension("extension", none), Want: `"extension" has no prefix`},
		{Check: "base/extension/identifier", Prepare: good, Break: extension("com.1example/extension", none), Want: "is not named like a _meta key"},
		{Check: "base/extension/identifier", Prepare: good, Break: extension("com.example/extension", true), Want: "must be an object, not a boolean"},
		{
			Check: "base/extension/unknown", Want: "by a client with an unknown extension went wrong",
			Break: func(s *mcptest.Server) {
				s.Faults = refuseWhen(func(m mcp.Message) bool { return m.Params().Get("_meta", mcp.MetaCapabilities).Has("extensions") })
			},
		},
		{
			Check: "base/extension/fallback", Prepare: good, Want: `got a result of type "com.example/own"`,
			Break: func(s *mcptest.Server) {
				good(s)
				s.Faults = mcptest.Combine(s.Faults, mcptest.SetIn("tools/list", "/resultType", "com.example/own"))
			},
		},
	}
}

// TestBaseAllows holds what must not be flagged.
func TestBaseAllows(t *testing.T) {
	handshake, stateless := mcp.Rev20251125, mcp.Rev20260728
	extended := func(s *mcptest.Server) {
		keyed("io.modelcontextprotocol/of-an-extension", 1)(s)
		s.Faults = mcptest.Combine(s.Faults, mcptest.SetIn("server/discover", "/capabilities/extensions", map[string]any{"io.modelcontextprotocol/tasks": map[string]any{}}))
	}
	for name, test := range map[string]struct {
		check   string
		at      place
		prepare func(*mcptest.Server)
		want    conformance.Verdict
	}{
		"a version offered without one asked": {"lifecycle/initialize/malformed", place{handshake, mcp.Stdio}, offersAVersion, conformance.Pass},
		"a key without prefix":                {"base/meta/key-prefix", place{stateless, mcp.Stdio}, keyed("kind", 1), conformance.Pass},
		"a prefix of one label":               {"base/meta/key-prefix", place{handshake, mcp.Stdio}, keyed("openai/outputTemplate", 1), conformance.Pass},
		"an empty name":                       {"base/meta/key-name", place{stateless, mcp.Stdio}, keyed("com.example/", 1), conformance.Pass},
		"mcp as the third label":              {"base/meta/key-reserved", place{stateless, mcp.Stdio}, keyed("com.example.mcp/kind", 1), conformance.Pass},
		"an older rule that reserves less":    {"base/meta/key-reserved", place{mcp.Rev20250618, mcp.Stdio}, keyed("dev.mcp.example.com/kind", 1), conformance.Pass},
		"a key of another revision":           {"base/meta/key-reserved", place{handshake, mcp.Stdio}, keyed(mcp.MetaServerInfo, map[string]any{}), conformance.Pass},
		"a key of an official extension":      {"base/meta/key-reserved", place{stateless, mcp.Stdio}, extended, conformance.Pass},
		"a prefix of one label, no domain":    {"base/meta/key-reverse-dns", place{stateless, mcp.Stdio}, keyed("openai/kind", 1), conformance.Pass},
		"a country's domain":                  {"base/meta/key-reverse-dns", place{stateless, mcp.Stdio}, keyed("de.example.app/kind", 1), conformance.Pass},
		"_meta in data that is the tool's":    {"base/meta/key-name", place{stateless, mcp.Stdio}, schemaWithMeta, conformance.Pass},
		"no trace context":                    {"base/meta/trace-context", place{stateless, mcp.Stdio}, nothing, conformance.Unproven},
		"no list with a second page":          {"base/stateless/affinity", place{stateless, mcp.Stdio}, func(s *mcptest.Server) { s.PageSize = 100 }, conformance.Unproven},
		"no list at all":                      {"base/stateless/first-request", place{stateless, mcp.Stdio}, bare, conformance.Pass},
		"ids spelt as fractions":              {"base/response/id", place{stateless, mcp.HTTP}, otherID("0", 0.0), conformance.Pass},
		"a notification refused over HTTP":    {"base/notification/no-response", place{handshake, mcp.HTTP}, refuseNotifications, conformance.Pass},
		"bad _meta refused by either era":     {"base/meta/required", place{stateless, mcp.Stdio}, refusedWith(-32600), conformance.Pass},
		"a list served by either era":         {"base/meta/required", place{stateless, mcp.Stdio}, listsWithoutMeta, conformance.Pass},
		"_meta that nobody asks for":          {"base/stateless/meta-forgotten", place{stateless, mcp.HTTP}, withFaults(mcptest.Without(mcptest.SkipMeta, mcptest.SkipVersion)), conformance.Unproven},
		"a client extension that is refused":  {"base/extension/unknown", place{stateless, mcp.Stdio}, refuseExtensions, conformance.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, verdictFor(t, test.check, test.at, test.prepare).Verdict)
		})
	}
}

// verdictFor runs one check against the reference server, changed.
func verdictFor(t *testing.T, check string, at place, prepare func(*mcptest.Server)) conformance.Finding {
	t.Helper()
	c, ok := checks.Find(check)
	if !assert.True(t, ok, check) {
		return conformance.Finding{}
	}
	return twin{Check: check}.run(t, c, at, prepare)
}

func nothing(*mcptest.Server) {}

// bare takes everything away that a server need not have.
func bare(s *mcptest.Server) {
	s.Tools, s.Resources, s.Templates, s.Prompts = nil, nil, nil, nil
	s.Off[mcptest.OffLogging], s.Off[mcptest.OffCompletions] = true, true
}

// schemaWithMeta has a property _meta in a tool's schema.
func schemaWithMeta(s *mcptest.Server) {
	s.Faults = mcptest.SetIn("tools/list", "/tools/echo/inputSchema/properties/_meta", map[string]any{"_type": "string"})
}

// refuseNotifications answers unknown notifications with 400 and an error.
func refuseNotifications(s *mcptest.Server) {
	s.Faults = mcptest.Combine(
		answerNotification("notifications/mcpctl-unknown"),
		mcptest.Status(mcptest.OnMethod("notifications/mcpctl-unknown"), 400),
	)
}

func refuseExtensions(s *mcptest.Server) {
	s.Faults = refuseAs(mcp.CodeInvalidParams, func(m mcp.Message) bool {
		return m.Params().Get("_meta", mcp.MetaCapabilities).Has("extensions")
	})
}

// listsWithoutMeta serves tools/list to requests without _meta.
func listsWithoutMeta(s *mcptest.Server) {
	s.Faults.Handle = func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		result := map[string]any{"tools": []any{}}
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": result}},
			m.Method() == "tools/list" && !m.Params().Get("_meta").Exists()
	}
}

// offersAVersion opens a session even with a client that names no version.
func offersAVersion(s *mcptest.Server) {
	s.Faults = mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		result := map[string]any{"protocolVersion": "2025-11-25", "capabilities": map[string]any{}, "serverInfo": map[string]any{"name": "x", "version": "1"}}
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": result}}, m.Method() == "initialize" && !m.Params().Has("protocolVersion")
	}}
}
