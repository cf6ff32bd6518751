package scaffold

import (
	"maps"
	"slices"
)

// over lays t over its base: t's files, rules and features come first, and the
// answer stands for itself. Features that t drops stay known to the base's
// files as features that are never on.
func (t *Template) over(base *Template) *Template {
	m, b := t.Manifest, base.Manifest
	dropped := func(name string) bool { return slices.Contains(m.DropFeatures, name) }

	var files []File
	for _, f := range base.Files {
		_, replaced := t.Files.Lookup(f.Path)
		if !replaced && !matchesAny(m.Drop, f.Path) {
			files = append(files, f)
		}
	}
	features := slices.DeleteFunc(slices.Clone(b.Features), func(f Feature) bool {
		_, replaced := m.Feature(f.Name)
		return replaced || dropped(f.Name)
	})
	questions := slices.DeleteFunc(slices.Clone(b.Questions), func(q Question) bool {
		_, replaced := m.question(q.Name)
		return replaced
	})
	profiles := maps.Clone(m.Profiles)
	if profiles == nil {
		profiles = map[string][]string{}
	}
	for name, on := range b.Profiles {
		if _, replaced := profiles[name]; !replaced {
			profiles[name] = slices.DeleteFunc(slices.Clone(on), dropped)
		}
	}
	if m.Language == "" {
		m.Language = b.Language
	}
	m.Base, m.Drop = "", nil
	m.DropFeatures = union(m.DropFeatures, b.DropFeatures)
	m.Features = append(features, m.Features...)
	m.Questions = append(questions, m.Questions...)
	m.Profiles = profiles
	m.Files = slices.Concat(m.Files, b.Files)
	m.Bare = union(m.Bare, b.Bare)
	return &Template{Manifest: m, Files: NewTree(append(files, t.Files...)...)}
}

// union are the words of a and those of b that a lacks.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, word := range b {
		if !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}
