package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// Case is one check in one revision on one transport.
type Case struct {
	Check     Check
	Suite     string
	Revision  mcp.Revision
	Transport mcp.TransportKind
	Binding   []spec.Requirement
	// Skip is why the case will not run, "" when it will.
	Skip string
}

// Plan is everything that a run will do. Making it opens sessions, to learn
// what the server speaks and declares, and sends nothing else.
type Plan struct {
	Target mcp.Target
	Cases  []Case
	// Spoken are the revisions to be judged, Facts what is known of each.
	Spoken    []mcp.Revision
	Facts     map[mcp.Revision]Facts
	Transport mcp.TransportKind
	// Refused are the revisions that were asked for and are not spoken.
	Refused map[mcp.Revision]*mcp.ConnectError

	// Opening is how long it took to open the sessions.
	Opening time.Duration

	options  Options
	sessions map[mcp.Revision]*mcp.Session
}

// NewPlan finds out what target speaks and lays out the checks of suites. The
// caller closes the plan. The error is a *mcp.ConnectError when the target
// cannot be judged at all.
func NewPlan(ctx context.Context, target mcp.Target, suites []Suite, o Options) (*Plan, error) {
	began := time.Now()
	spoken, err := mcp.Detect(ctx, target, o.Revisions, mcp.Options{Limits: o.Limits, Transport: o.Transport})
	if err != nil {
		return nil, err
	}
	p := &Plan{Target: target, Transport: spoken.Transport, Facts: map[mcp.Revision]Facts{},
		Refused: spoken.Refused, options: o, sessions: spoken.Sessions, Opening: time.Since(began)}
	for _, r := range o.Revisions {
		if spoken.Sessions[r] != nil {
			p.Spoken = append(p.Spoken, r)
		}
	}
	known := Facts{Transport: p.Transport, Local: local(target), AllowsTools: o.Reach >= Invoke && len(o.AllowTools) > 0}
	known.learn(spoken)
	p.otherEra(ctx, &known)
	for _, r := range p.Spoken {
		p.Facts[r] = known.of(p.sessions[r])
		p.lay(suites, r)
	}
	if p.shard(); p.Runs() == 0 {
		p.Close(ctx)
		return nil, errors.New("no check is left to run: loosen --check, --skip or --shard")
	}
	return p, nil
}

// otherEra finds out whether the server speaks the era from which no revision
// was asked for: some rules hold for servers of both eras, some for servers
// of one alone.
func (p *Plan) otherEra(ctx context.Context, known *Facts) {
	var newest []mcp.Revision
	for _, r := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
		sameEra := func(asked mcp.Revision) bool { return asked.Era() == r.Era() }
		if !slices.ContainsFunc(p.options.Revisions, sameEra) {
			newest = append(newest, r)
		}
	}
	if len(newest) == 0 {
		return
	}
	o := mcp.Options{Limits: p.options.Limits, Transport: p.Transport}
	o.Limits.Start = min(o.Limits.Start, otherEraPatience)
	spoken, err := mcp.Detect(ctx, p.Target, newest, o)
	if err != nil {
		return
	}
	known.learn(spoken)
	for _, s := range spoken.Sessions {
		_ = s.Close(ctx) // it has told all that was wanted
	}
}

// otherEraPatience bounds the wait for an answer in an era that nobody asked
// for: a server of the handshake era may well be silent on server/discover.
const otherEraPatience = 3 * time.Second

// lay adds the cases of one revision.
func (p *Plan) lay(suites []Suite, r mcp.Revision) {
	for _, suite := range suites {
		for _, check := range suite.Checks {
			binding := check.Binding(r, p.Transport)
			if len(binding) == 0 || !p.options.selects(check.ID) {
				continue
			}
			c := Case{Check: check, Suite: suite.ID, Revision: r, Transport: p.Transport, Binding: binding}
			if c.Skip = p.Facts[r].Missing(check.Needs); c.Skip == "" && check.Reach > p.options.Reach {
				c.Skip = fmt.Sprintf("needs --reach %s", check.Reach)
			}
			p.Cases = append(p.Cases, c)
		}
	}
}

// shard keeps this run's share of the checks. Watch checks stay in every
// shard: each judges the traffic of its own.
func (p *Plan) shard() {
	if p.options.ShardCount < 2 {
		return
	}
	var mine []Case
	for i, c := range p.Cases {
		if c.Check.Watch != nil || i%p.options.ShardCount == p.options.ShardIndex-1 {
			mine = append(mine, c)
		}
	}
	p.Cases = mine
}

// Runs counts the cases that will run.
func (p *Plan) Runs() int {
	n := 0
	for _, c := range p.Cases {
		if c.Skip == "" {
			n++
		}
	}
	return n
}

// Close ends the sessions that making the plan has opened. After Run it has
// nothing left to do.
func (p *Plan) Close(ctx context.Context) {
	for _, s := range p.sessions {
		_ = s.Close(ctx) // nothing was judged yet
	}
}
