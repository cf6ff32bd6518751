package property

import (
	"context"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// Options say what to test and how far to go. All but Command and Tell must be
// set; DefaultOptions is the place to start from.
type Options struct {
	// Revisions to test in; with Newest only the newest of each era that the
	// server speaks.
	Revisions []mcp.Revision
	Newest    bool
	// Transport forces HTTP or SSE for URLs; "" finds out.
	Transport mcp.TransportKind
	// AllowTools are globs over the names of tools that may be called. Without
	// any, only the passive rules run.
	AllowTools []string
	// Calls is how many calls each tool gets in each revision, at most: of tools
	// with few possible inputs each is tried once. Concurrency bounds those under
	// way at once.
	Calls, Concurrency int
	// Seed decides the inputs.
	Seed   uint64
	Limits mcp.Limits
	// Shrink bounds the search for the smallest input of one failure, beside a few
	// calls that are never answered.
	Shrink time.Duration
	// Redact takes secrets out of everything that is reported.
	Redact *redact.Redactor
	// Tool is what the report says of mcpctl itself.
	Tool conformance.Tool
	// Command words the command line that repeats a call; nil gives the string
	// alone.
	Command func(Repro) string
	// Tell, if set, is told of progress: the calls made so far, of about total.
	Tell func(tool string, made, total int)
}

// DefaultOptions call nothing.
func DefaultOptions() Options {
	limits := mcp.DefaultLimits()
	limits.Rolling = true
	return Options{Revisions: mcp.Timeline(), Newest: true, Calls: 100, Concurrency: 4, Seed: 1, Limits: limits, Shrink: 10 * time.Second, Redact: redact.New()}
}

// Run tests a server and reports. The error is a *mcp.ConnectError when the
// server cannot be tested at all. A run that ctx ends reports what it has.
func Run(ctx context.Context, target mcp.Target, o Options) (*conformance.Report, error) {
	return run(ctx, target, o, func(ctx context.Context, s *survey) { s.all(ctx) })
}

// Replay makes one call again, by itself, and reports what the rules say to it.
// The tool must be allowed by o.AllowTools. The error is a *mcp.ConnectError, or
// says that the server has no such tool.
func Replay(ctx context.Context, target mcp.Target, o Options, again Repro) (*conformance.Report, error) {
	if !o.Allows(again.Tool) {
		return nil, fmt.Errorf("the tool %q is not allowed to be called", again.Tool)
	}
	o.Revisions, o.Newest = []mcp.Revision{again.Revision}, false
	var missing error
	report, err := run(ctx, target, o, func(ctx context.Context, s *survey) { missing = s.again(ctx, again) })
	if err == nil {
		err = missing
	}
	return report, err
}

// run opens the sessions, surveys each revision and draws the report up.
func run(ctx context.Context, target mcp.Target, o Options, each func(context.Context, *survey)) (*conformance.Report, error) {
	began := time.Now()
	options := mcp.Options{Transport: o.Transport, Limits: o.Limits, Capabilities: map[string]any{}}
	spoken, err := mcp.Detect(ctx, target, o.Revisions, options)
	if err != nil {
		return nil, err
	}
	chosen := o.choose(spoken)
	for r, session := range spoken.Sessions {
		if !slices.Contains(chosen, r) {
			_ = session.Close(context.WithoutCancel(ctx)) // it is not needed
		}
	}
	report := o.head(target, spoken, chosen, began)
	for _, r := range chosen {
		options.Revision, options.Transport = r, spoken.Transport
		s := &survey{
			tester: tester{lane: &lane{target: target, opening: options, session: spoken.Sessions[r]}, options: o},
			ledger: newLedger(o, r, spoken.Transport),
		}
		each(ctx, s)
		s.close(ctx)
		report.Findings = append(report.Findings, s.findings()...)
	}
	report.Interrupted = ctx.Err() != nil
	report.Millis = time.Since(began).Milliseconds()
	report.Tally()
	return report, nil
}

// choose picks the revisions to test, oldest first.
func (o Options) choose(spoken mcp.Spoken) []mcp.Revision {
	var chosen []mcp.Revision
	newest := map[mcp.Era]mcp.Revision{}
	for _, r := range o.Revisions {
		if spoken.Sessions[r] != nil {
			chosen = append(chosen, r)
			newest[r.Era()] = max(newest[r.Era()], r)
		}
	}
	slices.Sort(chosen)
	if o.Newest {
		chosen = slices.DeleteFunc(chosen, func(r mcp.Revision) bool { return newest[r.Era()] != r })
	}
	return chosen
}

// head is the report before anything was found.
func (o Options) head(target mcp.Target, spoken mcp.Spoken, chosen []mcp.Revision, began time.Time) *conformance.Report {
	report := &conformance.Report{
		Schema: conformance.Schema, Tool: o.Tool, Transport: string(spoken.Transport), Revisions: chosen,
		Target: conformance.TargetInfo{Name: target.Name, URL: o.Redact.String(target.URL)},
		Reach:  conformance.Observe.String(), Started: began.UTC(),
	}
	if len(o.AllowTools) > 0 {
		report.Reach = conformance.Invoke.String()
	}
	for _, word := range target.Command {
		report.Target.Command = append(report.Target.Command, o.Redact.String(word))
	}
	for _, r := range chosen {
		info := spoken.Sessions[r].Server().Get("serverInfo")
		if r.Era() == mcp.Stateless {
			info = spoken.Sessions[r].Server().Get("_meta", mcp.MetaServerInfo)
		}
		report.Server = append(report.Server, conformance.ServerInfo{Revision: r,
			Name: o.Redact.String(info.Get("name").Text()), Version: o.Redact.String(info.Get("version").Text())})
	}
	return report
}

// Allows reports whether the user allowed the tool of that name to be called.
func (o Options) Allows(name string) bool {
	return slices.ContainsFunc(o.AllowTools, func(glob string) bool {
		ok, err := path.Match(glob, name)
		return err == nil && ok
	})
}
