package pack

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/scaffold"
)

// unused finds features and questions that change nothing: those that render
// the same files either way.
func unused(t *scaffold.Template) (found []Problem) {
	for _, f := range t.Manifest.Features {
		on := closed(t.Manifest, f.Name)
		off := slices.DeleteFunc(slices.Clone(on), func(name string) bool { return name == f.Name })
		with, err := RenderRow(t, on)
		if err != nil {
			continue // a rule of its own says so
		}
		without, err := RenderRow(t, off)
		if err == nil && same(with, without) {
			found = append(found, Problem{"used", scaffold.ManifestName, fmt.Sprintf("the feature %s changes no file", f.Name)})
		}
	}
	for _, q := range t.Manifest.Questions {
		if q.Token != "" && !holds(t.Files, q.Token) {
			found = append(found, Problem{"used", scaffold.ManifestName, fmt.Sprintf("no file holds %q, which the answer to the question %s replaces", q.Token, q.Name)})
		}
	}
	return found
}

// closed are a feature and all that it requires.
func closed(m scaffold.Manifest, name string) []string {
	all := []string{name}
	for i := 0; i < len(all); i++ {
		f, _ := m.Feature(all[i])
		for _, r := range f.Requires {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	return all
}

// same compares projects; what records the answers differs of course.
func same(a, b scaffold.Tree) bool {
	return slices.EqualFunc(a, b, func(x, y scaffold.File) bool {
		return x.Path == y.Path && (x.Path == scaffold.ProjectName || x.Mode == y.Mode && bytes.Equal(x.Data, y.Data))
	})
}

func holds(files scaffold.Tree, token string) bool {
	return slices.ContainsFunc(files, func(f scaffold.File) bool { return bytes.Contains(f.Data, []byte(token)) })
}
