package checks_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func statelessHTTPTwins() []twin {
	return slices.Concat(statelessEndpointTwins(), statelessOriginTwins(), statelessAnswerTwins(), statelessStatusTwins(),
		statelessHeaderTwins(), statelessNameTwins(), statelessParamTwins(), statelessSessionTwins())
}

// statelessAlone makes a server speak 2026-07-28 and nothing else.
func statelessAlone(s *mcptest.Server) { s.Revisions = []mcp.Revision{mcp.Rev20260728} }

// statelessBreaks makes Break of faults.
func statelessBreaks(f mcptest.Faults) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = f }
}

// statelessPeek reads the message of a request and puts its body back.
func statelessPeek(r *http.Request) mcp.Message {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	m, _ := mcp.ParseMessage(bytes.Clone(body))
	return m
}

// statelessMends makes a server lax: requests are changed before it looks at them.
func statelessMends(change func(r *http.Request, m mcp.Message)) mcptest.Faults {
	return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			change(r, statelessPeek(r))
			next.ServeHTTP(w, r)
		})
	}}
}

// statelessTooStrict refuses the requests picked as if their headers were wrong.
func statelessTooStrict(match mcptest.Match) mcptest.Faults {
	return mcptest.Serve(match, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32020,"message":"no"}}`, statelessPeek(r).ID().Raw())
	})
}

// statelessHasHeader picks the requests with a header.
func statelessHasHeader(name string) mcptest.Match {
	return func(r *http.Request, _ mcp.Message) bool { return r.Header.Get(name) != "" }
}

// statelessSays answers with a status and a body.
func statelessSays(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func statelessEndpointTwins() []twin {
	batched := func(_ *http.Request, m mcp.Message) bool { return m.MessageKind() == mcp.BatchMessage }
	responded := func(_ *http.Request, m mcp.Message) bool { return m.Result().Exists() }
	return []twin{{
		Check: "stateless/endpoint/post",
		Break: statelessBreaks(mcptest.Serve(mcptest.OnMethod("prompts/list"), http.NotFound)),
		Want:  "prompts/list is not served at the endpoint",
	}, {
		Check:   "stateless/endpoint/get",
		Prepare: statelessAlone,
		Break:   statelessBreaks(mcptest.Status(mcptest.OnVerb("GET"), http.StatusNotFound)),
		Want:    "HTTP status 404, not 405",
	}, {
		Check:   "stateless/endpoint/get",
		Prepare: statelessAlone,
		Break: statelessBreaks(mcptest.Serve(mcptest.OnVerb("GET"), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})),
		Want: "HTTP status 200, not 405",
	}, {
		Check:   "stateless/endpoint/delete",
		Prepare: statelessAlone,
		Break:   statelessBreaks(mcptest.Status(mcptest.OnVerb("DELETE"), http.StatusNoContent)),
		Want:    "HTTP status 204, not 405",
	}, {
		Check:   "stateless/endpoint/http-sse",
		Prepare: statelessAlone,
		Break:   statelessBreaks(mcptest.Serve(mcptest.OnVerb("GET"), statelessSays(http.StatusOK, "text/event-stream", "event: endpoint\ndata: /messages\n\n"))),
		Want:    "deprecated HTTP+SSE",
	}, {
		Check: "stateless/endpoint/batch",
		Break: statelessBreaks(mcptest.Serve(batched, statelessSays(http.StatusOK, "application/json",
			`[{"jsonrpc":"2.0","id":"mcpctl-1","result":{}},{"jsonrpc":"2.0","id":"mcpctl-2","result":{}}]`))),
		Want: "2 were served",
	}, {
		Check: "stateless/endpoint/batch",
		Break: statelessBreaks(mcptest.Serve(batched, statelessSays(http.StatusAccepted, "", ""))),
		Want:  "was not refused",
	}, {
		Check:   "stateless/endpoint/response",
		Prepare: statelessAlone,
		Break:   statelessBreaks(mcptest.Serve(responded, statelessSays(http.StatusAccepted, "", ""))),
		Want:    "was not refused",
	}, {
		Check: "stateless/endpoint/accept",
		Break: statelessBreaks(mcptest.Serve(func(r *http.Request, _ mcp.Message) bool { return r.Header.Get("Accept") == "application/json" },
			statelessSays(http.StatusInternalServerError, "text/plain", "oops"))),
		Want: "neither served nor refused",
	}}
}

func statelessOriginTwins() []twin {
	from := func(r *http.Request, start string) bool { return strings.HasPrefix(r.Header.Get("Origin"), start) }
	passes := func(when func(r *http.Request, m mcp.Message) bool) func(*mcptest.Server) {
		return statelessBreaks(statelessMends(func(r *http.Request, m mcp.Message) {
			if when(r, m) {
				r.Header.Del("Origin")
			}
		}))
	}
	return []twin{{
		Check: "stateless/origin/foreign",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipOrigin)),
		Want:  "was served, expected 403",
	}, {
		Check: "stateless/origin/foreign",
		Break: statelessBreaks(mcptest.Status(statelessHasHeader("Origin"), http.StatusBadRequest)),
		Want:  "not with 403",
	}, {
		Check: "stateless/origin/lookalike",
		Break: passes(func(r *http.Request, _ mcp.Message) bool { return from(r, "http://127.0.0.1") }),
		Want:  "http://127.0.0.1.evil.example was not refused",
	}, {
		Check: "stateless/origin/everywhere",
		Break: passes(func(_ *http.Request, m mcp.Message) bool { return m.Method() == "tools/list" }),
		Want:  "tools/list with Origin: https://evil.example was not refused with 403",
	}, {
		Check: "stateless/origin/everywhere",
		Break: passes(func(_ *http.Request, m mcp.Message) bool { return m.Method() == "notifications/cancelled" }),
		Want:  "notifications/cancelled with Origin: https://evil.example was not refused",
	}, {
		Check: "stateless/origin/everywhere",
		Break: statelessBreaks(mcptest.Serve(mcptest.OnVerb("GET"), statelessSays(http.StatusOK, "text/event-stream", ""))),
		Want:  "GET  with Origin",
	}, {
		Check: "stateless/origin/own",
		Break: statelessBreaks(mcptest.Serve(statelessHasHeader("Origin"), statelessSays(http.StatusForbidden, "text/plain", "no"))),
		Want:  "every Origin is refused",
	}, {
		Check: "stateless/origin/null",
		Break: passes(func(r *http.Request, _ mcp.Message) bool { return from(r, "null") }),
		Want:  "Origin: null was served",
	}, {
		Check: "stateless/origin/without-id",
		Break: statelessBreaks(mcptest.Faults{Edit: func(c *mcptest.Context, out map[string]any) {
			if c.HTTP != nil && c.HTTP.Header.Get("Origin") != "" {
				out["id"] = 1
			}
		}}),
		Want: "has the id 1",
	}, {
		Check: "stateless/origin/host",
		Break: statelessBreaks(statelessMends(func(r *http.Request, _ mcp.Message) {
			if r.Header.Get("Origin") == "http://"+r.Host {
				r.Header.Del("Origin")
				r.Host = "127.0.0.1"
			}
		})),
		Want: "the Origin that fits it was served",
	}, {
		Check: "stateless/origin/cors",
		Break: statelessBreaks(mcptest.SetHeader(mcptest.OnVerb("OPTIONS"), "Access-Control-Allow-Origin", "https://evil.example")),
		Want:  "OPTIONS from https://evil.example",
	}, {
		Check: "stateless/origin/cors",
		Break: statelessBreaks(mcptest.SetHeader(mcptest.OnMethod("server/discover"), "Access-Control-Allow-Origin", "https://evil.example")),
		Want:  "POST from https://evil.example",
	}}
}

// TestStatelessAllows holds what must not be flagged.
func TestStatelessAllows(t *testing.T) {
	for name, allowed := range map[string]struct {
		check   string
		prepare func(*mcptest.Server)
		allow   []string
		want    conformance.Verdict
	}{
		"a server that refuses every notification": {
			check: "stateless/notification/accepted", want: conformance.Unproven,
			prepare: statelessBreaks(mcptest.Status(mcptest.OnMethod("notifications/cancelled"), http.StatusBadRequest)),
		},
		"refusing unknown notifications": {
			check: "stateless/notification/refused", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Status(mcptest.OnMethod("notifications/mcpctl/unknown"), http.StatusNotFound)),
		},
		"a 403 in plain text": {
			check: "stateless/origin/without-id", want: conformance.Unproven,
			prepare: statelessBreaks(mcptest.Serve(statelessHasHeader("Origin"), statelessSays(http.StatusForbidden, "text/plain", "no"))),
		},
		"a guard that lets only some local pages in": {
			check: "stateless/origin/own", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Serve(func(r *http.Request, _ mcp.Message) bool {
				return strings.HasPrefix(r.Header.Get("Origin"), "http://127.0.0.1")
			}, statelessSays(http.StatusForbidden, "text/plain", "no"))),
		},
		"a preflight that grants nothing": {
			check: "stateless/origin/everywhere", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Serve(mcptest.OnVerb("OPTIONS"), statelessSays(http.StatusNoContent, "", ""))),
		},
		"an absent version header read as 2025-03-26": {
			check: "stateless/version-header/missing", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Serve(func(r *http.Request, _ mcp.Message) bool {
				return r.Method == "POST" && r.Header.Get("Mcp-Protocol-Version") == "" && r.Header.Get("Mcp-Method") != ""
			}, statelessSays(http.StatusNotFound, "text/plain", "no session"))),
		},
		"a version header of the handshake era taken at its word": {
			check: "stateless/version-header/mismatch", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Serve(func(r *http.Request, m mcp.Message) bool {
				return r.Header.Get("Mcp-Protocol-Version") == "2025-11-25" && m.Method() == "server/discover"
			}, statelessSays(http.StatusNotFound, "text/plain", "no session"))),
		},
		"a request without a proper id taken for a notification": {
			check: "stateless/answer/content-type", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Serve(func(_ *http.Request, m mcp.Message) bool {
				return m.ID().Is(mcp.Null)
			}, statelessSays(http.StatusAccepted, "", ""))),
		},
		"bytes refused below MCP": {
			check: "stateless/headers/characters", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Serve(func(r *http.Request, _ mcp.Message) bool {
				return strings.Contains(r.Header.Get("Mcp-Name"), "\u00f1")
			}, statelessSays(http.StatusBadRequest, "text/plain", "bad header"))),
		},
		"an unknown tool as the result of a tool": {
			check: "stateless/name-header/missing/tools-call", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Serve(func(r *http.Request, m mcp.Message) bool {
				return m.Method() == "tools/call" && r.Header.Get("Mcp-Name") != ""
			}, func(w http.ResponseWriter, r *http.Request) {
				statelessSays(http.StatusOK, "application/json", fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"resultType":"complete","isError":true,"content":[]}}`, statelessPeek(r).ID().Raw()))(w, r)
			})),
		},
		"tools without mirrored parameters": {
			check: "stateless/param-header/mismatch", want: conformance.Unproven, allow: []string{"echo"},
		},
		"a server of this revision alone that keeps HTTP+SSE for old clients": {
			check: "stateless/endpoint/get", want: conformance.Skip,
			prepare: func(s *mcptest.Server) {
				statelessAlone(s)
				s.Faults = mcptest.Serve(mcptest.OnVerb("GET"), statelessSays(http.StatusOK, "text/event-stream", "event: endpoint\ndata: /messages\n\n"))
			},
		},
		"keep-alive comments after the response": {
			check: "stateless/answer/final-last", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.Serve(mcptest.OnMethod("prompts/list"), func(w http.ResponseWriter, r *http.Request) {
				statelessSays(http.StatusOK, "text/event-stream", fmt.Sprintf("data: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"prompts\":[]}}\n\n:\n\n", statelessPeek(r).ID().Raw()))(w, r)
			})),
		},
		"notifications of an extension": {
			check: "stateless/answer/related", want: conformance.Pass,
			prepare: statelessBreaks(mcptest.SendBefore("tools/list", map[string]any{"jsonrpc": "2.0", "method": "notifications/com.example/hint"})),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check, ok := checks.Find(allowed.check)
			require.True(t, ok, allowed.check)
			if allowed.prepare == nil {
				allowed.prepare = func(*mcptest.Server) {}
			}
			f := twin{Allow: allowed.allow}.run(t, check, place{mcp.Rev20260728, mcp.HTTP}, allowed.prepare)
			assert.Equal(t, allowed.want, f.Verdict, "%s%v", f.Message, f.Details)
		})
	}
}

// TestStatelessPublicServer: a server that is not on this machine may serve
// every web page, and nothing is proven by that.
func TestStatelessPublicServer(t *testing.T) {
	server := mcptest.New()
	server.Faults = mcptest.Without(mcptest.SkipOrigin, mcptest.SkipHost)
	target := server.Target(t, mcp.HTTP)
	at, err := url.Parse(target.URL)
	require.NoError(t, err)
	target.URL = "http://mcp.example" + at.Path
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at.Host)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	target.Client = &http.Client{Transport: transport}
	o := conformance.DefaultOptions()
	o.Revisions, o.Check, o.Limits = []mcp.Revision{mcp.Rev20260728}, []string{"stateless/origin/*"}, quickLimits()
	plan, err := conformance.NewPlan(t.Context(), target, checks.All(), o)
	require.NoError(t, err)
	verdicts := map[string]conformance.Verdict{}
	for _, f := range plan.Run(t.Context(), nil).Findings {
		verdicts[strings.TrimPrefix(f.Check, "stateless/origin/")] = f.Verdict
	}
	unproven := conformance.Unproven
	assert.Equal(t, map[string]conformance.Verdict{
		"foreign": unproven, "lookalike": unproven, "everywhere": unproven, "null": unproven, "without-id": unproven, "cors": unproven,
		"own": conformance.Pass, "host": conformance.Skip,
	}, verdicts)
}

// TestStatelessOldRequests: a server of both eras may make a session for what
// its header says is a request of the handshake era, as some probes do.
func TestStatelessOldRequests(t *testing.T) {
	server := mcptest.New()
	server.Faults = mcptest.SetHeader(func(r *http.Request, _ mcp.Message) bool {
		return r.Header.Get("Mcp-Protocol-Version") != "2026-07-28"
	}, "Mcp-Session-Id", "s-1")
	report := judge(t, server, mcp.HTTP, func(o *conformance.Options) {
		o.Revisions, o.Check = []mcp.Revision{mcp.Rev20260728}, []string{"stateless/version-header/*", "stateless/session/none"}
	})
	require.Len(t, report.Findings, 3)
	for _, f := range report.Findings {
		assert.Equal(t, conformance.Pass, f.Verdict, "%s: %s", f.Check, f.Message)
	}
}
