package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/conformance/lint"
	"github.com/mcpctl/mcpctl/mcp"
)

// run carries out the suites, one after the other, into one report.
func (r *testRun) run(c *cobra.Command) (*conformance.Report, error) {
	ctx := c.Context()
	line := r.app.progress(r.flags.outputFlags)
	defer line.clear()
	var report *conformance.Report
	if r.plan != nil {
		r.app.warnSlow(r.plan, r.flags.quiet)
		report = r.plan.Run(ctx, line.show)
	} else {
		report = r.bare()
		r.close(context.WithoutCancel(ctx))
	}
	for _, suite := range []struct {
		name string
		run  func(*cobra.Command, *progress) ([]conformance.Finding, error)
	}{{suiteContract, r.runContract}, {suiteLint, r.runLint}, {suiteCases, r.runCases}} {
		if !r.runs(suite.name) || ctx.Err() != nil {
			continue
		}
		found, err := suite.run(c, line)
		if err != nil && ctx.Err() == nil {
			return nil, err
		}
		report.Findings = append(report.Findings, found...)
	}
	report.Stale = append(report.Stale, r.stale...)
	report.Partial, report.Interrupted = r.partial(), ctx.Err() != nil
	report.Millis = time.Since(r.started).Milliseconds()
	report.Tally()
	return report, nil
}

// bare is a report without the checks of the protocol.
func (r *testRun) bare() *conformance.Report {
	o := r.options
	report := &conformance.Report{Schema: conformance.Schema, Tool: o.Tool, Target: r.app.about(r.target), Transport: string(r.spoken.Transport),
		Revisions: r.revisions(), Reach: o.Reach.String(), Started: r.started.UTC()}
	for _, one := range o.Revisions {
		if s := r.spoken.Sessions[one]; s != nil {
			info := s.Server().Get("serverInfo")
			if one.Era() == mcp.Stateless {
				info = s.Server().Get("_meta", mcp.MetaServerInfo)
			}
			report.Server = append(report.Server, conformance.ServerInfo{Revision: one,
				Name: o.Redact.String(info.Get("name").Text()), Version: o.Redact.String(info.Get("version").Text())})
			continue
		}
		why := r.spoken.Refused[one]
		if why == nil {
			continue
		}
		message := o.Redact.String(why.What)
		report.NotSpoken = append(report.NotSpoken, conformance.NotSpoken{Revision: one, Cause: why.Cause, Message: message})
		if !o.Auto && o.Required {
			report.Findings = append(report.Findings, conformance.Finding{Check: "revision/spoken", Title: "the server speaks the revision",
				Revision: one, Transport: report.Transport, Verdict: conformance.Errored, Message: message})
		}
	}
	return report
}

// runCases runs the project's own cases and writes the golden files anew that
// they were asked to.
func (r *testRun) runCases(c *cobra.Command, p *progress) ([]conformance.Finding, error) {
	found := r.own.Run(c.Context(), r.target, func(done, total int, f conformance.Finding) {
		p.show(conformance.Event{Case: conformance.Case{Check: conformance.Check{ID: f.Check}, Revision: f.Revision}, Verdict: f.Verdict, Done: done, Total: total})
	})
	if c.Context().Err() != nil {
		return found, nil
	}
	written, err := r.own.WriteGoldens()
	p.clear()
	for _, path := range written {
		fmt.Fprintf(r.app.Err, "wrote %s\n", r.app.safe(path))
	}
	if err != nil {
		return nil, &Error{Code: ExitEnvironment, Err: err}
	}
	return found, nil
}

// runContract holds the server to the snapshot of what it promised.
func (r *testRun) runContract(c *cobra.Command, _ *progress) ([]conformance.Finding, error) {
	// All revisions, whichever are judged: one that is not asked for would count as
	// one that the server has given up.
	take := contract.TakeOptions{Transport: r.options.Transport, Limits: r.options.Limits}
	found, err := r.app.contractFindings(c.Context(), r.target, r.conf, r.flags.config, take)
	return r.selected(r.app.redacted(found)), err
}

// runLint reviews what the server shows.
func (r *testRun) runLint(c *cobra.Command, _ *progress) ([]conformance.Finding, error) {
	o, err := r.app.lintOptions(r.conf, nil, nil)
	if err != nil {
		return nil, err
	}
	surface, err := r.app.lintLive(c.Context(), r.target, lintFlags{targetFlags: r.flags.targetFlags, revision: "auto", timeout: r.flags.timeout})
	if err != nil {
		return nil, err
	}
	result := lint.Check(surface, o)
	r.stale = result.Stale
	return r.selected(r.app.redacted(result.Findings)), nil
}

// selected are the findings that the globs keep.
func (r *testRun) selected(all []conformance.Finding) []conformance.Finding {
	var kept []conformance.Finding
	for _, f := range all {
		if r.selects(f.Check) {
			kept = append(kept, f)
		}
	}
	return kept
}
