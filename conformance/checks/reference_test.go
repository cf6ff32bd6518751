package checks_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// judge runs all checks on the server over a transport.
func judge(t *testing.T, server *mcptest.Server, kind mcp.TransportKind, change func(*conformance.Options)) *conformance.Report {
	t.Helper()
	o := conformance.DefaultOptions()
	o.Limits = quickLimits()
	change(&o)
	plan, err := conformance.NewPlan(t.Context(), server.Target(t, kind), checks.All(), o)
	require.NoError(t, err)
	return plan.Run(t.Context(), nil)
}

// allTools lets the run call every tool of the reference server.
func allTools(o *conformance.Options) { o.Reach, o.AllowTools = conformance.Invoke, []string{"*"} }

// TestReferenceServer: a server that keeps every rule is not flagged once, in
// any revision, over any transport, whether its tools are called or not.
func TestReferenceServer(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
		for name, reach := range map[string]func(*conformance.Options){"provoke": func(*conformance.Options) {}, "invoke": allTools} {
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				t.Parallel()
				report := judge(t, mcptest.New(), kind, reach)
				passed := 0
				for _, f := range report.Findings {
					switch f.Verdict {
					case conformance.Fail, conformance.Warn, conformance.Errored, conformance.Blocked:
						assert.Fail(t, string(f.Verdict), "%s in %s: %s %v", f.Check, f.Revision, f.Message, f.Details)
					case conformance.Pass:
						passed++
					}
				}
				assert.Greater(t, passed, len(report.Findings)/3, "most checks have something to judge")
			})
		}
	}
}

// TestShuffled: the order of the checks changes no verdict, and neither does
// how many run at once.
func TestShuffled(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			broken := func() *mcptest.Server {
				s := mcptest.New()
				s.Faults = mcptest.Combine(mcptest.SetIn("ping", "/pong", true), mcptest.DropIn("tools/list", "/tools/echo/inputSchema"))
				return s
			}
			verdicts := func(change func(*conformance.Options)) map[string]conformance.Verdict {
				all := map[string]conformance.Verdict{}
				for _, f := range judge(t, broken(), kind, change).Findings {
					all[f.Check+"@"+string(f.Revision)] = f.Verdict
				}
				return all
			}
			want := verdicts(func(o *conformance.Options) { o.Parallel = 1 })
			require.Equal(t, conformance.Fail, want["ping/result/empty@2025-11-25"])
			for seed := range uint64(3) {
				assert.Equal(t, want, verdicts(func(o *conformance.Options) { o.Shuffle, o.Parallel = seed+1, 16 }), "seed %d", seed+1)
			}
		})
	}
}

// TestNoToolWithoutConsent: no check asks for a listed tool unless the user
// allowed it, whatever the check is after.
func TestNoToolWithoutConsent(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			server := mcptest.New()
			listed := map[string]bool{}
			for _, tool := range server.Tools {
				listed[tool.Name] = true
			}
			var mu sync.Mutex
			var asked []string
			server.Faults.Line = func(_ *mcptest.Context, line []byte) ([][]byte, bool) {
				m, err := mcp.ParseMessage(bytes.Clone(line))
				if err == nil && m.Method() == "tools/call" && listed[m.Params().Get("name").Text()] {
					mu.Lock()
					defer mu.Unlock()
					asked = append(asked, m.String())
				}
				return nil, false
			}
			judge(t, server, kind, func(*conformance.Options) {})
			assert.Empty(t, asked)
			judge(t, server, kind, func(o *conformance.Options) { o.Reach, o.AllowTools = conformance.Invoke, []string{"echo"} })
			for _, line := range asked {
				assert.Contains(t, line, `"name":"echo"`)
			}
			assert.NotEmpty(t, asked, "the allowed tool was called")
		})
	}
}
