package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Render answers the files of a project, without the record in mcpctl.yaml that
// NewPlan adds. It is a pure function: the same template and answers give the
// same bytes, on every system. The answers must come from Resolve.
func Render(t *Template, a Answers) (Tree, error) {
	r := renderer{template: t, answers: a, tokens: t.tokens(a)}
	files, err := r.all()
	if err != nil {
		return nil, fmt.Errorf("rendering template %s: %w", t.Manifest.ID, err)
	}
	tree := NewTree(files...)
	if err := checkTree(tree); err != nil {
		return nil, fmt.Errorf("rendering template %s: %w", t.Manifest.ID, err)
	}
	return tree, nil
}

// renderer has what all files of a project share.
type renderer struct {
	template *Template
	answers  Answers
	tokens   *strings.Replacer
}

// all renders every file that the answers call for. Files know nothing of each
// other, so each processor takes its share; their order stays.
func (r renderer) all() ([]File, error) {
	var wanted []File
	for _, f := range r.template.Files {
		if r.template.rule(f.Path).When.Holds(r.answers.On) {
			wanted = append(wanted, f)
		}
	}
	faults := make([]error, len(wanted))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(wanted)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(wanted); i = int(next.Add(1)) - 1 {
				wanted[i], faults[i] = r.render(wanted[i])
			}
		})
	}
	workers.Wait()
	return wanted, errors.Join(faults...)
}

func (r renderer) render(f File) (File, error) {
	rule := r.template.rule(f.Path)
	out := File{Path: r.tokens.Replace(rule.renamed(f.Path)), Mode: f.Mode, Data: f.Data}
	if rule.Mode == "0755" {
		out.Mode = 0o755
	}
	if r.template.bare(f) {
		return out, nil
	}
	folded, marked, err := foldRegions(f.Path, f.Data, r.answers.On)
	if err != nil {
		return File{}, err
	}
	out.Data = []byte(r.tokens.Replace(string(folded)))
	switch {
	case marked && strings.HasSuffix(out.Path, ".json"):
		out.Data = dropDanglingCommas(out.Data)
	case strings.HasSuffix(out.Path, ".go") && !bytes.Equal(out.Data, f.Data):
		// Names of another length move columns and the order of imports.
		if out.Data, err = format.Source(out.Data); err != nil {
			return File{}, fmt.Errorf("%s with features %v is no Go: %w", f.Path, r.answers.Features, err)
		}
	}
	return out, nil
}

// tokens replaces what templates write for the name and the questions. Of
// tokens that begin at the same place the longest counts.
func (t *Template) tokens(a Answers) *strings.Replacer {
	spelled := forms(a.Name)
	var pairs [][2]string
	for _, n := range nameTokens {
		pairs = append(pairs, [2]string{n.token, spelled[n.form]})
	}
	for _, q := range t.Manifest.Questions {
		if q.Token != "" {
			pairs = append(pairs, [2]string{q.Token, a.Values[q.Name]})
		}
	}
	slices.SortStableFunc(pairs, func(a, b [2]string) int { return len(b[0]) - len(a[0]) })
	var flat []string
	for _, p := range pairs {
		flat = append(flat, p[0], p[1])
	}
	return strings.NewReplacer(flat...)
}

// rule is the first rule that matches, or one that changes nothing.
func (t *Template) rule(path string) FileRule {
	for _, r := range t.Manifest.Files {
		if matchGlob(r.Path, path) {
			return r
		}
	}
	return FileRule{}
}

// bare tells whether a file is passed on as it is.
func (t *Template) bare(f File) bool {
	return matchesAny(t.Manifest.Bare, f.Path) || binary(f.Data)
}

// binary tells whether data is no text.
func binary(data []byte) bool {
	return bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data)
}
