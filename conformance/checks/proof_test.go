package checks_test

import (
	"context"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// twin proves one check both ways: the reference server passes it, and fails
// it once Break has broken one thing. In every era in which the check claims
// something it is proven in the newest revision where a claim binds.
type twin struct {
	Check string
	// Break breaks the reference server in one way.
	Break func(*mcptest.Server)
	// Want is part of the message that the broken server must earn.
	Want string
	// Prepare readies the server for both runs, where the check needs
	// something that the reference server does not have.
	Prepare func(*mcptest.Server)
	// Allow are the tools that the check may call.
	Allow []string
	// In and On prove the check in one revision, on one transport only.
	In mcp.Revision
	On mcp.TransportKind
}

// twins lists the proofs of all suites.
func twins() []twin {
	var all []twin
	for _, suite := range [][]twin{
		baseTwins(),
		lifecycleTwins(),
		versioningTwins(),
		pingTwins(),
		batchingTwins(),
		rpcErrorsTwins(),
		toolsTwins(),
		paginationTwins(),
		cachingTwins(),
		resourcesTwins(),
		promptsTwins(),
		completionTwins(),
		loggingTwins(),
		subscriptionsTwins(),
		progressTwins(),
		cancellationTwins(),
		elicitationTwins(),
		samplingTwins(),
		rootsTwins(),
		mrtrTwins(),
		stdioTwins(),
		streamableTwins(),
		statelessHTTPTwins(),
		httpSSETwins(),
		securityTwins(),
		wireTwins(),
	} {
		all = append(all, suite...)
	}
	return all
}

// TestEveryCheckHasTwins enumerates the checks that nothing proves.
func TestEveryCheckHasTwins(t *testing.T) {
	proven := map[string]bool{}
	for _, w := range twins() {
		_, known := checks.Find(w.Check)
		assert.True(t, known, "a twin proves %s, which is no check", w.Check)
		require.NotNil(t, w.Break, "the twin of %s breaks nothing", w.Check)
		proven[w.Check] = true
	}
	for _, suite := range checks.All() {
		for _, c := range suite.Checks {
			assert.True(t, proven[c.ID], "%s has no twin: write one into the test of its suite", c.ID)
		}
	}
}

// TestProofs runs every twin.
func TestProofs(t *testing.T) {
	shown := &examples{kept: map[string]txtar.File{}}
	if *update {
		t.Cleanup(func() { shown.write(t) })
	}
	for i, w := range twins() {
		check, ok := checks.Find(w.Check)
		if !ok {
			continue // TestEveryCheckHasTwins says so
		}
		places := w.places(check)
		if !assert.NotEmpty(t, places, "%s binds nowhere that its twin names", w.Check) {
			continue
		}
		for n, at := range places {
			t.Run(w.Check+"@"+string(at.revision)+"/"+string(at.transport), func(t *testing.T) {
				t.Parallel()
				good := w.run(t, check, at, func(*mcptest.Server) {})
				require.Equal(t, conformance.Pass, good.Verdict, "the reference server: %s%v", good.Message, good.Details)
				bad := w.run(t, check, at, w.Break)
				want := conformance.Warn
				if good.Level == "must" {
					want = conformance.Fail
				}
				require.Equal(t, want, bad.Verdict, "the broken server: %s", bad.Message)
				assert.Contains(t, bad.Message, w.Want)
				assert.NotEmpty(t, bad.Evidence, "a finding shows the exchange that proves it")
				shown.keep(10*i+n, "pass", good)
				shown.keep(10*i+n, "fail", bad)
			})
		}
	}
}

// place is a revision and transport.
type place struct {
	revision  mcp.Revision
	transport mcp.TransportKind
}

// places are where the twin proves the check: once in each era, in the newest
// revision and the first transport where it binds and its needs can be met.
func (w twin) places(c conformance.Check) []place {
	var all []place
	done := map[mcp.Era]bool{}
	timeline := mcp.Timeline()
	for i := range timeline {
		r := timeline[len(timeline)-1-i]
		if done[r.Era()] || w.In != "" && w.In != r {
			continue
		}
		for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
			if w.On != "" && w.On != kind || len(c.Binding(r, kind)) == 0 || !fits(c.Needs, kind) {
				continue
			}
			all = append(all, place{r, kind})
			done[r.Era()] = true
			break
		}
	}
	return all
}

// fits reports whether the needs allow the transport.
func fits(needs string, kind mcp.TransportKind) bool {
	f := conformance.Facts{Transport: kind}
	for _, word := range []string{"stdio", "http", "sse"} {
		if hasWord(needs, word) && f.Missing(word) != "" {
			return false
		}
	}
	return kind != mcp.Stdio || !hasWord(needs, "sessions")
}

// run judges the server with this check alone.
func (w twin) run(t *testing.T, c conformance.Check, at place, change func(*mcptest.Server)) conformance.Finding {
	server := mcptest.New()
	if w.Prepare != nil {
		w.Prepare(server)
	}
	change(server)
	o := conformance.DefaultOptions()
	o.Revisions, o.Auto, o.Check = []mcp.Revision{at.revision}, false, []string{c.ID}
	o.Limits = quickLimits()
	if len(w.Allow) > 0 {
		o.Reach, o.AllowTools = conformance.Invoke, w.Allow
	}
	ctx, cancel := context.WithTimeout(t.Context(), quickLimits().Call*20)
	defer cancel()
	plan, err := conformance.NewPlan(ctx, server.Target(t, at.transport), checks.All(), o)
	require.NoError(t, err)
	report := plan.Run(ctx, nil)
	for _, f := range report.Findings {
		if f.Check == c.ID {
			return f
		}
	}
	require.Fail(t, "no finding", "%s did not run", c.ID)
	return conformance.Finding{}
}
