package cases

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// failure is a step that did not come out as expected.
type failure struct {
	message string
	details []string
}

func (f *failure) Error() string { return f.message }

// run runs one case and gives its finding.
func (p *Plan) run(ctx context.Context, target mcp.Target, n int, one Run) conformance.Finding {
	f := conformance.Finding{Check: one.ID, Title: one.Title, Revision: one.Revision, Transport: string(p.options.Transport)}
	switch {
	case one.Skip != "":
		f.Verdict, f.Message = conformance.Skip, one.Skip
		return f
	case ctx.Err() != nil:
		f.Verdict, f.Message = conformance.Unproven, "the run was interrupted before this case"
		return f
	}
	began := time.Now()
	l, err := p.open(ctx, target, n, one)
	if err == nil {
		err = l.all(ctx)
		f.Evidence = l.proof
		l.close(ctx)
	}
	f.Millis = time.Since(began).Milliseconds()
	p.conclude(ctx, &f, one, err)
	return f
}

// conclude turns what came of a run into a verdict.
func (p *Plan) conclude(ctx context.Context, f *conformance.Finding, one Run, err error) {
	var failed *failure
	r := p.options.Redact
	switch {
	case err == nil:
		f.Verdict = conformance.Pass
	case ctx.Err() != nil:
		f.Verdict, f.Message = conformance.Unproven, "the run was interrupted during this case"
	case errors.As(err, &failed):
		f.Verdict, f.Message = conformance.Fail, r.String(failed.message)
		for _, d := range failed.details {
			f.Details = append(f.Details, r.String(d))
		}
		f.Fix = fmt.Sprintf("The case is at %s:%d.", filepath.ToSlash(one.File.Path), one.Case.Line)
	default:
		f.Verdict, f.Message = conformance.Errored, r.String(err.Error())
	}
}

// live is a case under way: its session, and what it knows by now.
type live struct {
	plan   *Plan
	run    Run
	client *inspect.Client
	vars   vars
	script *script

	wire    *wire
	tools   []mcp.Value            // for headers that mirror arguments; nil until asked for
	watches []func()               // that end the subscriptions
	proof   []conformance.Evidence // of the step that failed, or the last one
}

// open opens the session of a run.
func (p *Plan) open(ctx context.Context, target mcp.Target, n int, one Run) (*live, error) {
	l := &live{plan: p, run: one, wire: newWire(), vars: vars{"revision": mcp.ValueOf(one.Revision), "transport": mcp.ValueOf(p.options.Transport)}}
	if one.Row < len(one.Case.table) {
		maps.Copy(l.vars, one.Case.table[one.Row])
	}
	l.script = &script{judging: l.judging(), standing: fillAnswers(one.Case.answers, l.vars), stateless: one.Revision.Era() == mcp.Stateless}
	frame := l.wire.note
	if tap := p.options.Frame; tap != nil {
		frame = func(attempt int, f mcp.Frame, x *mcp.Exchange) {
			l.wire.note(attempt, f, x)
			tap(n, f, x)
		}
	}
	client, err := inspect.Open(ctx, target, inspect.Options{
		Revision: one.Revision, Transport: p.kind(target), LogLevel: one.Case.logLevel, Respond: l.script.respond, Frame: frame,
		Idle: p.options.Timeout, Total: patience * p.options.Timeout,
	})
	if err != nil {
		return nil, fmt.Errorf("opening a session: %w", err)
	}
	l.client = client
	if err := client.SetLogLevel(ctx); err != nil {
		l.close(ctx)
		return nil, &failure{message: fmt.Sprintf("asking for log messages: %v", err)}
	}
	return l, nil
}

// patience is how many times the timeout a request may take that shows signs of
// life.
const patience = 30

func (p *Plan) kind(target mcp.Target) mcp.TransportKind {
	if target.URL == "" {
		return ""
	}
	return p.options.Transport
}

func (l *live) judging() *judging {
	return &judging{vars: l.vars, golden: l.plan.goldens[filepath.Dir(l.run.File.Path)]}
}

// all runs the steps. Whatever comes of them, those of teardown run as well,
// but for the ones that use what was never captured.
func (l *live) all(ctx context.Context) error {
	c := l.run.Case
	err := l.sequence(ctx, slices.Concat(c.setup, c.steps))
	l.proof = l.evidence()
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience*l.plan.options.Timeout)
	defer cancel()
	for _, s := range c.teardown {
		if !l.knows(s) {
			continue
		}
		if torn := l.step(within, s); torn != nil && err == nil {
			err, l.proof = torn, l.evidence()
		}
	}
	return err
}

func (l *live) sequence(ctx context.Context, steps []step) error {
	for _, s := range steps {
		err := l.step(ctx, s)
		if err != nil && !(l.plan.options.Loose && errors.As(err, new(*failure))) {
			return err
		}
	}
	return nil
}

// knows reports whether everything that a step names was captured.
func (l *live) knows(s step) bool {
	for _, name := range s.names() {
		if _, there := l.vars[name]; !there {
			return false
		}
	}
	return true
}

// close ends the subscriptions and the session.
func (l *live) close(ctx context.Context) {
	for _, end := range l.watches {
		end()
	}
	if l.client == nil {
		return
	}
	_ = l.client.Close(ctx) // what the case is about is over
}
