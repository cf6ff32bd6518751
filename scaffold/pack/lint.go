package pack

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold"
)

// Problem is something wrong with a template.
type Problem struct {
	Rule    string `json:"rule"`           // stable id, see Rules
	Path    string `json:"path,omitempty"` // file of the template, or of what it renders
	Message string `json:"message"`
}

func (p Problem) String() string {
	return strings.TrimPrefix(p.Path+": ", ": ") + p.Message + " (" + p.Rule + ")"
}

// rule is one thing that lint looks at in the projects that a template renders.
type rule struct {
	id, title string
	check     func(scaffold.Tree) []Problem
}

// rules are all that look at a rendered project, in the order of their ids.
func rules() []rule {
	return []rule{
		{"declared", "every imported package is declared as a dependency", undeclared},
		{"format", "Go files are as gofmt writes them", unformatted},
		{"leftover", "no marker and no token of the template is left", leftovers},
		{"parses", "Go, JSON and YAML files can be read", unreadable},
		{"pinned", "every dependency, image and action is pinned", unpinned},
	}
}

// Rules tells what lint looks at: ids with their meaning, in order.
func Rules() [][2]string {
	all := [][2]string{
		{"renders", "every row of the covering array renders"},
		{"size", "the smallest project of a profile that promises few files keeps to it"},
		{"used", "every feature and every question changes something"},
	}
	for _, r := range rules() {
		all = append(all, [2]string{r.id, r.title})
	}
	slices.SortFunc(all, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return all
}

// leanFiles is how many files the lean profile may have: what one reads in five
// minutes.
const leanFiles = 8

// Lint answers what is wrong with a template: it renders every profile and
// every row of the covering array, and looks at what comes of it. Each problem
// is named once, however many rows show it. An empty answer means that none of
// the Rules is broken.
func Lint(t *scaffold.Template) []Problem {
	var found []Problem
	seen := map[Problem]bool{}
	add := func(more ...Problem) {
		for _, p := range more {
			if !seen[p] {
				seen[p] = true
				found = append(found, p)
			}
		}
	}
	for _, row := range Cover(t.Manifest.Features) {
		tree, err := RenderRow(t, row)
		if err != nil {
			add(Problem{"renders", "", fmt.Sprintf("with %s: %v", row, err)})
			continue
		}
		for _, r := range rules() {
			add(r.check(tree)...)
		}
	}
	add(lean(t)...)
	add(unused(t)...)
	return found
}

// String names the features of a row for people.
func (r Row) String() string {
	if len(r) == 0 {
		return "no feature"
	}
	return strings.Join(r, ",")
}

func lean(t *scaffold.Template) []Problem {
	features, ok := t.Manifest.Profiles["lean"]
	if !ok {
		return nil
	}
	tree, err := RenderRow(t, features)
	if err != nil {
		return []Problem{{"renders", "", fmt.Sprintf("the lean profile: %v", err)}}
	}
	if len(tree) > leanFiles {
		return []Problem{{"size", "", fmt.Sprintf("the lean profile has %d files, %d at most may it have", len(tree), leanFiles)}}
	}
	return nil
}

// base is the name of a file without its folders.
func base(f scaffold.File) string { return path.Base(f.Path) }
