package checks_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func securityTwins() []twin {
	open := func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipOrigin) }
	return []twin{{
		Check: "security/origin/foreign",
		Break: open,
		Want:  "initialize with Origin: https://evil.example was served",
	}, {
		Check: "security/origin/status",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Status(fromOrigin("https://evil.example"), http.StatusBadRequest)
		},
		Want: "but not with 403",
	}, {
		Check: "security/origin/status",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.SetHeader(fromOrigin("https://evil.example"), "Mcp-Session-Id", "opened-all-the-same")
		},
		Want: "and yet got the session id",
	}, {
		Check: "security/origin/everywhere",
		Break: func(s *mcptest.Server) {
			s.Faults = blindToOrigin(func(r *http.Request, m mcp.Message) bool { return m.Method() == "ping" })
		},
		Want: "POST ping with Origin",
	}, {
		Check: "security/origin/everywhere",
		Break: func(s *mcptest.Server) {
			s.Faults = blindToOrigin(func(r *http.Request, _ mcp.Message) bool { return r.Method == http.MethodGet })
		},
		Want: "GET with Origin",
	}, {
		Check: "security/origin/null",
		Break: func(s *mcptest.Server) { s.Faults = blindToOrigin(fromOrigin("null")) },
		Want:  "Origin: null was served",
	}, {
		Check: "security/origin/without-id",
		Prepare: func(s *mcptest.Server) {
			s.Faults = refusesOrigin(`{"jsonrpc":"2.0","error":{"code":-32000,"message":"no"}}`)
		},
		Break: func(s *mcptest.Server) {
			s.Faults = refusesOrigin(`{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}`)
		},
		Want: "has the id 1, expected none",
	}, {
		Check: "security/origin/absent",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Serve(func(r *http.Request, m mcp.Message) bool {
				return m.Method() == "ping" && r.Header.Get("Origin") == ""
			}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
		},
		Want: "ping without Origin was refused",
	}, {
		Check: "security/origin/event-stream",
		Break: open,
		Want:  "with Origin: https://evil.example was not refused",
	}, {
		Check: "security/session/random",
		Break: func(s *mcptest.Server) { s.Faults = countedSessions() },
		Want:  "session ids count up",
	}, {
		Check: "security/session/random",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.SetHeader(mcptest.OnMethod("initialize"), "Mcp-Session-Id", "the-session")
		},
		Want: `every session has the id "the-session"`,
	}, {
		Check: "security/handles/unpredictable",
		Break: func(s *mcptest.Server) {
			var n atomic.Int64
			for i := range s.Tools {
				if s.Tools[i].Name == "handle" {
					s.Tools[i].Call = func(*mcptest.Call) (map[string]any, error) {
						return mcptest.Content(mcptest.Text(fmt.Sprintf("handle-%04d", n.Add(1)))), nil
					}
				}
			}
		},
		Allow: []string{"handle"},
		Want:  "they count up",
	}, {
		Check: "security/hostile/long-string",
		Break: func(s *mcptest.Server) { s.Faults = endsOn("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") },
		Want:  "a long string",
	}, {
		Check: "security/hostile/deep-nesting",
		Break: func(s *mcptest.Server) { s.Faults = endsOn("[[[[[[[[[[[[[[[[") },
		Want:  "a deep nesting",
	}, {
		Check: "security/hostile/lone-surrogate",
		Break: func(s *mcptest.Server) { s.Faults = endsOn(`\ud800 \udc00`) },
		Want:  "a lone surrogate",
	}, {
		Check: "security/hostile/nul-character",
		Break: func(s *mcptest.Server) { s.Faults = endsOn(`\u0000`) },
		Want:  "a nul character",
	}, {
		Check: "security/resources/uri-validated",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Answer("resources/read", map[string]any{
				"contents": []any{mcptest.TextContents("mcptest://text/greeting", "text/plain", "always the same")},
			})
		},
		Want: "was not refused",
	}, {
		Check: "security/completion/types",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipParams) },
		Want:  "was not refused",
	}, {
		Check: "security/resources/path-traversal",
		Break: func(s *mcptest.Server) { s.Faults = leaksPasswd() },
		Want:  "a file outside was read",
	}}
}

// fromOrigin picks the requests of a page.
func fromOrigin(origin string) mcptest.Match {
	return func(r *http.Request, _ mcp.Message) bool { return r.Header.Get("Origin") == origin }
}

// blindToOrigin hides the origin of the requests picked from the server.
func blindToOrigin(match func(*http.Request, mcp.Message) bool) mcptest.Faults {
	return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
		return mcptest.Serve(match, func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Origin")
			next.ServeHTTP(w, r)
		}).HTTP(next)
	}}
}

// refusesOrigin answers foreign pages with 403 and a body.
func refusesOrigin(body string) mcptest.Faults {
	return mcptest.Serve(fromOrigin("https://evil.example"), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(body))
	})
}

// countedSessions gives sessions numbers to the outside.
func countedSessions() mcptest.Faults {
	var n atomic.Int64
	return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Mcp-Session-Id")
			next.ServeHTTP(renamed{w, &n}, r)
		})
	}}
}

// renamed replaces the session id of an answer by a number.
type renamed struct {
	http.ResponseWriter
	n *atomic.Int64
}

// WriteHeader writes the changed header.
func (w renamed) WriteHeader(status int) {
	if w.Header().Get("Mcp-Session-Id") != "" {
		w.Header().Set("Mcp-Session-Id", fmt.Sprintf("session-%06d", w.n.Add(1)))
	}
	w.ResponseWriter.WriteHeader(status)
}

// endsOn ends the process at a line that holds a text.
func endsOn(text string) mcptest.Faults {
	return mcptest.Faults{ExitOn: func(_ *mcptest.Context, m mcp.Message) bool { return bytes.Contains(m.Raw(), []byte(text)) }}
}

// leaksPasswd serves the file of passwords to all who climb to it.
func leaksPasswd() mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		uri := m.Params().Get("uri").Text()
		if m.Method() != "resources/read" || !strings.Contains(uri, "../") || !strings.HasSuffix(uri, "etc/passwd") {
			return nil, false
		}
		contents := mcptest.TextContents(uri, "text/plain", "root:x:0:0:root:/root:/bin/sh\n")
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": map[string]any{"contents": []any{contents}}}}, true
	}}
}

// TestSecurityAllows: what a server may do without being flagged.
func TestSecurityAllows(t *testing.T) {
	for name, c := range map[string]struct {
		kind   mcp.TransportKind
		faults mcptest.Faults
	}{
		"no session ids":     {mcp.HTTP, mcptest.Without(mcptest.SkipSessionID)},
		"403 without a body": {mcp.HTTP, refusesOrigin("")},
		"hostile input is a parse error": {mcp.Stdio, mcptest.Faults{Line: func(_ *mcptest.Context, line []byte) ([][]byte, bool) {
			if len(line) < 10_000 {
				return nil, false
			}
			return [][]byte{[]byte(`{"jsonrpc":"2.0","error":{"code":-32700,"message":"the message is too long"}}`)}, true
		}}},
		"hostile input is passed over": {mcp.Stdio, mcptest.Faults{Line: func(_ *mcptest.Context, line []byte) ([][]byte, bool) {
			return nil, len(line) > 10_000
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mcptest.New()
			s.Faults = c.faults
			report := judge(t, s, c.kind, func(o *conformance.Options) { o.Check = []string{"security/"} })
			for _, f := range report.Findings {
				assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip, conformance.Unproven}, f.Verdict, "%s in %s: %s", f.Check, f.Revision, f.Message)
			}
		})
	}
}

// elsewhere gives a server on this machine an address that does not say so.
func elsewhere(target mcp.Target) mcp.Target {
	at := strings.TrimPrefix(target.URL, "http://")
	host, path, _ := strings.Cut(at, "/")
	target.URL = "http://mcp.example.com/" + path
	target.Client = &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, host)
		},
	}}
	return target
}

// TestSecurityOpenToAll: a public server may mean to serve every page, so
// nothing is held against it.
func TestSecurityOpenToAll(t *testing.T) {
	s := mcptest.New()
	s.Faults = mcptest.Without(mcptest.SkipOrigin, mcptest.SkipHost)
	target := s.Target(t, mcp.HTTP)
	target = elsewhere(target)
	o := conformance.DefaultOptions()
	o.Limits, o.Check = quickLimits(), []string{"security/origin/"}
	ctx, cancel := context.WithTimeout(t.Context(), 20*quickLimits().Call)
	defer cancel()
	plan, err := conformance.NewPlan(ctx, target, checks.All(), o)
	require.NoError(t, err)
	for _, f := range plan.Run(ctx, nil).Findings {
		if f.Check == "security/origin/foreign" {
			assert.Equal(t, conformance.Unproven, f.Verdict, f.Message)
		}
		assert.NotEqual(t, conformance.Fail, f.Verdict, "%s: %s", f.Check, f.Message)
	}
}
