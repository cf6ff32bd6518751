// Package realtest judges the pinned real servers with every check there is,
// and holds what is found to a committed expectation: each entry was looked
// into by hand, so that a new false alarm fails as loudly as a defect that
// mcpctl no longer sees. It has no code of its own.
package realtest_test

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/testservers"
)

var update = flag.Bool("update", false, "add what is found to the expectations, to be looked into")

// harmless are the tools of each server that may be called: all but those that
// write files, drive a browser or send requests to addresses of their own.
var harmless = map[string][]string{
	"everything": {"echo", "get-*", "simulate-*", "toggle-*", "trigger-*"},
	"filesystem": {"list_allowed_directories"},
	"go-sdk":     {"*"},
	"mcp-go":     {"*"},
	"python":     {"*"},
}

// One server after the other: each run keeps both cores of a small machine busy.
func TestFindingsOnRealServers(t *testing.T) {
	dir := testservers.Dir(t)
	for _, s := range testservers.List(dir) {
		t.Run(s.Name, func(t *testing.T) {
			path := filepath.Join("testdata", s.Name+".yaml")
			known, err := readExpectations(path)
			require.NoError(t, err)
			for _, r := range runsOf(s) {
				t.Run(r.name, func(t *testing.T) { r.hold(t, &known) })
			}
			if *update {
				require.NoError(t, known.write(path))
			}
			for _, f := range known.Found {
				assert.NotContains(t, f.Judged, unjudged, "%s on %s", f.Check, s.Name)
				assert.NotEmpty(t, f.Judged, "%s on %s", f.Check, s.Name)
			}
		})
	}
}

// realRun is one run of the judge on one server.
type realRun struct {
	name      string
	transport mcp.TransportKind
	target    func(testing.TB) mcp.Target
	tools     []string // that may be called
}

// runsOf are the runs for a server: over each of its transports without calling
// a tool, and over stdio calling the harmless ones.
func runsOf(s testservers.Server) []realRun {
	stdio := func(testing.TB) mcp.Target { return mcp.Target{Name: s.Name, Command: s.Stdio} }
	runs := []realRun{{name: "stdio", transport: mcp.Stdio, target: stdio}}
	if tools := harmless[s.Name]; len(tools) > 0 {
		runs = append(runs, realRun{name: "stdio, calling tools", transport: mcp.Stdio, target: stdio, tools: tools})
	}
	if s.HTTP != nil {
		runs = append(runs, realRun{name: "http", transport: mcp.HTTP, target: func(t testing.TB) mcp.Target {
			return mcp.Target{Name: s.Name, URL: testservers.StartHTTP(t, s)}
		}})
	}
	if s.SSE != nil {
		runs = append(runs, realRun{name: "sse", transport: mcp.SSE, target: func(t testing.TB) mcp.Target {
			return mcp.Target{Name: s.Name, URL: testservers.StartSSE(t, s)}
		}})
	}
	return runs
}

// judge runs every check that applies, in every revision that is spoken.
func (r realRun) judge(t *testing.T) *conformance.Report {
	t.Helper()
	o := conformance.DefaultOptions()
	if r.transport != mcp.Stdio {
		o.Transport = r.transport
	}
	if len(r.tools) > 0 {
		o.Reach, o.AllowTools = conformance.Invoke, r.tools
	}
	plan, err := conformance.NewPlan(t.Context(), r.target(t), checks.All(), o)
	require.NoError(t, err)
	report := plan.Run(t.Context(), nil)
	t.Logf("%d checks in %d ms: %v", len(report.Findings), report.Millis, report.Summary)
	return report
}

// hold compares what the run finds with what is known.
func (r realRun) hold(t *testing.T, known *expectations) {
	report := r.judge(t)
	invoke := len(r.tools) > 0
	if *update {
		known.learn(report, invoke)
	}
	require.False(t, report.Interrupted)
	for _, difference := range known.differences(report, invoke) {
		t.Error(difference)
	}
}
