package conformance_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// pinging is a check with the function given that claims what ping claims.
func pinging(id string, run func(context.Context, *conformance.Probe) error) conformance.Check {
	return conformance.Check{ID: id, Title: "a check", Claims: conformance.Claims{Handshake: []string{"ping.empty-result"}}, Run: run}
}

// judge runs the checks on a server in one revision of the handshake era.
func judge(t *testing.T, s *mcptest.Server, change func(*conformance.Options), all ...conformance.Check) *conformance.Report {
	t.Helper()
	return judgeIn(t.Context(), t, s, change, all...)
}

func judgeIn(ctx context.Context, t *testing.T, s *mcptest.Server, change func(*conformance.Options), all ...conformance.Check) *conformance.Report {
	t.Helper()
	o := conformance.DefaultOptions()
	o.Revisions, o.Auto = []mcp.Revision{mcp.Rev20251125}, false
	o.Limits.Call, o.Limits.Exit = 300*time.Millisecond, 300*time.Millisecond
	if change != nil {
		change(&o)
	}
	plan, err := conformance.NewPlan(ctx, s.Target(t, mcp.Stdio), []conformance.Suite{{ID: "x", Title: "X", Checks: all}}, o)
	require.NoError(t, err)
	return plan.Run(ctx, nil)
}

func pass(context.Context, *conformance.Probe) error { return nil }

func TestVerdictsOfRun(t *testing.T) {
	tests := map[string]struct {
		run         func(context.Context, *conformance.Probe) error
		want        conformance.Verdict
		wantMessage string
	}{
		"nothing wrong": {pass, conformance.Pass, ""},
		"does not apply": {func(context.Context, *conformance.Probe) error { return conformance.Skipf("no %s", "tools") },
			conformance.Skip, "no tools"},
		"not seen": {func(_ context.Context, p *conformance.Probe) error { return p.Judge().Err("nothing was sent") },
			conformance.Unproven, "nothing was sent"},
		"a violation": {func(ctx context.Context, p *conformance.Probe) error {
			x, err := p.Ask(ctx, "ping", nil)
			if err != nil {
				return err
			}
			p.Judge().Failf(x, "ping is %s", "odd")
			return p.Judge().Err("")
		}, conformance.Fail, "ping is odd"},
		"hangs on nothing that failed": {func(context.Context, *conformance.Probe) error { return conformance.Blockedf("x/y", "no list") },
			conformance.Unproven, "no list"},
		"trouble of its own": {func(context.Context, *conformance.Probe) error { return errors.New("out of paper") },
			conformance.Errored, "out of paper"},
		"a crash": {func(context.Context, *conformance.Probe) error { panic("oops") },
			conformance.Errored, "the check itself crashed: oops"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			report := judge(t, mcptest.New(), nil, pinging("x/a", tt.run))
			require.Len(t, report.Findings, 1)
			f := report.Findings[0]
			assert.Equal(t, tt.want, f.Verdict)
			assert.Contains(t, f.Message, tt.wantMessage)
			assert.Equal(t, "basic/utilities/ping#behavior-requirements", f.Ref)
			assert.Equal(t, []string{"ping.empty-result"}, f.Requirements)
			if tt.want == conformance.Fail {
				require.Len(t, f.Evidence, 2, "what was sent and what came back")
				assert.Contains(t, f.Evidence[0].Text, `"ping"`)
			}
		})
	}
}

// TestClock: what the clock had a say in is judged again, alone.
func TestClock(t *testing.T) {
	server := mcptest.New()
	var pings atomic.Int32
	server.Faults.Handle = func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		// The first ping is never answered, as on a machine that is too busy;
		// the tour's ping comes later.
		return nil, m.Method() == "ping" && pings.Add(1) == 1
	}
	report := judge(t, server, nil, pinging("x/a", func(ctx context.Context, p *conformance.Probe) error {
		s, err := p.Fresh(ctx)
		if err != nil {
			return err
		}
		x := s.Call(ctx, "ping", nil)
		p.Judge().Saw(x)
		if !x.Result().Exists() {
			p.Judge().Failf(x, "no answer: %v", x.Err())
		}
		return p.Judge().Err("")
	}))
	f := report.Findings[0]
	assert.Equal(t, conformance.Pass, f.Verdict, f.Message)
	assert.True(t, f.Alone)
}

// TestInterrupted: an interrupted run still reports on every check.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	report := judgeIn(ctx, t, mcptest.New(), func(o *conformance.Options) { o.Parallel = 1 },
		pinging("x/first", pass),
		pinging("x/cut", func(ctx context.Context, _ *conformance.Probe) error { cancel(); <-ctx.Done(); return ctx.Err() }),
		pinging("x/never", pass))
	assert.True(t, report.Interrupted)
	require.Len(t, report.Findings, 3)
	assert.Equal(t, conformance.Pass, report.Findings[0].Verdict)
	assert.Equal(t, conformance.Unproven, report.Findings[1].Verdict)
	assert.Equal(t, conformance.Unproven, report.Findings[2].Verdict)
}

// TestSessionThatDies: the server ends the shared session in the middle of a
// run; the checks after that get a new one.
func TestSessionThatDies(t *testing.T) {
	server := mcptest.New()
	server.Faults.ExitOn = func(_ *mcptest.Context, m mcp.Message) bool { return m.Method() == "prompts/list" }
	kill := func(ctx context.Context, p *conformance.Probe) error {
		x, err := p.Ask(ctx, "prompts/list", nil)
		if err != nil {
			return err
		}
		p.Judge().Failf(x, "prompts/list: %v", x.Err())
		return p.Judge().Err("")
	}
	ping := func(ctx context.Context, p *conformance.Probe) error {
		x, err := p.Ask(ctx, "ping", nil)
		if err != nil {
			return err
		}
		p.Judge().Saw(x)
		if !x.Result().Exists() {
			p.Judge().Failf(x, "ping: %v", x.Err())
		}
		return p.Judge().Err("")
	}
	report := judge(t, server, func(o *conformance.Options) { o.Parallel = 1 }, pinging("x/kill", kill), pinging("x/after", ping))
	assert.Equal(t, conformance.Fail, report.Findings[0].Verdict)
	assert.Contains(t, report.Findings[0].Message, "closed")
	assert.Equal(t, conformance.Pass, report.Findings[1].Verdict, report.Findings[1].Message)
}

// TestRevisionNotSpoken is one finding, and an error only when the revision
// was asked for by name.
func TestRevisionNotSpoken(t *testing.T) {
	old := func() *mcptest.Server {
		s := mcptest.New()
		s.Revisions = []mcp.Revision{mcp.Rev20241105, mcp.Rev20251125}
		return s
	}
	for required, want := range map[bool]conformance.Verdict{false: conformance.Skip, true: conformance.Errored} {
		report := judge(t, old(), func(o *conformance.Options) { o.Revisions, o.Required = mcp.Timeline(), required }, pinging("x/a", pass))
		var missing []conformance.Finding
		for _, f := range report.Findings {
			if f.Check == "revision/spoken" {
				missing = append(missing, f)
			}
		}
		require.Len(t, missing, 3, "one for each revision that is not spoken")
		assert.Equal(t, want, missing[0].Verdict)
		assert.Equal(t, []mcp.Revision{mcp.Rev20241105, mcp.Rev20251125}, report.Revisions)
	}
	report := judge(t, old(), func(o *conformance.Options) { o.Revisions, o.Auto = mcp.Timeline(), true }, pinging("x/a", pass))
	assert.Len(t, report.Findings, 2, "nobody asked for the others")
	assert.Len(t, report.NotSpoken, 3)
}

func TestPlanSaysWhyNot(t *testing.T) {
	server := mcptest.New()
	server.Prompts = nil
	all := []conformance.Check{pinging("x/runs", pass), pinging("x/needs", pass), pinging("x/reach", pass), pinging("x/left-out", pass)}
	all[1].Needs, all[2].Reach = "prompts", conformance.Invoke
	report := judge(t, server, func(o *conformance.Options) { o.Skip = []string{"*left-out"} }, all...)
	require.Len(t, report.Findings, 3)
	assert.Equal(t, "the server does not declare prompts", report.Findings[1].Message)
	assert.Equal(t, "needs --reach invoke", report.Findings[2].Message)
	assert.True(t, report.Partial)

	o := conformance.DefaultOptions()
	o.Check = []string{"x/needs"}
	_, err := conformance.NewPlan(t.Context(), server.Target(t, mcp.Stdio), []conformance.Suite{{ID: "x", Checks: all}}, o)
	assert.ErrorContains(t, err, "no check is left to run")
}

// TestShards: each check runs in exactly one of the shards.
func TestShards(t *testing.T) {
	var all []conformance.Check
	for _, id := range []string{"x/a", "x/b", "x/c", "x/d", "x/e"} {
		all = append(all, pinging(id, pass))
	}
	ran := map[string]int{}
	for shard := 1; shard <= 3; shard++ {
		report := judge(t, mcptest.New(), func(o *conformance.Options) { o.ShardIndex, o.ShardCount = shard, 3 }, all...)
		for _, f := range report.Findings {
			ran[f.Check]++
		}
	}
	assert.Equal(t, map[string]int{"x/a": 1, "x/b": 1, "x/c": 1, "x/d": 1, "x/e": 1}, ran)
}

// TestOnce: what several checks want to know is asked once, and what one was
// cut off in is asked again.
func TestOnce(t *testing.T) {
	var asked atomic.Int32
	ask := func(context.Context) (int, error) { return int(asked.Add(1)), nil }
	know := func(ctx context.Context, p *conformance.Probe) error {
		n, err := conformance.Once(ctx, p, "what", ask)
		if n != 1 {
			return errors.New("asked again")
		}
		return err
	}
	cut := func(ctx context.Context, p *conformance.Probe) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		_, err := conformance.Once(ctx, p, "cut", func(ctx context.Context) (int, error) { return 0, ctx.Err() })
		if !errors.Is(err, context.Canceled) {
			return errors.New("not cut off")
		}
		n, err := conformance.Once(t.Context(), p, "cut", func(context.Context) (int, error) { return 7, nil })
		if n != 7 {
			return errors.New("the cut was remembered")
		}
		return err
	}
	report := judge(t, mcptest.New(), nil, pinging("x/a", know), pinging("x/b", know), pinging("x/cut", cut))
	for _, f := range report.Findings {
		assert.Equal(t, conformance.Pass, f.Verdict, "%s: %s", f.Check, f.Message)
	}
}

// TestNoToolWithoutConsent: whatever the checks do, a tool is called only when
// its name was allowed.
func TestNoToolWithoutConsent(t *testing.T) {
	called := func(change func(*conformance.Options)) []string {
		server := mcptest.New()
		var names []string
		server.Faults.Edit = func(c *mcptest.Context, out map[string]any) {
			if c.In.Method() == "tools/call" && out["method"] == nil {
				names = append(names, c.In.Params().Get("name").Text())
			}
		}
		judge(t, server, change, pinging("x/a", func(ctx context.Context, p *conformance.Probe) error {
			_, err := p.AllowedTools(ctx)
			return err
		}))
		return names
	}
	assert.Empty(t, called(nil))
	assert.Empty(t, called(func(o *conformance.Options) { o.AllowTools = []string{"*"} }), "the reach forbids it")
	assert.Equal(t, []string{"echo"}, called(func(o *conformance.Options) { o.Reach, o.AllowTools = conformance.Invoke, []string{"ech?"} }))
}

// TestServerThatEnds: a server at a URL that ends in the middle of a run is one
// finding, and no check blames it for what could not be asked any more.
func TestServerThatEnds(t *testing.T) {
	ends := make(chan struct{})
	inner := mcptest.New()
	server := httptest.NewServer(inner.Handler())
	t.Cleanup(server.Close)
	end := pinging("x/end", func(context.Context, *conformance.Probe) error {
		server.CloseClientConnections()
		server.Close()
		close(ends)
		return nil
	})
	ping := func(ctx context.Context, p *conformance.Probe) error {
		<-ends
		s, err := p.Shared(ctx)
		if err != nil {
			return err
		}
		x := s.Call(ctx, "ping", nil)
		p.Judge().Saw(x)
		if !x.Result().Exists() {
			p.Judge().Failf(x, "ping got no result")
		}
		return p.Judge().Err("")
	}
	fresh := func(ctx context.Context, p *conformance.Probe) error {
		<-ends
		_, err := p.Fresh(ctx)
		return err
	}
	o := conformance.DefaultOptions()
	o.Revisions, o.Auto, o.Parallel = []mcp.Revision{mcp.Rev20251125}, false, 1
	suite := conformance.Suite{ID: "x", Title: "X", Checks: []conformance.Check{end, pinging("x/ping", ping), pinging("x/fresh", fresh)}}
	plan, err := conformance.NewPlan(t.Context(), mcp.Target{URL: server.URL + "/mcp"}, []conformance.Suite{suite}, o)
	require.NoError(t, err)
	report := plan.Run(t.Context(), nil)
	require.Len(t, report.Findings, 4)
	assert.Equal(t, "server/reachable", report.Findings[0].Check)
	assert.Equal(t, conformance.Errored, report.Findings[0].Verdict)
	assert.Contains(t, report.Findings[0].Message, "can no longer be reached")
	for _, f := range report.Findings[2:] {
		assert.Equal(t, conformance.Blocked, f.Verdict, "%s: %s", f.Check, f.Message)
		assert.Equal(t, "server/reachable", f.BlockedBy)
	}
	assert.Equal(t, conformance.Troubled, report.Outcome(true))
}
