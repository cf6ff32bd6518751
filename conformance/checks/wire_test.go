package checks_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func wireTwins() []twin {
	invalid := func(faults mcptest.Faults, want string) twin {
		return twin{Check: "wire/messages/valid", Break: func(s *mcptest.Server) { s.Faults = faults }, Want: want}
	}
	handshake := func(w twin) twin { w.In = mcp.Rev20251125; return w }
	fragile := func(s *mcptest.Server) { s.Faults = shallowTool("fragile", "kind") }
	return []twin{
		invalid(mcptest.SetIn("tools/list", "/tools/echo/title", 7), "/result/tools/0/title"),
		invalid(mcptest.SetIn("resources/list", "/nextCursor", nil), "/result/nextCursor"),
		invalid(mcptest.SetIn("prompts/get", "/messages/0/role", "system"), "/result/messages/0/role"),
		invalid(mcptest.SetIn("resources/list", "/_meta", []any{}), "/result/_meta"),
		invalid(mcptest.DropIn("resources/templates/list", "/resourceTemplates/people/name"), `lacks the member "name"`),
		invalid(mcptest.SendBefore("tools/list", sent("notifications/message", object{"level": "loud", "data": 1})), "/params/level"),
		invalid(mcptest.Combine(mcptest.Refuse("tools/list", -32603, "no"), wordlessErrors()), "an error response is no"),
		handshake(invalid(mcptest.SendBefore("tools/list", sent("notifications/initialized", object{})), "/method")),
		handshake(invalid(mcptest.SendBefore("tools/list", sent("notifications/made-up", object{})), `"notifications/made-up"`)),
		handshake(invalid(mcptest.SendBefore("tools/list", asked("sampling/createMessage", object{"messages": []any{}})), `"maxTokens"`)),
		handshake(invalid(mcptest.SendBefore("tools/list", asked("tools/list", object{})), "does not send the request")),
		{
			Check: "wire/icons/shape",
			Break: func(s *mcptest.Server) { s.Faults = mcptest.SetIn("tools/list", "/tools/echo/icons/0/src", "icon.png") },
			Want:  "has no scheme",
		}, {
			Check: "wire/icons/shape",
			Break: func(s *mcptest.Server) {
				s.Faults = mcptest.SetIn("prompts/list", "/prompts/plain/icons/0/theme", "blue")
			},
			Want: "/result/prompts/0/icons/0/theme",
		}, {
			Check: "wire/icons/safe-src",
			Break: func(s *mcptest.Server) {
				s.Faults = mcptest.SetIn("resources/list", "/resources/mcptest:~1~1text~1greeting/icons/0/src", "file:///icon.png")
			},
			Want: `has the scheme "file"`,
		}, {
			Check: "wire/icons/safe-src",
			Break: func(s *mcptest.Server) {
				s.Faults = mcptest.SetIn("tools/list", "/tools/echo/icons/0/src", "data:image/svg+xml,<svg/>")
			},
			Want: "not in base64",
		}, {
			Check: "wire/schemas/valid",
			Break: func(s *mcptest.Server) {
				s.Faults = mcptest.SetIn("tools/list", "/tools/echo/outputSchema/properties/text/type", "text")
			},
			Want: "/result/tools/0/outputSchema/properties/text/type",
		}, {
			Check: "wire/schemas/valid",
			Break: func(s *mcptest.Server) {
				s.Faults = mcptest.SetIn("tools/list", "/tools/draft7/inputSchema/properties/pair/items", 7)
			},
			Want: "inputSchema of the tool \"draft7\"",
		}, {
			Check: "wire/refs/local",
			Break: func(s *mcptest.Server) {
				s.Faults = mcptest.SetIn("tools/list", "/tools/echo/inputSchema/$ref", "https://example.com/schema.json")
			},
			Want: "https://example.com/schema.json",
		}, {
			Check:   "wire/dialect/default",
			Prepare: func(s *mcptest.Server) { dialectless(s, "fragile") },
			Break:   fragile,
			Allow:   []string{"fragile"},
			Want:    "prefixItems of its inputSchema refuses",
		}, {
			Check: "wire/dialect/declared",
			Break: fragile,
			Allow: []string{"fragile", "draft7"},
			Want:  "prefixItems of its inputSchema refuses",
		},
	}
}

// object is short for the maps that JSON objects are here.
type object = map[string]any

// sent is a notification, asked a request of the server's own.
func sent(method string, params object) object {
	return object{"jsonrpc": "2.0", "method": method, "params": params}
}

func asked(method string, params object) object {
	return object{"jsonrpc": "2.0", "id": "asked-" + method, "method": method, "params": params}
}

// wordlessErrors takes the message out of every error.
func wordlessErrors() mcptest.Faults {
	return mcptest.Mangle("tools/list", func(raw []byte) []byte {
		m, err := mcp.ParseMessage(append([]byte(nil), raw...))
		if err != nil {
			return raw
		}
		return []byte(`{"jsonrpc":"2.0","id":` + m.ID().String() + `,"error":{"code":-32603}}`)
	})
}

// dialectless takes $schema out of a tool's inputSchema.
func dialectless(s *mcptest.Server, name string) {
	for _, t := range s.Tools {
		if input, ok := t.Descriptor["inputSchema"].(object); ok && t.Name == name {
			delete(input, "$schema")
		}
	}
}

// shallowTool lets a tool look at nothing but whether one argument is there.
func shallowTool(name, required string) mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if m.Method() != "tools/call" || m.Params().Get("name").Text() != name {
			return nil, false
		}
		result := mcptest.Content(mcptest.Text("held"))
		if !m.Params().Get("arguments").Has(required) {
			result = mcptest.Failure(required + " is missing")
		}
		result["resultType"] = "complete"
		return []any{object{"jsonrpc": "2.0", "id": m.ID(), "result": result}}, true
	}}
}

// TestWireAllows: messages that are odd, and no violation.
func TestWireAllows(t *testing.T) {
	for name, faults := range map[string]mcptest.Faults{
		"members beyond the schema": mcptest.SetIn("tools/list", "/tools/echo/com.example~1extra", object{"a": nil}),
		"a fraction among experimental capabilities": mcptest.Combine(
			mcptest.SetIn("initialize", "/capabilities/experimental", object{"com.example/x": object{"share": 0.5, "nothing": nil}}),
			mcptest.SetIn("server/discover", "/capabilities/experimental", object{"com.example/x": object{"share": 0.5, "nothing": nil}})),
		"methods of an extension": mcptest.Combine(
			mcptest.SetIn("initialize", "/capabilities/experimental", object{"com.example/x": object{}}),
			mcptest.SetIn("server/discover", "/capabilities/extensions", object{"com.example/x": object{}}),
			mcptest.SendBefore("tools/list", sent("notifications/com.example/x", object{}))),
		"an error with id null":  mcptest.SendBefore("tools/list", object{"jsonrpc": "2.0", "id": nil, "error": object{"code": -32700, "message": "what?"}}),
		"icons of a public site": mcptest.SetIn("tools/list", "/tools/echo/icons/0/src", "https://example.com/icon.png"),
		"sizes of any kind":      mcptest.SetIn("tools/list", "/tools/echo/icons/0/sizes", []any{"48", "any"}),
		"a $ref to a metaschema": mcptest.SetIn("tools/list", "/tools/draft7/inputSchema/properties/meta", object{"$ref": "http://json-schema.org/draft-07/schema#"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mcptest.New()
			s.Faults = faults
			report := judge(t, s, mcp.Stdio, func(o *conformance.Options) { o.Check = []string{"wire/"} })
			for _, f := range report.Findings {
				assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip, conformance.Unproven}, f.Verdict, "%s in %s: %s", f.Check, f.Revision, f.Message)
			}
		})
	}
}

// TestWireIconsOfStrangers: clients are told to take icons from the server's
// own site only, which only a server out there has.
func TestWireIconsOfStrangers(t *testing.T) {
	for src, want := range map[string]conformance.Verdict{
		"https://evil.example/icon.png":       conformance.Warn,
		"https://mcp.example.com/icon.png":    conformance.Pass,
		"https://static.example.com/icon.png": conformance.Pass,
	} {
		s := mcptest.New()
		s.Faults = mcptest.Combine(mcptest.Without(mcptest.SkipHost), mcptest.SetIn("tools/list", "/tools/echo/icons/0/src", src))
		o := conformance.DefaultOptions()
		o.Limits, o.Check, o.Revisions = quickLimits(), []string{"wire/icons/safe-src"}, []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728}
		plan, err := conformance.NewPlan(t.Context(), elsewhere(s.Target(t, mcp.HTTP)), checks.All(), o)
		require.NoError(t, err)
		for _, f := range plan.Run(t.Context(), nil).Findings {
			assert.Equal(t, want, f.Verdict, "%s in %s: %s", src, f.Revision, f.Message)
		}
	}
}

// TestWireTolerantOfHTTPErrors: errors beside an HTTP status need no id.
func TestWireTolerantOfHTTPErrors(t *testing.T) {
	s := mcptest.New()
	s.Faults = mcptest.Serve(mcptest.OnMethod("ping"), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"}}`))
	})
	report := judge(t, s, mcp.HTTP, func(o *conformance.Options) { o.Check = []string{"wire/messages/valid"} })
	for _, f := range report.Findings {
		assert.Equal(t, conformance.Pass, f.Verdict, "in %s: %s", f.Revision, f.Message)
	}
}
