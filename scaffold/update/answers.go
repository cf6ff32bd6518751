package update

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold"
)

// stillKnown leaves out the answers that the base knew and the wanted version
// knows no more. An answer that neither knows stays, and Resolve refuses it.
func stillKnown(g scaffold.Given, base, wanted *scaffold.Template) (scaffold.Given, []string) {
	var notes []string
	if base == nil {
		return g, nil
	}
	dropped := func(feature string) bool {
		_, was := base.Manifest.Feature(feature)
		_, is := wanted.Manifest.Feature(feature)
		if was && !is {
			notes = append(notes, fmt.Sprintf("version %s of the template has no feature %q any more", wanted.Manifest.Version, feature))
		}
		return was && !is
	}
	g.With = slices.DeleteFunc(slices.Clone(g.With), dropped)
	g.Without = slices.DeleteFunc(slices.Clone(g.Without), dropped)
	asks := func(t *scaffold.Template, question string) bool {
		return slices.ContainsFunc(t.Manifest.Questions, func(q scaffold.Question) bool { return q.Name == question })
	}
	for _, name := range slices.Sorted(maps.Keys(g.Values)) {
		if asks(base, name) && !asks(wanted, name) {
			notes = append(notes, fmt.Sprintf("version %s of the template asks no more for %q", wanted.Manifest.Version, name))
			delete(g.Values, name)
		}
	}
	return g, notes
}

// findBase renders what the project was made from. Its answers may have been
// edited since; then those that were are looked for, by the digests of the files
// that the user touched (all others need no base).
func findBase(ctx context.Context, t *scaffold.Template, project scaffold.Project, want map[string]string) scaffold.Tree {
	if t == nil {
		return nil
	}
	s := search{ctx: ctx, template: t, recorded: project.Files, want: want, tried: map[string]bool{}}
	s.try(project.Answers.Given())
	if t.Digest == project.Template.Digest { // else no answers would give these files
		s.climb()
	}
	return s.tree()
}

// search climbs towards the answers that give the files which were recorded.
type search struct {
	ctx      context.Context
	template *scaffold.Template
	recorded map[string]string
	want     map[string]string // those of them that matter
	tried    map[string]bool

	likeness int
	given    scaffold.Given
	answers  scaffold.Answers
	found    bool // something that could be rendered
	done     bool // all that matters
}

// maxRounds bounds how often all answers are gone through.
const maxRounds = 3

// climb changes one answer after the other, a profile or a feature, and keeps
// what makes the files more like those that were recorded.
func (s *search) climb() {
	for range maxRounds {
		before := s.likeness
		for _, profile := range s.template.Manifest.ProfileNames() {
			g := s.given
			g.Profile = profile
			s.try(g)
		}
		for _, feature := range s.template.Manifest.FeatureNames() {
			g := s.given
			but := func(list []string) []string {
				return slices.DeleteFunc(slices.Clone(list), func(f string) bool { return f == feature })
			}
			g.With, g.Without = but(g.With), but(g.Without)
			if s.answers.On(feature) {
				g.Without = append(g.Without, feature)
			} else {
				g.With = append(g.With, feature)
			}
			s.try(g)
		}
		if s.done || s.likeness == before {
			return
		}
	}
}

func (s *search) try(g scaffold.Given) {
	if s.ctx.Err() != nil || s.done {
		return
	}
	answers, err := s.template.Resolve(g)
	if err != nil || s.tried[strings.Join(answers.Features, " ")] {
		return
	}
	s.tried[strings.Join(answers.Features, " ")] = true
	tree, err := scaffold.Render(s.template, answers)
	if err != nil {
		return
	}
	likeness, missing := 0, len(s.want)
	for _, f := range tree {
		switch hash, known := s.recorded[f.Path]; {
		case !known:
			likeness--
		case hash == f.Hash():
			likeness++
			if _, wanted := s.want[f.Path]; wanted {
				missing--
			}
		}
	}
	s.done = missing == 0
	if !s.found || s.done || likeness > s.likeness {
		s.found, s.likeness, s.given, s.answers = true, likeness, g, answers
	}
}

// tree is the best that was found, mcpctl.yaml included.
func (s *search) tree() scaffold.Tree {
	if !s.found {
		return nil
	}
	plan, err := scaffold.NewPlan(s.template, s.answers, "")
	if err != nil {
		return nil
	}
	return plan.Tree
}
