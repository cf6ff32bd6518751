package property_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/property"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func TestAProperServerKeepsEveryRule(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		t.Run(string(kind), func(t *testing.T) {
			r, err := property.Run(context.Background(), server(nil).Target(t, kind), options())
			require.NoError(t, err)
			assert.Empty(t, broken(r), messages(r))
			assert.Equal(t, []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728}, r.Revisions)
			seen := map[string]int{}
			for _, f := range r.Findings {
				seen[f.Check]++
				if f.Check == "property/tool/refuses-extra" {
					continue // may not be drawn
				}
				assert.Equal(t, conformance.Pass, f.Verdict, "%s: %s", f.Check, f.Message)
			}
			assert.Len(t, seen, len(property.Rules()))
		})
	}
}

func TestBothErasAreTested(t *testing.T) {
	s := server(calling(func(c *mcptest.Call) (map[string]any, error) { return mcptest.Structured(object{"sum": "x"}), nil }))
	r, err := property.Run(context.Background(), s.Target(t, mcp.HTTP), options())
	require.NoError(t, err)
	var in []mcp.Revision
	for _, f := range r.Findings {
		if f.Counts() {
			in = append(in, f.Revision)
			assert.Equal(t, "property/tool/result", f.Check)
		}
	}
	assert.Equal(t, []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728}, in)
}

func TestWithoutConsentNoToolIsCalled(t *testing.T) {
	var calls atomic.Int64
	s := server(nil)
	s.Faults = mcptest.EditReply("tools/call", func(*mcptest.Context, map[string]any) { calls.Add(1) })
	target := s.Target(t, mcp.HTTP)
	o := options()
	for _, tt := range []struct {
		allow   []string
		verdict conformance.Verdict
		why     string
	}{
		{nil, conformance.Skip, "no tool may be called; allow some with --allow-tool GLOB"},
		{[]string{"other*"}, conformance.Unproven, "no listed tool is allowed by --allow-tool"},
	} {
		o.AllowTools = tt.allow
		r, err := property.Run(context.Background(), target, o)
		require.NoError(t, err)
		assert.Empty(t, broken(r))
		for _, f := range r.Findings {
			if strings.HasPrefix(f.Check, "property/tool/") {
				assert.Equal(t, tt.verdict, f.Verdict)
				assert.Equal(t, tt.why, f.Message)
			}
		}
		_, err = property.Replay(context.Background(), target, o, property.Repro{Revision: mcp.Rev20251125, Tool: "sum"})
		assert.ErrorContains(t, err, "not allowed")
	}
	assert.Zero(t, calls.Load())
}

func TestReplayOfAnUnknownTool(t *testing.T) {
	_, err := property.Replay(context.Background(), server(nil).Target(t, mcp.HTTP), options(), property.Repro{Revision: mcp.Rev20251125, Tool: "gone"})
	assert.ErrorContains(t, err, `lists no tool "gone"`)
}

func TestTheSeedDecidesTheCalls(t *testing.T) {
	calls := func(seed uint64) (all []string) {
		s := server(func(s *mcptest.Server) { s.Tools = s.Tools[:1] })
		s.Faults = mcptest.Faults{Edit: func(c *mcptest.Context, _ map[string]any) {
			if c.In.Method() == "tools/call" {
				all = append(all, c.In.Get("params", "arguments").String())
			}
		}}
		o := options()
		o.Concurrency, o.Seed, o.Revisions = 1, seed, []mcp.Revision{mcp.Rev20251125}
		_, err := property.Run(context.Background(), s.Target(t, mcp.HTTP), o)
		require.NoError(t, err)
		return all
	}
	assert.Equal(t, calls(5), calls(5))
	assert.NotEqual(t, calls(5), calls(6))
}

func TestRulesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range property.Rules() {
		assert.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
		assert.True(t, strings.HasPrefix(r.ID, "property/"))
		assert.Contains(t, []conformance.Verdict{conformance.Fail, conformance.Warn}, r.Verdict)
		for _, text := range []string{r.Title, r.Group, r.Why, r.Fix} {
			assert.NotEmpty(t, text, r.ID)
		}
	}
}

// What a server does to the calls of every tool is one finding.
func TestOneCauseIsOneFinding(t *testing.T) {
	s := server(nil)
	s.Faults = mcptest.EditReply("tools/call", func(_ *mcptest.Context, out map[string]any) { out["id"] = "other" })
	o := options()
	o.Newest, o.Revisions = false, []mcp.Revision{mcp.Rev20251125}
	r, err := property.Run(context.Background(), s.Target(t, mcp.HTTP), o)
	require.NoError(t, err)
	var details []string
	for _, f := range r.Findings {
		if f.Counts() {
			assert.Empty(t, details, "a second finding: %s", f.Message)
			details = f.Details
		}
	}
	for _, tool := range []string{"sum(", "again(", "fails("} {
		assert.Contains(t, strings.Join(details, "\n"), tool)
	}
}

func TestAnInterruptedRunBlamesNobody(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o := options()
	o.Tell = func(_ string, made, _ int) {
		if made == 5 {
			cancel()
		}
	}
	r, err := property.Run(ctx, server(nil).Target(t, mcp.HTTP), o)
	require.NoError(t, err)
	assert.True(t, r.Interrupted)
	assert.Empty(t, broken(r), messages(r))
}
