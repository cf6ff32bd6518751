package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// releaseRun is one run of `publish` or `sign`.
type releaseRun struct {
	app      *app
	request  publish.Request
	services publish.Services
	options  publish.Options
	sign     signFlags
	style    publish.Style
	format   string
	state    string
	dryRun   bool
	yes      bool
}

// releaseReport is what --format json prints.
type releaseReport struct {
	Schema  string           `json:"schema"`  // mcpctl.publish/v1
	Outcome string           `json:"outcome"` // planned, refused, unchanged, published, signed, failed
	Plan    publish.File     `json:"plan"`
	Error   *publish.Problem `json:"error,omitempty"`
}

// plan gathers the release and plans; file is the plan that is to be applied, or
// nil.
func (r *releaseRun) plan(c *cobra.Command, file *publish.File) (*publish.Plan, error) {
	r.request.Settings.State = r.state
	in, err := r.app.releaseInputs(c, r.request)
	if err != nil {
		return nil, err
	}
	if file != nil {
		in.Created = file.Created
	}
	release, err := publish.Gather(c.Context(), in, r.services)
	if err != nil {
		if refusal.Code(err) == "server-json-invalid" {
			r.app.explainFindings(release, r.request.Server)
		}
		return nil, err
	}
	if file != nil {
		if err := file.Holds(release); err != nil {
			return nil, err
		}
	}
	p, err := publish.NewPlan(c.Context(), release, r.services, r.options)
	if err == nil {
		r.checkKey(p)
	}
	return p, err
}

// checkKey puts a key that is of no use among what stands against the plan, if
// something is to be signed: it would promise what cannot be.
func (r *releaseRun) checkKey(p *publish.Plan) {
	signs := slices.ContainsFunc(p.Steps, func(s *publish.Step) bool { return s.Kind == publish.KindSign && s.State != publish.Done })
	if !signs || r.sign.key == "" {
		return
	}
	if known, ok := refusal.Of(sign.CheckKey(r.sign.key)); ok {
		p.Release.Problems = append(p.Release.Problems, known)
	}
}

// finish prints the plan, asks, and applies it.
func (r *releaseRun) finish(ctx context.Context, p *publish.Plan, verb string) error {
	a := r.app
	show := a.Err // the plan is talk, unless it is all there is
	if r.dryRun || p.Ready() != nil {
		show = a.Out
	}
	if r.format == "text" {
		if err := p.Print(show, r.style); err != nil {
			return &Error{Code: ExitEnvironment, Err: fmt.Errorf("printing the plan: %w", err)}
		}
	}
	switch {
	case p.Ready() != nil:
		return r.end(p, "refused", p.Ready())
	case r.dryRun:
		if r.format == "text" {
			fmt.Fprintln(a.Out, "Nothing was written.")
		}
		return r.end(p, "planned", nil)
	case p.Left() == 0:
		return r.end(p, "unchanged", nil)
	}
	if err := a.consent(ctx, fmt.Sprintf("%s %s?", verb, p.Release.ID()), r.yes); err != nil {
		return err
	}
	if err := p.Apply(ctx); err != nil {
		return r.end(p, "failed", err)
	}
	return r.end(p, strings.ToLower(verb)+map[string]string{"Publish": "ed", "Sign": "ed"}[verb], nil)
}

// end prints the result.
func (r *releaseRun) end(p *publish.Plan, outcome string, failed error) error {
	a := r.app
	if r.format == "json" {
		report := releaseReport{Schema: "mcpctl.publish/v1", Outcome: outcome, Plan: p.File(r.request)}
		if known, ok := refusal.Of(failed); ok {
			report.Error = &publish.Problem{Code: known.Code, Reason: a.redact.String(known.Error()), Mend: known.Mend}
		}
		b, err := indented(report)
		if err == nil {
			_, err = a.Out.Write(b)
		}
		if err != nil {
			return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the result: %w", err)}
		}
	}
	if outcome == "refused" && r.format == "text" {
		// The plan has said why, and all of it.
		fmt.Fprintf(a.Err, "mcpctl: %s cannot be published like this; nothing was written\n", a.safe(p.Release.ID()))
		return exit(a.known(failed).Code)
	}
	if failed != nil && outcome == "failed" && p.Begun() {
		fmt.Fprintln(a.Err, "What is done is kept: the same command goes on from here; `mcpctl publish undo` takes it back.")
	}
	if failed == nil && r.format == "text" {
		a.printOutcome(p, outcome)
	}
	return failed
}

func (a *app) printOutcome(p *publish.Plan, outcome string) {
	where := strings.Join(p.Where(), ", ")
	switch outcome {
	case "published":
		fmt.Fprintf(a.Out, "published %s at %s\n", a.safe(p.Release.ID()), a.safe(where))
	case "signed":
		fmt.Fprintf(a.Out, "signed %s: %s\n", a.safe(p.Release.ID()), a.safe(strings.Join(p.Attestations(), ", ")))
	case "unchanged":
		fmt.Fprintf(a.Out, "%s: everything is done already\n", a.safe(p.Release.ID()))
	}
}

// consent asks, unless it was given; without a person to ask it is refused.
func (a *app) consent(ctx context.Context, question string, given bool) error {
	if given {
		return nil
	}
	if !a.InTTY || !a.ErrTTY {
		return (&Error{Code: ExitRefused, Err: errors.New("nobody is there to agree to the plan, and nothing was done")}).hinted("Look at it with --dry-run, then give --yes.")
	}
	p := prompter{app: a, lines: readLines(ctx, a.In)}
	answer, err := p.ask(ctx, question+" (yes, no)", "no", func(string) error { return nil })
	if err != nil {
		return err
	}
	if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
		return &Error{Code: ExitRefused, Err: errDeclined}
	}
	return nil
}

// telling shows a run's events on standard error: a line for each step, and one
// line, drawn again and again where a person watches, for each wait.
func (a *app) telling(quiet bool) func(publish.Event) {
	if quiet {
		return nil
	}
	live := a.ErrTTY && a.env("TERM") != "dumb" && a.env("CI") == ""
	drawn := 0
	clear := func() {
		if drawn > 0 {
			fmt.Fprintf(a.Err, "\r%s\r", strings.Repeat(" ", drawn))
			drawn = 0
		}
	}
	return func(e publish.Event) {
		line := "  " + a.safe(e.Text)
		switch e.What {
		case "begin":
			line = "  " + a.safe(e.Step.Title)
		case "done":
			line = a.safe(e.Step.Title)
			clear()
			fmt.Fprintln(a.Err, "done  "+line)
			return
		case "skip":
			return
		case "note":
			clear()
			fmt.Fprintln(a.Err, "note  "+a.safe(e.Text))
			return
		}
		if !live {
			if e.What == "wait" {
				fmt.Fprintln(a.Err, "wait  "+a.safe(e.Text))
			}
			return
		}
		clear()
		if most := a.Width - 1; len(line) > most {
			line = strings.ToValidUTF8(line[:most], "")
		}
		fmt.Fprint(a.Err, line)
		drawn = len(line)
	}
}

// indented is v as JSON for people and programs, without escapes for HTML.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}
