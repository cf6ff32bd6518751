package checks_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// rootcause is a server with a single fault, and all that it may be charged
// with over stdio: mostly one finding, on which everything else hangs.
type rootcause struct {
	name  string
	fault mcptest.Faults
	// handshake and stateless are the checks that fail or warn in
	// 2025-11-25 and in 2026-07-28.
	handshake, stateless []string
	// why one fault honestly breaks two rules.
	why string
	// only are the revisions that the server speaks; all when empty.
	only []mcp.Revision
}

// TestRootCauses: one root cause is one finding.
func TestRootCauses(t *testing.T) {
	for _, c := range slices.Concat(listCauses(), openingCauses(), messageCauses(), streamCauses(), guardCauses()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mcptest.New()
			s.Faults = c.fault
			if len(c.only) > 0 {
				s.Revisions = c.only
			}
			report := judge(t, s, mcp.Stdio, func(o *conformance.Options) {
				o.Revisions = []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728}
			})
			found := map[mcp.Revision][]string{}
			for _, f := range report.Findings {
				switch f.Verdict {
				case conformance.Fail, conformance.Warn, conformance.Errored:
					found[f.Revision] = append(found[f.Revision], f.Check)
					t.Logf("%s in %s: %s", f.Check, f.Revision, f.Message)
				}
			}
			assert.ElementsMatch(t, c.handshake, found[mcp.Rev20251125], "in 2025-11-25")
			assert.ElementsMatch(t, c.stateless, found[mcp.Rev20260728], "in 2026-07-28")
			if len(c.handshake) > 1 || len(c.stateless) > 1 {
				assert.NotEmpty(t, c.why, "more than one finding needs a reason")
			}
			assertHangs(t, report)
		})
	}
}

// assertHangs: what is blocked names, in the end, a finding that is not.
func assertHangs(t *testing.T, report *conformance.Report) {
	verdicts := map[string]conformance.Finding{}
	for _, f := range report.Findings {
		verdicts[f.Check+string(f.Revision)] = f
	}
	for _, f := range report.Findings {
		by := f
		for range 5 {
			if by.Verdict != conformance.Blocked {
				break
			}
			by = verdicts[by.BlockedBy+string(f.Revision)]
		}
		if f.Verdict == conformance.Blocked {
			assert.Contains(t, []conformance.Verdict{conformance.Fail, conformance.Warn}, by.Verdict, "%s hangs on %s", f.Check, f.BlockedBy)
		}
	}
}

// both is one finding, the same in both revisions.
func both(name string, fault mcptest.Faults, check string) rootcause {
	return rootcause{name: name, fault: fault, handshake: []string{check}, stateless: []string{check}}
}

func listCauses() []rootcause {
	drop, set := mcptest.DropIn, mcptest.SetIn
	table := "/resources/mcptest:~1~1data~1table"
	return []rootcause{
		both("a tool without inputSchema", drop("tools/list", "/tools/echo/inputSchema"), "tools/list/entries"),
		both("an inputSchema that is null", set("tools/list", "/tools/none/inputSchema", nil), "tools/input-schema/object"),
		both("an inputSchema of type string", set("tools/list", "/tools/none/inputSchema/type", "string"), "tools/input-schema/root-type"),
		{
			name: "a $ref that leads nowhere", fault: set("tools/list", "/tools/echo/inputSchema/properties/text", object{"$ref": "#/$defs/none"}),
			handshake: []string{"wire/schemas/valid"}, stateless: []string{"tools/input-schema/valid"},
		},
		both("a title that is a number", set("tools/list", "/tools/echo/title", 7), "tools/list/optional-members"),
		both("a tool listed twice", set("tools/list", "/tools/add/name", "echo"), "tools/names/unique"),
		both("an icon without a scheme", set("tools/list", "/tools/echo/icons/0/src", "icon.png"), "wire/icons/shape"),
		both("tools/list refused", mcptest.Refuse("tools/list", mcp.CodeMethodNotFound, "no such method"), "tools/list/answers"),
		both("resources/list refused", mcptest.Refuse("resources/list", mcp.CodeInternalError, "broken"), "resources/list/answers"),
		both("prompts/list without prompts", drop("prompts/list", "/prompts"), "prompts/list/answers"),
		both("a resource without uri", drop("resources/list", table+"/uri"), "resources/list/shape"),
		both("a resource without name", drop("resources/list", table+"/name"), "resources/list/shape"),
		both("a template that is none", set("resources/templates/list", "/resourceTemplates/people/uriTemplate", "mcptest://people/{name"), "resources/templates/rfc6570"),
		both("a null cursor", nullCursor("tools/list"), "pagination/next-cursor/string"),
		both("a null cursor of resources", nullCursor("resources/list"), "pagination/next-cursor/string"),
		{name: "no ttlMs", fault: drop("tools/list", "/ttlMs"), stateless: []string{"caching/hints/tools-list"}},
		both("a role that does not exist", set("prompts/get", "/messages/0/role", "system"), "prompts/get/shape"),
		both("a resource without contents", drop("resources/read", "/contents"), "resources/read/shape"),
		both("too many suggestions", mcptest.Without(mcptest.SkipLimit), "completion/result/max-100"),
	}
}

func openingCauses() []rootcause {
	onBoth := func(pointer string, value any) mcptest.Faults {
		return mcptest.Combine(mcptest.SetIn("initialize", pointer, value), mcptest.SetIn("server/discover", pointer, value))
	}
	return []rootcause{{
		name: "serverInfo without version",
		fault: mcptest.Combine(mcptest.DropIn("initialize", "/serverInfo/version"), everyResult(func(result object) {
			meta, _ := result["_meta"].(object)
			info, _ := meta[mcp.MetaServerInfo].(object)
			delete(info, "version")
		})),
		handshake: []string{"lifecycle/initialize/result"}, stateless: []string{"base/result/server-info-shape"},
	}, {
		name: "a capability that is an array", fault: onBoth("/capabilities/tools", []any{}),
		handshake: []string{"lifecycle/capabilities/shape"},
		stateless: []string{"lifecycle/capabilities/shape", "subscriptions/acknowledgement/subset"},
		why:       "subscriptions to tools are acknowledged, though nothing that can be read declares listChanged for them",
	}, {
		name: "an unknown version agreed to", fault: mcptest.Without(mcptest.SkipNegotiation),
		handshake: []string{"versioning/fallback/answers"},
	}, {
		name: "an unknown version served", fault: mcptest.Without(mcptest.SkipVersion),
		stateless: []string{"versioning/unsupported/code"},
	}, {
		name: "ping that says something", fault: mcptest.SetIn("ping", "/pong", true),
		handshake: []string{"ping/result/empty"},
	}}
}

func messageCauses() []rootcause {
	version := mcptest.Faults{Edit: func(_ *mcptest.Context, out map[string]any) { out["jsonrpc"] = "1.0" }}
	return []rootcause{
		both("jsonrpc 1.0", version, "base/message/version"),
		both("no jsonrpc in some responses", mcptest.EditReply("tools/list", func(_ *mcptest.Context, out map[string]any) { delete(out, "jsonrpc") }), "base/message/version"),
		both("errors without a message", everyError(func(e object) { delete(e, "message") }), "errors/object/members"),
		{name: "no resultType", fault: everyResult(func(r object) { delete(r, "resultType") }), stateless: []string{"base/result/type-present"}},
		{
			name: "a log level that does not exist", fault: mcptest.SendBefore("resources/list", sent("notifications/message", object{"level": "loud", "data": 1})),
			handshake: []string{"logging/message/shape"}, only: []mcp.Revision{mcp.Rev20251125},
		},
		{
			name: "a notification that does not exist", fault: mcptest.SendBefore("tools/list", sent("notifications/made-up", object{})),
			handshake: []string{"wire/messages/valid"}, stateless: []string{"lifecycle/removed/notifications"},
		},
		both("another code for what is not found", mcptest.EditReply("resources/read", func(_ *mcptest.Context, out map[string]any) {
			e, _ := out["error"].(object)
			if code, ok := e["code"].(json.Number); ok && (code == "-32002" || e["data"] != nil) {
				e["code"] = mcp.CodeInternalError
			}
		}), "resources/read/not-found"),
		both("another code for unknown methods", everyError(func(e object) {
			if code, ok := e["code"].(json.Number); ok && code == "-32601" {
				e["code"] = mcp.CodeInternalError
			}
		}), "errors/method/code"),
	}
}

func streamCauses() []rootcause {
	return []rootcause{
		both("a banner", mcptest.Faults{Banner: []byte("ready\n")}, "stdio/stdout/only-messages"),
		both("a farewell", mcptest.Faults{Farewell: []byte("bye\n")}, "stdio/shutdown/clean"),
		both("standard error in Latin-1", mcptest.Faults{Stderr: []byte("Gr\xfc\xdfe\n")}, "stdio/stderr/utf8"),
		both("noise between messages", stdioAlso("DEBUG answered"), "stdio/stdout/only-messages"),
		{
			name:      "every message in an array",
			fault:     stdioAround(func(raw []byte) []byte { return append(append([]byte{'['}, raw...), ']') }),
			handshake: []string{"batching/server/none"}, stateless: []string{"stdio/framing/no-array"},
		},
	}
}

func guardCauses() []rootcause {
	return []rootcause{
		both("unknown methods served", mcptest.Without(mcptest.SkipMethod), "errors/method/refused"),
		{
			name: "no _meta needed", fault: mcptest.Without(mcptest.SkipMeta), only: []mcp.Revision{mcp.Rev20260728},
			stateless: []string{"base/meta/required", "lifecycle/initialize/names-versions"},
			why:       "initialize is no longer refused for its want of _meta, and the error for unknown methods names no versions",
		}, {
			name: "unknown cursors taken", fault: mcptest.Without(mcptest.SkipCursor),
			handshake: []string{"pagination/cursor/invalid"},
			stateless: []string{"pagination/cursor/invalid", "pagination/cursor/type"},
			why:       "a cursor that is no string is refused by reading params alone, one that was never given only by knowing cursors",
		},
	}
}

// everyResult changes every result, everyError every error.
func everyResult(change func(object)) mcptest.Faults { return everyMember("result", change) }

func everyError(change func(object)) mcptest.Faults { return everyMember("error", change) }

func everyMember(member string, change func(object)) mcptest.Faults {
	return mcptest.Faults{Edit: func(_ *mcptest.Context, out map[string]any) {
		if part, ok := out[member].(object); ok {
			change(part)
		}
	}}
}

// nullCursor ends a list by a cursor that is null.
func nullCursor(method string) mcptest.Faults {
	return mcptest.EditReply(method, func(_ *mcptest.Context, out map[string]any) {
		if result, ok := out["result"].(object); ok && !hasMember(result, "nextCursor") {
			result["nextCursor"] = nil
		}
	})
}

func hasMember(m object, name string) bool {
	_, there := m[name]
	return there
}
