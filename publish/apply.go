package publish

import (
	"context"
	"slices"
	"time"
)

// Ready is nil when nothing stands against applying the plan, else the first
// that does.
func (p *Plan) Ready() error {
	if len(p.Release.Problems) > 0 {
		return p.Release.Problems[0]
	}
	return nil
}

// Left counts the steps that are not done.
func (p *Plan) Left() int {
	n := 0
	for _, s := range p.Steps {
		if s.State != Done {
			n++
		}
	}
	return n
}

// Begun reports that something is done that lasts.
func (p *Plan) Begun() bool {
	return slices.ContainsFunc(p.Steps, func(s *Step) bool { return s.Writes != "" && s.State == Done })
}

// Apply does what is left, step by step, and keeps the journal. What it refuses
// or breaks off at, the same call does later: every step first asks whether it
// is done.
func (p *Plan) Apply(ctx context.Context) error {
	if err := p.Ready(); err != nil {
		return err
	}
	for _, name := range p.Where() {
		if !slices.Contains(p.journal.Targets, name) {
			p.journal.Targets = append(p.journal.Targets, name)
		}
	}
	if err := p.journal.save(); err != nil {
		return err
	}
	if err := carryOut(ctx, p.Steps, p.options.Tell); err != nil {
		return err
	}
	for _, t := range p.targets {
		p.journal.Registries[t.Name] = p.options.Now().UTC().Truncate(time.Second)
	}
	return p.journal.save()
}

// carryOut does the steps that are not done.
func carryOut(ctx context.Context, steps []*Step, tell func(Event)) error {
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := step.done(ctx)
		if err != nil {
			return err
		}
		if done {
			step.State = Done
			tell(Event{Step: *step, What: "skip"})
			continue
		}
		tell(Event{Step: *step, What: "begin"})
		if err := step.do(ctx); err != nil {
			return err
		}
		step.State = Done
		tell(Event{Step: *step, What: "done"})
	}
	return nil
}

// Where are the registries of the plan.
func (p *Plan) Where() []string {
	var names []string
	for _, t := range p.targets {
		names = append(names, t.Name)
	}
	return names
}

// Attestations are the places where the attestations are.
func (p *Plan) Attestations() []string {
	places := p.Release.Refs()
	if file := p.lines(); file != "" {
		places = append([]string{file}, places...)
	}
	return places
}
