package checks_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func lifecycleTwins() []twin {
	return slices.Concat(openingTwins(), discoverTwins(), capabilityTwins(), removedTwins(), eraTwins(), shutdownTwins())
}

// with is a Break that puts these faults into the server.
func with(f mcptest.Faults) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = f }
}

func openingTwins() []twin {
	return []twin{{
		Check: "lifecycle/initialize/result",
		Break: with(mcptest.DropIn("initialize", "/serverInfo/version")),
		Want:  "serverInfo.version is absent, not a string",
	}, {
		Check: "lifecycle/initialize/result",
		Break: with(mcptest.SetIn("initialize", "/instructions", 7)),
		Want:  "instructions is a number, not a string",
	}, {
		Check: "lifecycle/initialize/first",
		Break: with(mcptest.Without(mcptest.SkipInitialize)),
		Want:  "was served before initialize",
	}, {
		Check: "lifecycle/initialize/unknown-members",
		Break: with(mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
			if !m.Params().Get("capabilities").Has("mcpctl") {
				return nil, false
			}
			return []any{refuse(m, mcp.CodeInvalidParams)}, true
		}}),
		Want: "was refused: error -32602",
	}, {
		Check: "lifecycle/initialize/malformed",
		Break: with(mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
			if m.Method() != "initialize" || m.Params().Has("protocolVersion") {
				return nil, false
			}
			return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": map[string]any{}}}, true
		}}),
		Want: "without protocolVersion was not refused",
	}, {
		Check: "lifecycle/initialize/missing-client-capability",
		Allow: []string{"roots"},
		Break: with(mcptest.Ignore("tools/call")),
		Want:  `tool "roots" gave no answer`,
	}, {
		Check: "lifecycle/initialized/no-early-requests",
		Break: with(mcptest.SendAfter("initialize", map[string]any{"jsonrpc": "2.0", "id": "early", "method": "roots/list"})),
		Want:  `sent "roots/list" before`,
	}, {
		Check: "lifecycle/initialized/accepted",
		Break: with(mcptest.Refuse("tools/list", mcp.CodeInvalidRequest, "not initialized")),
		Want:  "tools/list was not served",
	}}
}

// refuse is an error response to m.
func refuse(m mcp.Message, code int) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": map[string]any{"code": code, "message": "refused"}}
}

func discoverTwins() []twin {
	return []twin{{
		Check: "lifecycle/discover/answers",
		Break: with(afterFirst("server/discover", mcp.CodeMethodNotFound)),
		Want:  "server/discover got no result",
	}, {
		Check: "lifecycle/discover/versions",
		Break: with(mcptest.SetIn("server/discover", "/supportedVersions", []any{"2026-07-28", 3})),
		Want:  "supportedVersions holds 3",
	}, {
		Check: "lifecycle/discover/versions",
		Break: with(mcptest.SetIn("server/discover", "/supportedVersions", []any{})),
		Want:  "lacks 2026-07-28",
	}, {
		Check: "lifecycle/discover/server-info",
		Break: with(mcptest.DropIn("server/discover", "/_meta")),
		Want:  "is missing",
	}, {
		Check: "lifecycle/discover/server-info",
		Break: with(mcptest.Combine(mcptest.DropIn("server/discover", "/_meta"), mcptest.SetIn("server/discover", "/serverInfo", map[string]any{"name": "x"}))),
		Want:  "stands beside",
	}, {
		Check: "lifecycle/discover/instructions",
		Break: with(mcptest.SetIn("server/discover", "/instructions", []string{"read me"})),
		Want:  "instructions is an array",
	}, {
		Check: "lifecycle/discover/optional",
		// The session that was discovered gets its list, the next one does not.
		Break: with(afterFirst("tools/list", mcp.CodeInvalidRequest)),
		Want:  "as the first message of a connection was not served",
	}}
}

func capabilityTwins() []twin {
	undeclare := func(s *mcptest.Server) {
		s.Faults = mcptest.Combine(mcptest.DropIn("initialize", "/capabilities/prompts"), mcptest.DropIn("server/discover", "/capabilities/prompts"),
			mcptest.Refuse("prompts/list", mcp.CodeMethodNotFound, "no prompts here"))
	}
	return []twin{{
		Check: "lifecycle/capabilities/shape",
		Break: with(mcptest.Combine(mcptest.SetIn("initialize", "/capabilities/tools", true), mcptest.SetIn("server/discover", "/capabilities/tools", true))),
		Want:  `capability "tools" is a boolean`,
	}, {
		Check: "lifecycle/capabilities/shape",
		Break: with(mcptest.Combine(mcptest.SetIn("initialize", "/capabilities/tools/listChanged", "yes"), mcptest.SetIn("server/discover", "/capabilities/tools/listChanged", "yes"))),
		Want:  `"tools".listChanged is a string`,
	}, {
		Check:   "lifecycle/capabilities/advertised",
		Prepare: undeclare,
		Break:   with(mcptest.Combine(mcptest.DropIn("initialize", "/capabilities/prompts"), mcptest.DropIn("server/discover", "/capabilities/prompts"))),
		Want:    "prompts/list is served although",
	}, {
		Check:   "lifecycle/capabilities/undeclared-refused",
		Prepare: undeclare,
		Break:   with(mcptest.Combine(mcptest.DropIn("initialize", "/capabilities/prompts"), mcptest.Refuse("prompts/list", mcp.CodeInternalError, "broken"))),
		Want:    "was not refused with -32601",
	}, {
		Check: "lifecycle/capabilities/implemented",
		Break: with(mcptest.Refuse("resources/list", mcp.CodeMethodNotFound, "no such method")),
		Want:  "declares resources but does not know resources/list",
	}, {
		Check: "lifecycle/capabilities/client",
		Break: with(mcptest.SendBefore("tools/list", map[string]any{"jsonrpc": "2.0", "id": "r", "method": "roots/list"})),
		Want:  `sent "roots/list" to a client that declares no capability`,
	}, {
		Check:   "lifecycle/capabilities/server",
		Prepare: with(mcptest.SendBefore("ping", map[string]any{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})),
		Break: with(mcptest.Combine(mcptest.SetIn("initialize", "/capabilities/tools", map[string]any{}),
			mcptest.SendBefore("ping", map[string]any{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}))),
		Want: "does not declare tools.listChanged",
	}}
}

func removedTwins() []twin {
	var all []twin
	for id, method := range map[string]string{"ping": "ping", "set-level": "logging/setLevel", "subscribe": "resources/unsubscribe"} {
		all = append(all, twin{
			Check: "lifecycle/removed/" + id,
			Break: with(mcptest.Answer(method, map[string]any{"resultType": "complete"})),
			Want:  method + " was not refused with -32601",
		})
	}
	return append(all, twin{
		Check:   "lifecycle/removed/initialize",
		Prepare: func(s *mcptest.Server) { s.Revisions = []mcp.Revision{mcp.Rev20260728} },
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Answer("initialize", map[string]any{"resultType": "complete"})
		},
		Want: "initialize was not refused with -32601",
	}, twin{
		Check:   "lifecycle/removed/notifications",
		Prepare: with(mcptest.SendBefore("tools/list", map[string]any{"jsonrpc": "2.0", "method": "notifications/progress", "params": map[string]any{"progressToken": 1, "progress": 1}})),
		Break:   with(mcptest.SendBefore("tools/list", map[string]any{"jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": map[string]any{}})),
		Want:    `"notifications/elicitation/complete" is no notification of 2026-07-28`,
	})
}

func eraTwins() []twin {
	stateless := func(s *mcptest.Server) { s.Revisions = []mcp.Revision{mcp.Rev20260728} }
	return []twin{{
		Check:   "lifecycle/initialize/refused",
		Prepare: stateless,
		On:      mcp.HTTP,
		Break:   with(mcptest.Status(mcptest.OnMethod("initialize"), http.StatusOK)),
		Want:    "HTTP status 200, not 400",
	}, {
		Check:   "lifecycle/initialize/names-versions",
		Prepare: stateless,
		Break:   with(mcptest.Refuse("initialize", mcp.CodeInvalidRequest, "this server has no handshake")),
		Want:    "names none of the supported versions",
	}, {
		Check: "lifecycle/both-eras/handshake",
		Break: with(mcptest.SetIn("ping", "/resultType", "complete")),
		Want:  "in the shape of 2026-07-28",
	}, {
		Check: "lifecycle/both-eras/handshake",
		Break: with(mcptest.Refuse("ping", mcp.CodeMethodNotFound, "removed")),
		Want:  "ping in the session was not served",
	}, {
		Check: "lifecycle/both-eras/stateless",
		Break: with(mcptest.DropIn("tools/list", "/resultType")),
		Want:  "without resultType",
	}, {
		Check: "lifecycle/both-eras/stateless",
		On:    mcp.HTTP,
		Break: with(mcptest.SetHeader(mcptest.OnMethod("tools/list"), "Mcp-Session-Id", "abc")),
		Want:  "was given a session id",
	}, {
		Check: "lifecycle/both-eras/side-by-side",
		Break: with(mcptest.Refuse("ping", mcp.CodeInternalError, "busy")),
		Want:  "failed beside stateless requests",
	}, {
		Check: "lifecycle/both-eras/handshake-shape",
		Allow: []string{"echo"},
		Break: with(mcptest.SetIn("tools/call", "/resultType", "input_required")),
		Want:  "answered a session with input_required",
	}}
}

func shutdownTwins() []twin {
	return []twin{{
		Check: "lifecycle/shutdown/eof",
		Break: with(mcptest.Faults{IgnoreEOF: true}),
		Want:  "had to be ended (terminate)",
	}, {
		Check: "lifecycle/shutdown/sigterm",
		Break: with(mcptest.Faults{IgnoreTerm: true}),
		Want:  "still running",
	}}
}

// afterFirst serves a method once, and then no more.
func afterFirst(method string, code int) mcptest.Faults {
	var asked atomic.Int32
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if m.Method() != method || m.MessageKind() != mcp.RequestMessage || asked.Add(1) == 1 {
			return nil, false
		}
		return []any{refuse(m, code)}, true
	}}
}

// TestSlowToServeBeforeInitialize: a process that has not begun to read when
// the time for an answer is over is not taken for one that refuses.
func TestSlowToServeBeforeInitialize(t *testing.T) {
	early := func(m mcp.Message) bool { id, _ := m.ID().Int(); return m.Method() == "tools/list" && id == 1 }
	for name, test := range map[string]struct {
		prepare func(*mcptest.Server)
		want    conformance.Verdict
	}{
		"serves late": {func(s *mcptest.Server) {
			s.Faults = mcptest.Combine(mcptest.Without(mcptest.SkipInitialize), mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
				if early(m) {
					<-time.After(quickLimits().Call * 3 / 2)
				}
				return nil, false
			}})
		}, conformance.Warn},
		"never serves": {func(s *mcptest.Server) {
			s.Faults = mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) { return nil, early(m) }}
		}, conformance.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := verdictFor(t, "lifecycle/initialize/first", place{mcp.Rev20251125, mcp.Stdio}, test.prepare)
			assert.Equal(t, test.want, f.Verdict, f.Message)
		})
	}
}
