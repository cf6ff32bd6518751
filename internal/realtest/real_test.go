// Package realtest judges the pinned real servers with every check there is,
// and holds what is found to a committed expectation: each entry was looked
// into by hand, so that a new false alarm fails as loudly as a defect that
// mcpctl no longer sees. It has no code of its own.
package realtest_test

import (
	"flag"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/testservers"
)

var update = flag.Bool("update", false, "add what is found to the expectations, to be looked into")

// Two servers at a time, as a run is busy with starting processes or waiting
// for what does not come; the runs on one server one after the other.
func TestFindingsOnRealServers(t *testing.T) {
	dir := testservers.Dir(t)
	for _, s := range testservers.List(dir) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", s.Name+".yaml")
			known, err := readExpectations(path)
			require.NoError(t, err)
			for _, r := range runsOf(t, s) {
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
	tools     []string      // that may be called
	patience  time.Duration // for an answer; 0 is the usual
}

// runsOf are the runs for a server: over each of its transports without calling
// a tool, and over one calling the harmless ones: those that write no files,
// drive no browser, send no requests to addresses of their own and do not take
// their time.
func runsOf(t *testing.T, s testservers.Server) []realRun {
	t.Helper()
	stdio := realRun{name: "stdio", transport: mcp.Stdio, target: func(testing.TB) mcp.Target {
		return mcp.Target{Name: s.Name, Command: s.Stdio}
	}}
	http := realRun{name: "http", transport: mcp.HTTP, target: func(t testing.TB) mcp.Target {
		return mcp.Target{Name: s.Name, URL: testservers.StartHTTP(t, s)}
	}}
	sse := realRun{name: "sse", transport: mcp.SSE, target: func(t testing.TB) mcp.Target {
		return mcp.Target{Name: s.Name, URL: testservers.StartSSE(t, s)}
	}}
	switch s.Name {
	case "everything": // calls over HTTP, for a process takes long to start
		return []realRun{stdio, http, sse, http.calling("echo", "get-*", "simulate-*", "toggle-*", "trigger-agentic-*", "trigger-elicitation-*", "trigger-sampling-*", "trigger-url-*")}
	case "filesystem": // one run tells what two would
		return []realRun{stdio.calling("list_allowed_directories")}
	case "playwright":
		return []realRun{stdio, http, sse}
	case "go-sdk": // its tool ping waits for answers that must not come
		impatient := stdio.calling("*")
		impatient.patience = 2 * time.Second
		return []realRun{stdio, impatient, http}
	case "mcp-go":
		return []realRun{stdio, stdio.calling("*"), http}
	case "python":
		return []realRun{stdio, http, http.calling("*"), sse}
	}
	t.Fatalf("nobody has said which tools of %s are harmless", s.Name)
	return nil
}

// calling is the run with tools that may be called.
func (r realRun) calling(tools ...string) realRun {
	r.name += ", calling tools"
	r.tools = tools
	return r
}

// judge runs every check that applies, in every revision that is spoken.
func (r realRun) judge(t *testing.T) *conformance.Report {
	t.Helper()
	o := conformance.DefaultOptions()
	o.Limits.Start = time.Minute // some take long to start on a machine that is busy
	if r.transport != mcp.Stdio {
		o.Transport = r.transport
	}
	if r.patience > 0 {
		o.Limits.Call = r.patience
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
