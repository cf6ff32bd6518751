package tui

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// suiteMsg tells of a run of the suite: how far it is, or what it found.
type suiteMsg struct {
	run         *suiteRun
	done, total int
	at          string // the check that has ended last
	report      *conformance.Report
	err         error
	stopped     bool // before there was a report
}

// suiteRun is a run of the whole suite on the target, on sessions of its own.
type suiteRun struct {
	stop        context.CancelFunc
	of          *origin
	began       time.Time
	done, total int
	at          string
	over        bool
}

// runSuite plans and runs the suite; tell is told of what happens, the end last.
func (j Judging) runSuite(ctx context.Context, target mcp.Target, o conformance.Options, tell func(suiteMsg)) {
	o.Tool = j.Tool
	plan, err := conformance.NewPlan(ctx, target, j.Checks(), o)
	if err == nil && ctx.Err() != nil {
		plan.Close(context.WithoutCancel(ctx))
	}
	if err != nil || ctx.Err() != nil {
		tell(suiteMsg{err: err, stopped: ctx.Err() != nil})
		return
	}
	report := plan.Run(ctx, func(e conformance.Event) {
		tell(suiteMsg{done: e.Done, total: e.Total, at: e.Case.Check.ID})
	})
	tell(suiteMsg{report: report})
}

// ran takes in news of a run of the suite.
func (s *findings) ran(m suiteMsg) tea.Cmd {
	if m.run != s.run {
		return nil
	}
	switch {
	case m.stopped:
		s.run.over = true
		return s.room.toast(Dim, "the checks were stopped before there was a report")
	case m.err != nil:
		s.run.over, s.trouble = true, m.err.Error()
		return s.room.toast(Bad, "the checks could not be run: "+m.err.Error())
	case m.report == nil:
		s.run.done, s.run.total, s.run.at = m.done, m.total, m.at
		return nil
	}
	of := s.run.of
	s.run.over, s.report, s.reportOf = true, m.report, of
	s.byRun = slices.DeleteFunc(s.byRun, func(f finding) bool { return f.of.key == of.key && f.of.target.Name == of.target.Name })
	for _, f := range m.report.Worst() {
		s.byRun = append(s.byRun, finding{Finding: f, suite: true, of: of})
	}
	s.byRun = s.byRun[max(0, len(s.byRun)-maxFindings):]
	s.relist()
	return s.room.toast(OK, s.summary())
}

// summary is a run of the suite in a line.
func (s *findings) summary() string {
	count, word := s.report.Summary, "all checks"
	if s.report.Interrupted {
		word = "stopped early"
	}
	if name := s.server(finding{of: s.reportOf}); name != "" {
		word += " on " + name
	}
	return fmt.Sprintf("%s: %d passed, %d failed, %d warned, %d not proven", word, count[conformance.Pass], count[conformance.Fail], count[conformance.Warn],
		count[conformance.Unproven]+count[conformance.Blocked]+count[conformance.Errored])
}

// start runs the suite in the background, on sessions of its own.
func (s *findings) start(revisions []mcp.Revision, reach conformance.Reach) tea.Cmd {
	r := s.room
	ctx, stop := context.WithCancel(r.ctx)
	run := &suiteRun{stop: stop, of: r.origin(), began: r.now()}
	s.run, s.trouble = run, ""
	o := conformance.DefaultOptions()
	o.Revisions, o.Reach, o.Transport = revisions, reach, r.options.Inspect.Transport
	judging, target := r.options.Judging, r.options.Target
	r.working.Add(1)
	return func() tea.Msg {
		defer r.working.Done()
		defer stop()
		judging.runSuite(ctx, headed(ctx, target), o, func(m suiteMsg) { m.run = run; r.feed.put(m) })
		return nil
	}
}
