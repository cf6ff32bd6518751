package checks_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func rpcErrorsTwins() []twin {
	return slices.Concat(errorsMethodTwins(), errorsGarbageTwins(), errorsObjectTwins(), errorsCodeTwins())
}

// withFaults breaks a server by the faults given.
func withFaults(all ...mcptest.Faults) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = mcptest.Combine(all...) }
}

func errorsMethodTwins() []twin {
	const unknown = "mcpctl/does-not-exist"
	return []twin{{
		Check: "errors/method/refused",
		Break: withFaults(mcptest.Without(mcptest.SkipMethod)),
		Want:  "was answered with a result",
	}, {
		Check: "errors/method/refused",
		Break: withFaults(mcptest.Ignore(unknown)),
		On:    mcp.HTTP,
		Want:  "got no error response",
	}, {
		Check: "errors/method/code",
		Break: withFaults(mcptest.OnError(unknown, -32600)),
		Want:  "was refused with error -32600, expected -32601",
	}, {
		Check:   "errors/method/undeclared",
		Prepare: func(s *mcptest.Server) { s.Prompts = nil },
		Break:   withFaults(mcptest.Without(mcptest.SkipUndeclared)),
		Want:    "prompts/list was not refused, though prompts is not declared",
	}, {
		Check:   "errors/method/undeclared",
		Prepare: func(s *mcptest.Server) { s.Prompts = nil },
		Break:   withFaults(mcptest.OnError("prompts/list", -32600)),
		Want:    "with error -32600, expected -32601",
	}, {
		Check: "errors/params/refused",
		Break: withFaults(mcptest.Without(mcptest.SkipParams)),
		Want:  "tools/call with empty params was answered with a result",
	}, {
		Check: "errors/params/refused",
		Break: withFaults(mcptest.Ignore("prompts/get")),
		On:    mcp.HTTP,
		Want:  "prompts/get with empty params got no error response",
	}, {
		Check: "errors/params/code",
		Break: withFaults(mcptest.OnError("resources/read", -32603)),
		Want:  "resources/read with empty params was refused with error -32603",
	}}
}

// onText answers the lines and bodies that hold a text as out says; none is
// silence.
func onText(holds string, out ...string) mcptest.Faults {
	return mcptest.Faults{Line: func(_ *mcptest.Context, line []byte) ([][]byte, bool) {
		var all [][]byte
		for _, text := range out {
			all = append(all, []byte(text))
		}
		return all, strings.Contains(string(line), holds)
	}}
}

// garbageError changes errors that have a code.
func garbageError(code string, change func(out, e map[string]any)) mcptest.Faults {
	return mcptest.Faults{Edit: func(_ *mcptest.Context, out map[string]any) {
		if e, ok := out["error"].(map[string]any); ok && e["code"] == json.Number(code) {
			change(out, e)
		}
	}}
}

const (
	truncated  = `{"jsonrpc":"2.0","mcpctl":`
	oldVersion = `"jsonrpc":"1.0"`
	idNull     = `"id":null`
)

// exitOn ends the process at a line that holds a text.
func exitOn(holds string) mcptest.Faults {
	return mcptest.Faults{ExitOn: func(_ *mcptest.Context, m mcp.Message) bool { return strings.Contains(m.String(), holds) }}
}

func errorsGarbageTwins() []twin {
	status := func(holds string, code int) mcptest.Faults {
		return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if bodyHolds(r, holds) {
					w.WriteHeader(code)
					return
				}
				next.ServeHTTP(w, r)
			})
		}}
	}
	wrong := garbageError("-32700", func(_, e map[string]any) { e["code"] = -32603 })
	invented := garbageError("-32700", func(out, _ map[string]any) { out["id"] = "made-up" })
	return []twin{
		{Check: "errors/parse/code", Break: withFaults(wrong), Want: "truncated JSON was refused with error -32603, expected -32700"},
		{Check: "errors/parse/code", Break: withFaults(onExactly(truncated)), In: mcp.Rev20251125, Want: "got no answer at all"},
		{Check: "errors/parse/code", Break: withFaults(status(truncated, 500)), On: mcp.HTTP, Want: "HTTP status 500"},
		{Check: "errors/parse/code", Break: withFaults(status(truncated, 200)), On: mcp.HTTP, In: mcp.Rev20251125, Want: "HTTP status 200"},
		{Check: "errors/parse/id", Break: withFaults(invented), Want: `has the id "made-up"`},
		{Check: "errors/request/version", Break: withFaults(mcptest.Without(mcptest.SkipJSON)), Want: `jsonrpc "1.0" was answered with a result`},
		{Check: "errors/request/version", Break: withFaults(onText(oldVersion)), Want: "got no answer at all"},
		{Check: "errors/request/version", Break: withFaults(exitOn(oldVersion)), Want: `the server ended the connection on a request with jsonrpc "1.0"`},
		{Check: "errors/request/shape", Break: withFaults(exitOn("42")), Want: "the server ended the connection on a bare number"},
		{
			Check: "errors/request/shape", Want: "an empty object was answered with a result",
			Break: withFaults(onExactly(`{}`, `{"jsonrpc":"2.0","id":null,"result":{}}`)),
		},
		{Check: "errors/request/shape", Break: withFaults(onExactly(`42`)), In: mcp.Rev20250618, Want: "a bare number got no answer at all"},
		{Check: "errors/request/null-id", Break: withFaults(mcptest.Without(mcptest.SkipID)), Want: "a request with id null was served"},
		{Check: "errors/request/null-id", Break: withFaults(exitOn(idNull)), Want: "ended the connection on a request with id null"},
	}
}

// onExactly is onText for the line that is just the text.
func onExactly(text string, out ...string) mcptest.Faults {
	f := onText(text, out...)
	return mcptest.Faults{Line: func(c *mcptest.Context, line []byte) ([][]byte, bool) {
		if string(line) != text {
			return nil, false
		}
		return f.Line(c, line)
	}}
}

func errorsObjectTwins() []twin {
	refused := mcptest.Refuse("resources/read", -32603, "it went wrong")
	change := func(key string, value any) func(*mcptest.Server) {
		e := map[string]any{"code": -32603, "message": "it went wrong"}
		if e[key] = value; value == nil {
			delete(e, key)
		}
		return withFaults(errorWith("resources/read", e))
	}
	bad := func(check, key string, value any, want string) twin {
		return twin{Check: check, Prepare: withFaults(refused), Break: change(key, value), Want: want}
	}
	unaddressed := map[string]any{"code": -32603, "message": "it went wrong"}
	withoutID := mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		return []any{map[string]any{"jsonrpc": "2.0", "error": unaddressed}}, m.Method() == "resources/read"
	}}
	return []twin{
		bad("errors/object/members", "code", nil, "an error has no code"),
		bad("errors/object/members", "message", nil, "must be a string, not absent"),
		bad("errors/object/members", "message", 7, "must be a string, not a number"),
		{Check: "errors/object/members", Prepare: withFaults(refused), Break: withFaults(errorWith("resources/read", "broken")), Want: "an error must be an object, not a string"},
		bad("errors/object/code-integer", "code", "-32603", `is "-32603", which is no integer`),
		bad("errors/object/code-integer", "code", 1.5, "is 1.5, which is no integer"),
		bad("errors/object/message-concise", "message", "Traceback:\n  line 1", "has several lines"),
		bad("errors/object/message-concise", "message", "", "is empty"),
		bad("errors/object/message-concise", "message", strings.Repeat("long ", 300), "has 1499 characters"),
		{Check: "errors/object/id", Prepare: withFaults(refused), Break: beforeLists(map[string]any{"error": unaddressed}), Want: "has the id (absent)"},
		{Check: "errors/object/id", Prepare: withFaults(refused), Break: withFaults(withoutID, mcptest.Status(mcptest.OnMethod("resources/read"), 400)), On: mcp.HTTP, In: mcp.Rev20251125, Want: "has the id (absent)"},
	}
}

// errorWith answers a method with the error member given.
func errorWith(method string, e any) mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": e}}, m.Method() == method
	}}
}

func errorsCodeTwins() []twin {
	good := withFaults(mcptest.Refuse("resources/read", -32602, "there is no such thing"))
	code := func(check string, code int64, want string) twin {
		return twin{Check: check, Prepare: good, Break: withFaults(mcptest.Refuse("resources/read", code, "it went wrong")), Want: want}
	}
	data := map[string]any{"requiredCapabilities": map[string]any{"roots": map[string]any{}}}
	missing := map[string]any{"code": -32021, "message": "roots are needed", "data": data}
	unnamed := maps.Clone(missing)
	unnamed["data"] = map[string]any{}
	meaning := func(e any, want string) twin {
		return twin{Check: "errors/code/meaning", Prepare: withFaults(errorWith("resources/read", missing)), Break: withFaults(errorWith("resources/read", e)), Want: want}
	}
	return []twin{
		code("errors/code/reserved", -32050, "-32050, which is reserved"),
		meaning(unnamed, "names no missing capability"),
		meaning(map[string]any{"code": -32020, "message": "a header differs"}, "which stdio does not have"),
		meaning(map[string]any{"code": -32022, "message": "what a version"}, "refuses version 2026-07-28"),
		code("errors/code/legacy", -32001, "-32001, which new implementations should not use"),
		code("errors/code/resource", -32002, "is reported with error -32002"),
		code("errors/code/retired", -32042, "-32042, which this revision has retired"),
		code("errors/code/retired", -32002, "-32002, which this revision has retired"),
		code("errors/code/custom", -32500, "-32500, which JSON-RPC reserves"),
		{Check: "errors/retry/malformed", Allow: []string{"elicit"}, Break: withFaults(mcptest.Without(mcptest.SkipInput)), Want: `the tool "elicit" accepts a string`},
		{
			Check: "errors/retry/malformed", Allow: []string{"elicit"}, On: mcp.HTTP, Want: "got no error response",
			Break: withFaults(onText(`"inputResponses":"mcpctl"`)),
		},
	}
}

// TestErrorsAllows holds what must not be flagged.
func TestErrorsAllows(t *testing.T) {
	var (
		older, newer     = place{mcp.Rev20251125, mcp.Stdio}, place{mcp.Rev20260728, mcp.Stdio}
		olderWeb, newWeb = place{mcp.Rev20251125, mcp.HTTP}, place{mcp.Rev20260728, mcp.HTTP}
		sse              = place{mcp.Rev20241105, mcp.SSE}
	)
	plain400 := func(holds string) func(*mcptest.Server) {
		return withFaults(mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if bodyHolds(r, holds) {
					http.Error(w, "bad request", http.StatusBadRequest)
					return
				}
				next.ServeHTTP(w, r)
			})
		}})
	}
	oauth := withFaults(mcptest.Serve(mcptest.OnMethod("resources/read"), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"error":"insufficient_scope"}`))
	}))
	for name, test := range map[string]struct {
		check   string
		at      place
		prepare func(*mcptest.Server)
		want    conformance.Verdict
	}{
		"parse error as plain 400":               {"errors/parse/code", olderWeb, plain400(truncated), conformance.Pass},
		"parse error as plain 400 from 2026":     {"errors/parse/code", newWeb, plain400(truncated), conformance.Pass},
		"parse error over HTTP+SSE":              {"errors/parse/code", sse, nothing, conformance.Pass},
		"parse error with id null":               {"errors/parse/id", newer, withFaults(garbageError("-32700", func(out, _ map[string]any) { out["id"] = nil })), conformance.Pass},
		"silence about what is no JSON":          {"errors/parse/code", newer, withFaults(onExactly(truncated)), conformance.Unproven},
		"silence about shapeless objects":        {"errors/request/shape", newer, withFaults(onExactly(`{}`)), conformance.Pass},
		"bad request as plain 400":               {"errors/request/version", newWeb, plain400(oldVersion), conformance.Pass},
		"id null passed over":                    {"errors/request/null-id", older, withFaults(onText(idNull)), conformance.Pass},
		"id null over HTTP+SSE":                  {"errors/request/null-id", sse, nothing, conformance.Pass},
		"everything declared":                    {"errors/method/undeclared", newer, nothing, conformance.Unproven},
		"nothing declared":                       {"errors/method/undeclared", newer, bare, conformance.Pass},
		"nothing to give params to":              {"errors/params/refused", older, bare, conformance.Unproven},
		"a body that is no message":              {"errors/object/members", newWeb, oauth, conformance.Unproven},
		"a code of the server's own":             {"errors/code/custom", newer, withFaults(mcptest.Refuse("resources/read", 1001, "busy")), conformance.Pass},
		"no error at all":                        {"errors/code/reserved", newer, bare, conformance.Unproven},
		"a code of the other era in the other":   {"errors/object/members", older, withFaults(mcptest.Refuse("resources/read", -32002, "gone")), conformance.Pass},
		"a long value sent back":                 {"errors/object/message-concise", newer, withFaults(errorWith("resources/read", map[string]any{"code": -32602, "message": "no such resource: " + strings.Repeat("x", 1000)})), conformance.Pass},
		"a code written as a whole number":       {"errors/object/code-integer", newer, withFaults(errorWith("resources/read", map[string]any{"code": json.Number("-32603.0"), "message": "x"})), conformance.Pass},
		"an unknown method refused without code": {"errors/method/code", olderWeb, withFaults(mcptest.Ignore("mcpctl/does-not-exist")), conformance.Unproven},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := verdictFor(t, test.check, test.at, test.prepare)
			assert.Equal(t, test.want, f.Verdict, f.Message)
		})
	}
}
