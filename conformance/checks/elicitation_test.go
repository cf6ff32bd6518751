package checks_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func elicitationTwins() []twin {
	return slices.Concat(elicitationRequestTwins(), elicitationFormTwins(), elicitationURLTwins(), elicitationErrorTwins())
}

func elicitationRequestTwins() []twin {
	return []twin{{
		Check: "elicitation/request/message",
		Allow: []string{"elicit"},
		Break: with(askedWith(asksElicit, "message", nil)),
		Want:  "must have a message",
	}, {
		Check: "elicitation/request/mode",
		Allow: []string{"elicit"},
		Break: with(askedWith(asksElicit, "mode", "voice")),
		Want:  `"voice"`,
	}, {
		Check: "elicitation/capability/required",
		Allow: []string{"elicit"},
		Break: without(mcptest.SkipCapability),
		Want:  "does not declare elicitation",
	}, {
		Check: "elicitation/capability/modes",
		Allow: []string{"elicit_url"},
		Break: without(mcptest.SkipCapability),
		Want:  "declares elicitation without modes is asked in mode url",
	}, {
		Check: "elicitation/capability/modes",
		Allow: []string{"elicit"},
		Break: without(mcptest.SkipCapability),
		Want:  "declares elicitation.url alone is asked in mode form",
	}, {
		Check: "elicitation/answer/actions",
		Allow: []string{"elicit"},
		Break: with(exitOn(`"decline"`)),
		Want:  "after a declined elicitation",
	}, {
		Check: "elicitation/answer/actions",
		Allow: []string{"elicit_url"},
		Break: with(exitOn(`"cancel"`)),
		Want:  "after a cancelled elicitation",
	}, {
		Check: "elicitation/answer/validated",
		Allow: []string{"elicit"},
		Break: without(mcptest.SkipInput),
		Want:  "does not fit the form",
	}}
}

// onField changes the property name of the form of the tool elicit.
func onField(field any) func(*mcptest.Server) { return onProperty("name", field) }

func onProperty(name string, field any) func(*mcptest.Server) {
	return with(onAsked(asksElicit, func(params map[string]any) {
		if schema, ok := params["requestedSchema"].(map[string]any); ok {
			putMember(schema["properties"].(map[string]any), name, field)
		}
	}))
}

func elicitationFormTwins() []twin {
	type object = map[string]any
	form := func(check, want string, change func(*mcptest.Server), in mcp.Revision) twin {
		return twin{Check: "elicitation/form/" + check, Allow: []string{"elicit"}, Break: change, Want: want, In: in}
	}
	return []twin{
		form("schema", "must be an object, not absent", with(askedWith(asksElicit, "requestedSchema", nil)), ""),
		form("schema", `not "array"`, with(onAsked(asksElicit, func(params map[string]any) {
			params["requestedSchema"].(object)["type"] = "array"
		})), ""),
		form("schema", "required must be an array of strings", with(onAsked(asksElicit, func(params map[string]any) {
			params["requestedSchema"].(object)["required"] = "name"
		})), ""),
		form("flat", `not of type "object"`, onField(object{"type": "object", "properties": object{}}), ""),
		form("flat", "anyOf is no part", onField(object{"anyOf": []any{object{"type": "string"}, object{"type": "null"}}}), ""),
		form("flat", "a choice among strings", onField(object{"type": "array", "items": object{"type": "object"}}), mcp.Rev20260728),
		form("flat", `not of type "array"`, onField(object{"type": "array", "items": object{"type": "string", "enum": []any{"a"}}}), mcp.Rev20250618),
		form("enums", "enum must be an array of strings", onProperty("colour", object{"type": "string", "enum": []any{1, 2}}), ""),
		form("enums", "title must be a string", onProperty("colour", object{"type": "string", "oneOf": []any{object{"const": "a"}}}), ""),
		form("enums", "must list its choices", onProperty("colour", object{"type": "array", "items": object{"type": "string"}}), ""),
		form("enums", "exist only since 2025-11-25", onProperty("colour", object{"type": "string", "oneOf": []any{object{"const": "a", "title": "A"}}}), mcp.Rev20250618),
		form("formats", `not "time"`, onProperty("from", object{"type": "string", "format": "time"}), ""),
		form("defaults", `is "no"`, onProperty("loud", object{"type": "boolean", "default": "no"}), ""),
		form("no-secrets", `"apiKey", which is a key`, onProperty("apiKey", object{"type": "string"}), ""),
		form("no-secrets", "which is payment data", onProperty("number", object{"type": "integer", "title": "Credit card number"}), ""),
		form("no-secrets", "which is sensitive", onProperty("ssn", object{"type": "string"}), mcp.Rev20250618),
		form("no-links", "https://mcp.test/a", with(askedWith(asksElicit, "message", "Visit https://mcp.test/a, please")), ""),
		form("no-links", "http://mcp.test", onField(object{"type": "string", "description": "See <http://mcp.test>."}), ""),
	}
}

func elicitationURLTwins() []twin {
	set := func(check, member string, value any, want string) twin {
		return twin{Check: "elicitation/url/" + check, Allow: []string{"elicit_url"}, Break: with(askedWith(asksElicit, member, value)), Want: want}
	}
	id := set("members", "elicitationId", nil, "elicitationId must be a string")
	id.In = mcp.Rev20251125
	return []twin{
		set("members", "url", nil, "url must be a string"), id,
		set("valid", "url", "mcp.test/visit", "is no valid URL"),
		set("valid", "url", "https:///visit", "is no valid URL"),
		set("https", "url", "http://mcp.test/visit", "without encryption"),
		set("no-personal-data", "url", "https://example.com/visit?for=joe@example.com", "an e-mail address"),
		set("no-personal-data", "url", "https://joe:secret@example.com/visit", "before the host"),
		set("no-personal-data", "url", "https://example.com/visit?access_token=abc", `the parameter "access_token"`),
		set("no-personal-data", "url", "https://example.com/visit?t=eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImEifQ.x", "a readable token"),
		set("no-id", "elicitationId", "one", "which this revision has dropped"),
		{
			Check: "elicitation/url/id-unique",
			Allow: []string{"elicit_url"},
			Break: with(mcptest.Combine(
				mcptest.SetSent(asksElicit, "/elicitationId", "one"),
				mcptest.SendBefore("tools/call", askOf("again", asksElicit, map[string]any{
					"mode": "url", "message": "Please visit this page.", "url": "https://example.com/other", "elicitationId": "one",
				})),
			)),
			Want: "was used before, with another url",
		},
	}
}

// demand is the error that demands a visit first, changed.
func demand(edit func(e, entry map[string]any)) mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		entry := map[string]any{"mode": "url", "message": "Please visit this page.", "url": "https://example.com/visit", "elicitationId": "one"}
		e := map[string]any{"code": mcp.CodeURLElicitation, "message": "a page must be visited first", "data": map[string]any{"elicitations": []any{entry}}}
		edit(e, entry)
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": e}}, m.Method() == "tools/call"
	}}
}

func elicitationErrorTwins() []twin {
	completed := func(id any) map[string]any {
		return map[string]any{"jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": map[string]any{"elicitationId": id}}
	}
	demanding := with(demand(func(_, _ map[string]any) {}))
	wrong := func(check, want string, edit func(e, entry map[string]any)) twin {
		return twin{Check: "elicitation/required-error/" + check, Allow: []string{"elicit_url"}, Prepare: demanding, Break: with(demand(edit)), Want: want}
	}
	one := mcptest.SetSent(asksElicit, "/elicitationId", "one")
	return []twin{
		wrong("only-then", "although no elicitation is demanded", func(e, _ map[string]any) { delete(e, "data") }),
		wrong("code", "has code -32603", func(e, _ map[string]any) { e["code"] = -32603 }),
		wrong("list", "must be an array, not absent", func(e, _ map[string]any) { e["data"] = map[string]any{} }),
		wrong("list", "is empty", func(e, _ map[string]any) { e["data"] = map[string]any{"elicitations": []any{}} }),
		wrong("entries", `mode "form"`, func(_, entry map[string]any) { entry["mode"] = "form" }),
		wrong("entries", "elicitationId is absent", func(_, entry map[string]any) { delete(entry, "elicitationId") }),
		{
			Check:   "elicitation/required-error/capability",
			Allow:   []string{"elicit_url"},
			Prepare: needing("elicit_url", "refuse"),
			Break:   demanding,
			Want:    "does not declare elicitation.url",
		}, {
			Check:   "elicitation/complete/id",
			Allow:   []string{"elicit_url"},
			Prepare: with(mcptest.Combine(one, mcptest.SendBefore("tools/call", completed("one")))),
			Break:   with(mcptest.Combine(one, mcptest.SendBefore("tools/call", completed("two")))),
			Want:    `named "two"`,
		}, {
			Check: "elicitation/complete/recipient",
			Allow: []string{"elicit_url"},
			Break: with(mcptest.Combine(one, mcptest.SetSent("notifications/elicitation/complete", "/elicitationId", "one"),
				mcptest.SendBefore("ping", completed("one")))),
			Want: "of another one is complete",
		},
	}
}

// TestElicitationAllows holds what the suite must not flag.
func TestElicitationAllows(t *testing.T) {
	type object = map[string]any
	form, visit := []string{"elicit"}, []string{"elicit_url"}
	url := func(link string) func(*mcptest.Server) { return with(askedWith(asksElicit, "url", link)) }
	for _, trap := range []struct {
		name, check string
		allow       []string
		server      func(*mcptest.Server)
		want        conformance.Verdict
		in          mcp.Revision
	}{
		{"no tool may be called", "elicitation/form/flat", nil, nothing, conformance.Unproven, mcp.Rev20251125},
		{"no tool asks", "elicitation/capability/required", []string{"echo"}, nothing, conformance.Unproven, mcp.Rev20260728},
		{"form mode by leaving mode out", "elicitation/form/schema", form, with(askedWith(asksElicit, "mode", nil)), conformance.Pass, mcp.Rev20260728},
		{"names of an enum in the old way", "elicitation/form/enums", form, onField(object{"type": "string", "enum": []any{"a"}, "enumNames": []any{"A"}}), conformance.Pass, mcp.Rev20251125},
		{"a choice of several with titles", "elicitation/form/enums", form, onField(object{"type": "array", "items": object{"anyOf": []any{object{"const": "a", "title": "A"}}}}), conformance.Pass, mcp.Rev20251125},
		{"a pattern", "elicitation/form/flat", form, onField(object{"type": "string", "pattern": "^[a-z]+$"}), conformance.Pass, mcp.Rev20250618},
		{"an empty form", "elicitation/form/schema", form, with(askedWith(asksElicit, "requestedSchema", object{"type": "object", "properties": object{}})), conformance.Pass, mcp.Rev20251125},
		{"a flag about a password", "elicitation/form/no-secrets", form, onProperty("reset_password", object{"type": "boolean"}), conformance.Pass, mcp.Rev20251125},
		{"the number of tokens", "elicitation/form/no-secrets", form, onProperty("max_access_token", object{"type": "integer"}), conformance.Pass, mcp.Rev20251125},
		{"the name of a key", "elicitation/form/no-secrets", form, onProperty("api_key_name", object{"type": "string"}), conformance.Pass, mcp.Rev20251125},
		{"contact data", "elicitation/form/no-secrets", form, onProperty("email", object{"type": "string", "format": "email"}), conformance.Pass, mcp.Rev20260728},
		{"the sample of a URL to enter", "elicitation/form/no-links", form, onField(object{"type": "string", "format": "uri", "description": "Like https://mcp.test/a"}), conformance.Pass, mcp.Rev20251125},
		{"a host of examples", "elicitation/form/no-links", form, onField(object{"type": "string", "description": "Like https://git.example.com/a"}), conformance.Pass, mcp.Rev20251125},
		{"development on this machine", "elicitation/url/https", visit, url("http://127.0.0.1:8080/visit"), conformance.Pass, mcp.Rev20251125},
		{"an app's own scheme", "elicitation/url/valid", visit, url("myapp://visit/1"), conformance.Pass, mcp.Rev20260728},
		{"an opaque signed state", "elicitation/url/no-personal-data", visit, url("https://example.com/a?token=1&state=eyJhbGciOiJub25lIn0.eyJqdGkiOiIxIn0.x"), conformance.Pass, mcp.Rev20251125},
		{"the same elicitation once more", "elicitation/url/id-unique", visit, with(mcptest.Combine(
			mcptest.SetSent(asksElicit, "/elicitationId", "one"),
			mcptest.SendBefore("tools/call", askOf("again", asksElicit, object{"mode": "url", "message": "Please visit this page.", "url": "https://example.com/visit", "elicitationId": "one"})),
		)), conformance.Pass, mcp.Rev20251125},
		{"errors of other kinds", "elicitation/required-error/list", visit, with(mcptest.Refuse("tools/call", -32603, "no")), conformance.Unproven, mcp.Rev20251125},
		{"forms that nothing is made of", "elicitation/answer/validated", form, indifferent, conformance.Pass, mcp.Rev20251125},
	} {
		t.Run(trap.name, func(t *testing.T) {
			t.Parallel()
			f := allowedVerdict(t, trap.check, trap.allow, place{trap.in, mcp.Stdio}, trap.server)
			assert.Equal(t, trap.want, f.Verdict, "%s", f.Message)
		})
	}
}

// indifferent asks and then says the same, whatever the answer.
func indifferent(s *mcptest.Server) {
	asks := toolNamed(s, "elicit").Call
	toolNamed(s, "elicit").Call = func(c *mcptest.Call) (map[string]any, error) {
		if _, err := asks(c); err != nil && c.Revision.Era() == mcp.Stateless {
			return nil, err
		}
		return mcptest.Content(mcptest.Text("done")), nil
	}
}
