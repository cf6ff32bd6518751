package scaffold

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

var templateID = pattern.New(`^[a-z][a-z0-9-]{0,39}$`)

// check judges manifest and files of the whole, completes the questions, and
// answers all faults at once.
func (t *Template) check() error {
	m := &t.Manifest
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if !templateID.MatchString(m.ID) {
		fault("the id %q must be small letters, digits and hyphens", m.ID)
	}
	if !semver.IsValid("v"+m.Version) || strings.Count(m.Version, ".") < 2 {
		fault("the version %q is not like 1.0.0", m.Version)
	}
	if _, ok := languages[m.Language]; !ok {
		faults = append(faults, &UnknownError{What: "language", Word: m.Language, Where: "mcpctl", Known: slices.Sorted(maps.Keys(languages))})
	}
	if m.Title == "" {
		fault("the title is missing")
	}
	faults = append(faults, m.checkFeatures()...)
	faults = append(faults, m.checkQuestions()...)
	faults = append(faults, m.checkRules()...)
	if err := checkTree(t.Files); err != nil {
		faults = append(faults, err)
	}
	for _, f := range t.Files {
		if !t.bare(f) {
			if err := checkRegions(f.Path, f.Data, m.known); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return errors.Join(faults...)
}

// known tells whether conditions may name a feature: those of a base that were
// dropped may be named, and are never on.
func (m Manifest) known(feature string) error {
	if _, ok := m.Feature(feature); ok || slices.Contains(m.DropFeatures, feature) {
		return nil
	}
	return m.unknownFeature(feature)
}

func (m Manifest) unknownFeature(name string) error {
	return &UnknownError{What: "feature", Word: name, Where: "template " + m.ID, Known: m.FeatureNames()}
}

func (m Manifest) checkFeatures() (faults []error) {
	seen := map[string]bool{}
	for _, f := range m.Features {
		if !featureName.MatchString(f.Name) || seen[f.Name] {
			faults = append(faults, fmt.Errorf("the feature %q is there twice or has no proper name", f.Name))
		}
		seen[f.Name] = true
		for _, other := range slices.Concat(f.Requires, f.Conflicts) {
			if _, ok := m.Feature(other); !ok {
				faults = append(faults, fmt.Errorf("feature %s: %w", f.Name, m.unknownFeature(other)))
			}
		}
	}
	for _, name := range m.ProfileNames() {
		if !featureName.MatchString(name) {
			faults = append(faults, fmt.Errorf("the profile %q has no proper name", name))
		}
		for _, f := range m.Profiles[name] {
			if _, ok := m.Feature(f); !ok {
				faults = append(faults, fmt.Errorf("profile %s: %w", name, m.unknownFeature(f)))
			}
		}
	}
	return faults
}

// reservedQuestions are keys that mean something else among the answers.
var reservedQuestions = []string{"name", "profile", "with", "without", "template"}

func (m *Manifest) checkQuestions() (faults []error) {
	fault := func(name, format string, args ...any) {
		faults = append(faults, fmt.Errorf("question %s: %w", name, fmt.Errorf(format, args...)))
	}
	words, tokens := forms("acme-server"), map[string]bool{}
	for _, n := range nameTokens {
		tokens[n.token] = true
	}
	m.Questions = slices.Clone(m.Questions)
	for i, q := range m.Questions {
		q = q.complete()
		m.Questions[i] = q
		_, taken := words[q.Name]
		if taken || !featureName.MatchString(q.Name) || slices.Contains(reservedQuestions, q.Name) {
			fault(q.Name, "it is there twice or has no proper name")
		}
		if _, ok := rules[q.Rule]; !ok {
			fault(q.Name, "%w", &UnknownError{What: "rule", Word: q.Rule, Where: "mcpctl", Known: Rules()})
			continue
		}
		if q.Token != "" && (tokens[q.Token] || len(q.Token) < minToken) {
			fault(q.Name, "its token %q is taken or shorter than %d characters", q.Token, minToken)
		}
		tokens[q.Token] = true
		filled, err := fillIn(q.Default, func(w string) (string, bool) { v, ok := words[w]; return v, ok })
		if err != nil {
			fault(q.Name, "its default: %w", err)
		} else if err := q.Check(filled); err != nil && q.Default != "" {
			fault(q.Name, "its default: %w", err)
		}
		words[q.Name] = filled
	}
	return faults
}

// minToken keeps tokens from being parts of ordinary words.
const minToken = 6

func (m Manifest) checkRules() (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for _, r := range m.Files {
		if !goodGlob(r.Path) {
			fault("files: %q is no pattern", r.Path)
		}
		if r.Mode != "" && r.Mode != "0644" && r.Mode != "0755" {
			fault("files: %s: the mode %q is neither 0644 nor 0755", r.Path, r.Mode)
		}
		if r.To != "" {
			many, same := strings.HasSuffix(r.Path, "**"), strings.HasSuffix(r.To, "**")
			if err := CheckPath(strings.ReplaceAll(r.To, "**", "x")); err != nil {
				fault("files: %s: %w", r.Path, err)
			} else if many != same || strings.Contains(strings.TrimSuffix(r.To, "**"), "*") || !many && strings.ContainsAny(r.Path, "*?[") {
				fault("files: %s cannot go to %s: one file goes to one path, or a/** to b/** or **", r.Path, r.To)
			}
		}
		for _, f := range r.When.Features() {
			if err := m.known(f); err != nil {
				fault("files: %s: %w", r.Path, err)
			}
		}
	}
	for _, p := range slices.Concat(m.Bare, m.Drop) {
		if !goodGlob(p) {
			fault("%q is no pattern", p)
		}
	}
	return faults
}
