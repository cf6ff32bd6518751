package checks_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func httpSSETwins() []twin {
	stream := func(r *http.Request, _ mcp.Message) bool { return r.Method == http.MethodGet && r.URL.Path == "/sse" }
	posted := func(r *http.Request, _ mcp.Message) bool { return r.Method == http.MethodPost && r.URL.Path == "/sse" }
	response := func(_ *http.Request, m mcp.Message) bool { return m.MessageKind() == mcp.ResponseMessage }
	replaced := func(old, fresh string) func(*mcptest.Server) {
		return with(rewritten(stream, func(p []byte) []byte { return bytes.ReplaceAll(p, []byte(old), []byte(fresh)) }))
	}
	pinged := func(_ *http.Request, m mcp.Message) bool { return m.ID().Text() == "mcpctl-ping" }
	silent := func(_ *mcptest.Context, m mcp.Message) ([]any, bool) { return nil, m.ID().Text() == "mcpctl-ping" }
	return []twin{{
		Check: "http-sse/endpoint/announced",
		Break: replaced("/messages?", "/messages?client=a|b&"),
		Want:  "which is no URI",
	}, {
		Check: "http-sse/endpoint/first",
		Break: replaced("event: endpoint", "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\nevent: endpoint"),
		Want:  `has the name "", not endpoint`,
	}, {
		Check: "http-sse/endpoint/accepts",
		Break: with(mcptest.Status(mcptest.OnMethod("notifications/initialized"), http.StatusBadRequest)),
		Want:  "notifications/initialized, posted to the address that the stream names, was not accepted",
	}, {
		Check: "http-sse/endpoint/accepts",
		Break: with(mcptest.Status(response, http.StatusInternalServerError)),
		Want:  "a response, posted to the address that the stream names, was not accepted",
	}, {
		Check: "http-sse/message/event-name",
		Break: replaced("event: message", "event: rpc"),
		Want:  `an event of the name "rpc"`,
	}, {
		Check: "http-sse/message/json",
		Break: with(mcptest.SendBefore("tools/list", "hello")),
		Want:  "a message event holds a string",
	}, {
		Check: "http-sse/message/json",
		Break: with(mcptest.Mangle("ping", func([]byte) []byte { return []byte("alive") })),
		Want:  "text that is not JSON",
	}, {
		Check: "http-sse/response/on-stream",
		Break: with(mcptest.Serve(pinged, webSays(http.StatusOK, "application/json", `{"jsonrpc":"2.0","id":"mcpctl-ping","result":{}}`))),
		Want:  "came as the answer to the POST",
	}, {
		Check: "http-sse/response/on-stream",
		Break: with(mcptest.Faults{Handle: silent}),
		Want:  "did not come on the stream",
	}, {
		Check: "http-sse/connections/independent",
		Break: with(firstConnection()),
		Want:  "with another client connected, got no result",
	}, {
		Check: "http-sse/compat/post-refused",
		On:    mcp.SSE,
		Break: with(mcptest.Status(posted, http.StatusInternalServerError)),
		Want:  "was not refused with a 4xx status",
	}, {
		Check: "http-sse/compat/post-refused",
		On:    mcp.SSE,
		Break: with(mcptest.Status(posted, http.StatusUnprocessableEntity)),
		Want:  "clients fall back on 400, 404 and 405",
	}}
}

// firstConnection takes the pings of all connections for those of the first.
func firstConnection() mcptest.Faults {
	var mu sync.Mutex
	first := ""
	return webMends(func(r *http.Request, m mcp.Message) {
		mu.Lock()
		defer mu.Unlock()
		if first == "" && r.URL.Path == "/messages" {
			first = r.URL.RawQuery
		}
		if strings.HasPrefix(m.ID().Text(), "mcpctl-") {
			r.URL.RawQuery = first
		}
	})
}

// TestHTTPSSEAllows: what the specification leaves open is not flagged.
func TestHTTPSSEAllows(t *testing.T) {
	stream := func(r *http.Request, _ mcp.Message) bool { return r.Method == http.MethodGet }
	response := func(_ *http.Request, m mcp.Message) bool { return m.MessageKind() == mcp.ResponseMessage }
	for name, faults := range map[string]mcptest.Faults{
		"unnamed events": rewritten(stream, func(p []byte) []byte { return bytes.ReplaceAll(p, []byte("event: message\n"), nil) }),
		"keep-alive events of another name": rewritten(stream, func(p []byte) []byte {
			return append(bytes.Clone(p), "event: ping\ndata: 2026-01-01\n\n: alive\n\n"...)
		}),
		"a retry time first":         rewritten(stream, func(p []byte) []byte { return append([]byte("retry: 100\n\n"), p...) }),
		"status 200 for every POST":  mcptest.Status(mcptest.OnVerb(http.MethodPost), http.StatusOK),
		"responses nobody asked for": mcptest.Status(response, http.StatusNotFound),
		"an absolute address": {HTTP: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(&rewriter{w, func(p []byte) []byte {
					return bytes.ReplaceAll(p, []byte("data: /messages"), []byte("data: http://"+r.Host+"/messages"))
				}}, r)
			})
		}},
	} {
		for _, revision := range []mcp.Revision{mcp.Rev20241105, mcp.Rev20250618} {
			t.Run(name+" in "+string(revision), func(t *testing.T) {
				t.Parallel()
				server := mcptest.New()
				server.Faults = faults
				report := judge(t, server, mcp.SSE, func(o *conformance.Options) {
					o.Revisions, o.Check = []mcp.Revision{revision}, []string{"http-sse/*"}
				})
				for _, f := range report.Findings {
					ok := f.Verdict == conformance.Pass || name == "status 200 for every POST" && f.Check == "http-sse/compat/post-refused"
					assert.True(t, ok, "%s is %s: %s", f.Check, f.Verdict, f.Message)
				}
			})
		}
	}
}
