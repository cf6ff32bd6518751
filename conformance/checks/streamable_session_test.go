package checks_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func streamableSessionTwins() []twin {
	handWritten := func(_ *http.Request, m mcp.Message) bool { return m.ID().Text() == "mcpctl-case" }
	sameID := func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if id, _ := m.ID().Int(); m.Method() != "ping" || id < 7_000_000 {
			return nil, false
		}
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": map[string]any{"tools": []any{}}}}, true
	}
	return []twin{{
		Check: "streamable/session/no-crossing",
		Break: with(mcptest.Faults{Handle: sameID}),
		Want:  "while another client sent tools/list with the same id",
	}, {
		Check: "streamable/session/id-on-initialize",
		Break: with(mcptest.SetHeader(mcptest.OnMethod("tools/list"), "Mcp-Session-Id", "another")),
		Want:  `gives another: "another"`,
	}, {
		Check: "streamable/session/id-on-initialize",
		Break: with(mcptest.Combine(mcptest.Without(mcptest.SkipSessionID),
			mcptest.SetHeader(mcptest.OnMethod("ping"), "Mcp-Session-Id", "late"))),
		Want: "which that to initialize did not",
	}, {
		Check: "streamable/session/id-visible-ascii",
		Break: with(mcptest.SetHeader(mcptest.OnMethod("initialize"), "Mcp-Session-Id", "two words")),
		Want:  "not visible ASCII",
	}, {
		Check: "streamable/session/id-secure",
		Break: with(sessionNames(func(n int) string { return fmt.Sprintf("session-%04d", n) })),
		Want:  "they count up",
	}, {
		Check: "streamable/session/id-secure",
		Break: with(sessionNames(func(n int) string { return "session-" + rand.Text()[:4] + "-end" })),
		Want:  "too little differs",
	}, {
		Check: "streamable/session/id-secure",
		Break: with(sessionNames(func(int) string { return "the-one-and-only-session" })),
		Want:  "two clients got the same session id",
	}, {
		Check: "streamable/session/header-case",
		Break: with(mcptest.Serve(since(2, handWritten), webSays(http.StatusBadRequest, "text/plain", "no session id"))),
		Want:  "in the header mcp-session-id was not served",
	}, {
		Check: "streamable/session/initialize-without-id",
		Break: with(mcptest.Serve(since(2, mcptest.OnMethod("initialize")), webSays(http.StatusBadRequest, "text/plain", "already initialized"))),
		Want:  "while another session was open",
	}}
}

// strangers matches requests with session ids that no client was given: those
// under which nobody said notifications/initialized.
func strangers() mcptest.Match {
	var given sync.Map
	return func(r *http.Request, m mcp.Message) bool {
		id := r.Header.Get("Mcp-Session-Id")
		if m.Method() == "notifications/initialized" {
			given.Store(id, true)
		}
		_, known := given.Load(id)
		return id != "" && !known
	}
}

func streamableEndingTwins() []twin {
	unnamed := func(verb string) mcptest.Match {
		return func(r *http.Request, m mcp.Message) bool {
			return r.Method == verb && r.Header.Get("Mcp-Session-Id") == "" && m.Method() != "initialize"
		}
	}
	remove := mcptest.OnVerb(http.MethodDelete)
	return []twin{{
		Check: "streamable/session/missing-id",
		Break: with(mcptest.Status(unnamed(http.MethodPost), http.StatusNotFound)),
		Want:  "ping without the session id was not refused with 400",
	}, {
		Check: "streamable/session/missing-id",
		Break: with(mcptest.Serve(unnamed(http.MethodGet), webSays(http.StatusOK, "text/event-stream", ""))),
		Want:  "GET without the session id was not refused with 400",
	}, {
		Check: "streamable/session/unknown-id",
		Break: with(mcptest.Status(strangers(), http.StatusBadRequest)),
		Want:  "HTTP status 400",
	}, {
		Check: "streamable/session/delete",
		Break: with(mcptest.Status(remove, http.StatusNotImplemented)),
		Want:  "neither a status of success nor 405",
	}, {
		Check: "streamable/session/terminated",
		Break: with(mcptest.Without(mcptest.SkipSessionEnd)),
		Want:  "ping in the session that was ended was not refused with 404",
	}, {
		Check: "streamable/session/reopened",
		Break: func(s *mcptest.Server) {
			var ended atomic.Bool
			s.Faults = mcptest.Serve(func(r *http.Request, m mcp.Message) bool {
				if remove(r, m) {
					ended.Store(true)
				}
				return ended.Load() && m.Method() == "initialize"
			}, webSays(http.StatusBadRequest, "text/plain", "already initialized"))
		},
		Want: "initialize after a session was ended got no result",
	}, {
		Check: "streamable/session/reopened",
		Break: with(sessionNames(func(int) string { return "the-one-and-only-session" })),
		Want:  "gave its id again",
	}}
}

// secondGet picks the GETs of a session that has had one, unless they resume.
func secondGet() mcptest.Match {
	var had sync.Map
	return func(r *http.Request, m mcp.Message) bool {
		id := r.Header.Get("Mcp-Session-Id")
		if r.Method != http.MethodGet || resuming(r, m) || id == "" {
			return false
		}
		_, again := had.LoadOrStore(id, true)
		return again
	}
}

// TestStreamableAllows: what the specification leaves open is not flagged.
func TestStreamableAllows(t *testing.T) {
	get, remove := mcptest.OnVerb(http.MethodGet), mcptest.OnVerb(http.MethodDelete)
	refuse := func(match mcptest.Match, status int) mcptest.Faults {
		return mcptest.Serve(match, webSays(status, "text/plain", "no"))
	}
	uuid7 := func(n int) string {
		random := fmt.Sprintf("%x", rand.Text())
		return fmt.Sprintf("0192f0e4-%04x-7%s-8%s-%s", n, random[:3], random[3:6], random[6:18])
	}
	for name, allowed := range map[string]struct {
		faults mcptest.Faults
		as     map[string]conformance.Verdict
	}{
		"no sessions": {mcptest.Without(mcptest.SkipSessionID, mcptest.SkipEventID), map[string]conformance.Verdict{
			"streamable/session/id-on-initialize": conformance.Skip, "streamable/session/id-visible-ascii": conformance.Skip,
			"streamable/session/terminated": conformance.Skip, "streamable/session/initialize-without-id": conformance.Pass,
		}},
		"a session id that is not required": {mcptest.Without(mcptest.SkipSession), map[string]conformance.Verdict{
			"streamable/session/missing-id": conformance.Skip, "streamable/session/terminated": conformance.Pass,
		}},
		"no GET stream": {refuse(get, http.StatusMethodNotAllowed), map[string]conformance.Verdict{
			"streamable/get/served": conformance.Pass, "streamable/get/no-responses": conformance.Skip,
			"streamable/session/terminated": conformance.Pass, "streamable/session/missing-id": conformance.Pass,
		}},
		"one GET stream": {refuse(secondGet(), http.StatusConflict), map[string]conformance.Verdict{
			"streamable/get/second-stream": conformance.Pass, "streamable/get/no-broadcast": conformance.Unproven,
		}},
		"no event ids": {mcptest.Without(mcptest.SkipEventID), map[string]conformance.Verdict{
			"streamable/stream/priming": conformance.Skip, "streamable/resume/replay": conformance.Unproven,
			"streamable/resume/ids-unique": conformance.Unproven,
		}},
		"event ids without replay": {refuse(resuming, http.StatusBadRequest), map[string]conformance.Verdict{
			"streamable/resume/replay": conformance.Unproven, "streamable/resume/own-stream": conformance.Unproven,
		}},
		"sessions that clients cannot end": {refuse(remove, http.StatusMethodNotAllowed), map[string]conformance.Verdict{
			"streamable/session/delete": conformance.Pass, "streamable/session/terminated": conformance.Skip,
		}},
		"any Accept header": {mcptest.Without(mcptest.SkipAccept), map[string]conformance.Verdict{
			"streamable/accept/refusal": conformance.Pass,
		}},
		"malformed messages": {mcptest.Without(mcptest.SkipJSON), nil},
		"what is no notification refused in a body": {mcptest.Serve(func(_ *http.Request, m mcp.Message) bool { return m.Get("jsonrpc").Text() == "1.0" },
			webSays(http.StatusOK, "application/json", `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}`)),
			map[string]conformance.Verdict{"streamable/refusal/status": conformance.Pass}},
		"session ids with a time in them": {sessionNames(uuid7), map[string]conformance.Verdict{
			"streamable/session/id-secure": conformance.Pass,
		}},
		"a refusal with the id null": {mcptest.Serve(func(_ *http.Request, m mcp.Message) bool { return m.Get("jsonrpc").Text() == "1.0" },
			webSays(http.StatusBadRequest, "application/json", `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}`)),
			map[string]conformance.Verdict{"streamable/refusal/body": conformance.Pass}},
		"responses that are refused": {refuse(func(_ *http.Request, m mcp.Message) bool { return m.MessageKind() == mcp.ResponseMessage }, http.StatusNotFound),
			map[string]conformance.Verdict{"streamable/response/accepted": conformance.Unproven}},
		"keep-alive comments and retry times": {rewritten(mcptest.OnMethod("tools/list"), func(p []byte) []byte {
			return append([]byte(": alive\n\n"), p...)
		}), map[string]conformance.Verdict{"streamable/stream/messages": conformance.Pass, "streamable/stream/priming": conformance.Pass}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mcptest.New()
			server.Faults = allowed.faults
			report := judge(t, server, mcp.HTTP, func(o *conformance.Options) {
				o.Revisions, o.Check = []mcp.Revision{mcp.Rev20251125}, []string{"streamable/*"}
			})
			for _, f := range report.Findings {
				assert.NotContains(t, []conformance.Verdict{conformance.Fail, conformance.Warn, conformance.Errored}, f.Verdict, "%s: %s", f.Check, f.Message)
				if want, named := allowed.as[f.Check]; named {
					assert.Equal(t, want, f.Verdict, "%s: %s", f.Check, f.Message)
				}
			}
		})
	}
}
