package scaffold

import (
	"fmt"
	"maps"
	"slices"
)

// Resolve settles what the sources say, of which the earlier ones go before the
// later ones (flags, environment, answers file), into Answers; what none says
// has its default. Features that are required by others are pulled in. Errors
// are *UnknownError, *AnswerError and *ContradictionError.
func (t *Template) Resolve(sources ...Given) (Answers, error) {
	a := Answers{Values: map[string]string{}}
	for _, g := range sources {
		a.Name = first(a.Name, g.Name)
		a.Profile = first(a.Profile, g.Profile)
	}
	if err := CheckName(t.Manifest.Language, a.Name); err != nil {
		return a, err
	}
	if err := t.resolveFeatures(&a, sources); err != nil {
		return a, err
	}
	return a, t.resolveValues(&a, sources)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// resolveValues settles the questions, in their order: the default of one may
// hold the answer of one before it.
func (t *Template) resolveValues(a *Answers, sources []Given) error {
	m := t.Manifest
	for _, g := range sources {
		for _, name := range slices.Sorted(maps.Keys(g.Values)) {
			if _, ok := m.question(name); !ok {
				return &UnknownError{What: "question", Word: name, Where: "template " + m.ID, Known: m.questionNames()}
			}
		}
	}
	for _, q := range m.Questions {
		v := ""
		for _, g := range sources {
			v = first(v, g.Values[q.Name])
		}
		if v == "" {
			v = t.Default(q, *a)
		}
		if err := q.Check(v); err != nil {
			return err
		}
		a.Values[q.Name] = v
	}
	return nil
}

func (m Manifest) questionNames() []string {
	var names []string
	for _, q := range m.Questions {
		names = append(names, q.Name)
	}
	return names
}

// Default is what a question has for an answer when nobody gives one, for the
// name and the answers that are known so far.
func (t *Template) Default(q Question, a Answers) string {
	words := forms(a.Name)
	maps.Copy(words, a.Values)
	v, err := fillIn(q.Default, func(w string) (string, bool) { v, ok := words[w]; return v, ok })
	if err != nil {
		return "" // Load has made sure that it can be filled
	}
	return v
}

// wish is what a source wants of a feature.
type wish struct {
	on   bool
	from string
}

// resolveFeatures settles which features are on.
func (t *Template) resolveFeatures(a *Answers, sources []Given) error {
	m := t.Manifest
	if a.Profile == "" {
		a.Profile = m.DefaultProfile()
	}
	inProfile, ok := m.Profiles[a.Profile]
	if !ok && a.Profile != "" {
		return &UnknownError{What: "profile", Word: a.Profile, Where: "template " + m.ID, Known: m.ProfileNames()}
	}
	wishes, err := m.wishes(sources)
	if err != nil {
		return err
	}
	why := map[string]string{} // feature that is on → who wants it, for messages
	for _, f := range inProfile {
		why[f] = "profile " + a.Profile
	}
	for _, f := range m.FeatureNames() {
		switch w, ok := wishes[f]; {
		case ok && w.on:
			a.With, why[f] = append(a.With, f), w.from
		case ok:
			a.Without = append(a.Without, f)
			delete(why, f)
		}
	}
	if a.Pulled, err = m.pull(why, wishes); err != nil {
		return err
	}
	for _, f := range m.Features {
		if why[f.Name] == "" {
			continue
		}
		a.Features = append(a.Features, f.Name)
		for _, other := range f.Conflicts {
			if why[other] != "" {
				return &ContradictionError{Feature: f.Name, Reason: fmt.Sprintf("it cannot be together with %s (%s by %s, %s by %s)", other, f.Name, why[f.Name], other, why[other])}
			}
		}
	}
	return nil
}

// wishes are what the sources say of features; the first that says something
// counts, and one that says both of the same feature is told so.
func (m Manifest) wishes(sources []Given) (map[string]wish, error) {
	wishes := map[string]wish{}
	for _, g := range sources {
		from := g.From
		if from == "" {
			from = "the caller"
		}
		for _, f := range slices.Concat(g.With, g.Without) {
			if _, ok := m.Feature(f); !ok {
				return nil, m.unknownFeature(f)
			}
			if slices.Contains(g.With, f) && slices.Contains(g.Without, f) {
				return nil, &ContradictionError{Feature: f, Reason: "it is wanted both with and without by " + from}
			}
			if _, said := wishes[f]; !said {
				wishes[f] = wish{on: slices.Contains(g.With, f), from: from}
			}
		}
	}
	return wishes, nil
}

// pull adds to the features that are on those that they require, and answers
// which they are and for whom.
func (m Manifest) pull(why map[string]string, wishes map[string]wish) (map[string]string, error) {
	pulled := map[string]string{}
	queue := slices.DeleteFunc(m.FeatureNames(), func(f string) bool { return why[f] == "" })
	for len(queue) > 0 {
		f, _ := m.Feature(queue[0])
		queue = queue[1:]
		for _, needed := range f.Requires {
			if w, said := wishes[needed]; said && !w.on {
				return nil, &ContradictionError{Feature: needed, Reason: fmt.Sprintf("it is left out by %s, but required by %s, which is on by %s; leave %s out too, or keep %s", w.from, f.Name, why[f.Name], f.Name, needed)}
			}
			if why[needed] == "" {
				pulled[needed], why[needed] = f.Name, "feature "+f.Name
				queue = append(queue, needed)
			}
		}
	}
	if len(pulled) == 0 {
		return nil, nil
	}
	return pulled, nil
}
