package add

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/scaffold"
)

// Action is what a Step does to its file.
type Action string

// The actions.
const (
	Create  Action = "create"  // the file must not be there
	Rewrite Action = "rewrite" // it is ours, and changes
	Keep    Action = "keep"    // it is the user's, or needs no change
)

// Step is what happens to one file.
type Step struct {
	Path   string
	Action Action
	Data   []byte // the content afterwards; of kept files nil
	before []byte // of a rewritten file
}

// Plan is everything that adding an item will do, computed without doing it.
// It is immutable; Apply carries it out.
type Plan struct {
	Item  Item
	Steps []Step
	Notes []string // what the user should know
}

// Options alter a plan.
type Options struct {
	// Regenerate rewrites the generated files of an item that was added
	// before, and keeps its handler and test.
	Regenerate bool
}

// ErrExists says that something is in the way, which is the user's.
var ErrExists = errors.New("it is there already")

// NewPlan plans to add an item to a project.
func NewPlan(p *Project, g Generator, it Item, o Options) (*Plan, error) {
	known := slices.IndexFunc(p.Entries, func(e Entry) bool { return e.Kind == it.Kind && e.Name == it.Name })
	switch {
	case known >= 0 && !o.Regenerate:
		return nil, fmt.Errorf("the %s %s was added before, and its body is yours: %w; --regenerate rewrites its schema and types alone", it.Kind, it.Name, ErrExists)
	case known < 0 && o.Regenerate:
		return nil, fmt.Errorf("the %s %s was never added, so there is nothing to regenerate: leave out --regenerate", it.Kind, it.Name)
	case known < 0 && len(p.Entries) >= maxEntries:
		return nil, fmt.Errorf("the project has %d added items, and more are not kept track of", maxEntries)
	}
	if known >= 0 && (p.Entries[known].Source == FromOpenAPI) != (it.Source == FromOpenAPI) {
		return nil, fmt.Errorf("the %s %s came from %s, whose handler differs from one from %s: remove its files and add it anew",
			it.Kind, it.Name, p.Entries[known].Source, it.Source)
	}
	if err := checkText(&it); err != nil {
		return nil, err
	}
	files, err := g.Files(p, it)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Item: it, Notes: slices.Clone(it.Notes)}
	entry := Entry{Kind: it.Kind, Name: it.Name, Source: it.Source}
	for _, f := range files {
		if f.Handler {
			entry.File = f.Path
		}
		if err := plan.step(p, f, o); err != nil {
			return nil, err
		}
	}
	if entry.File == "" {
		return nil, fmt.Errorf("the %s %s has no handler file: that is a fault of mcpctl's", it.Kind, it.Name)
	}
	entries := plan.survivors(p, entry)
	record, err := writeEntries(p.record, entries)
	if err != nil {
		return nil, err
	}
	index, err := g.Index(p, entries)
	if err != nil {
		return nil, err
	}
	// The index comes last: until it is there, what stands before it is
	// unused code, and the project builds.
	for _, f := range []File{{Path: scaffold.ProjectName, Data: record, Generated: true, Shared: true}, index} {
		if err := plan.step(p, f, o); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// survivors are the entries whose handlers are still there, and the new one.
func (plan *Plan) survivors(p *Project, entry Entry) []Entry {
	var entries []Entry
	replaced := false
	for _, e := range p.Entries {
		if e.Kind == entry.Kind && e.Name == entry.Name {
			entries, replaced = append(entries, entry), true
			continue
		}
		if _, err := fs.Stat(p.FS, e.File); errors.Is(err, fs.ErrNotExist) {
			plan.Notes = append(plan.Notes, fmt.Sprintf("the %s %s is no longer registered, as %s is gone", e.Kind, e.Name, e.File))
			continue
		}
		entries = append(entries, e)
	}
	if !replaced {
		entries = append(entries, entry)
	}
	return entries
}

// maxFile bounds an existing file that is compared or replaced, in bytes.
const maxFile = 4 << 20

// step decides what happens to one file.
func (plan *Plan) step(p *Project, f File, o Options) error {
	before, err := ReadBounded(p.FS, f.Path, maxFile)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return fmt.Errorf("look at %s: %w", f.Path, err)
	case missing && o.Regenerate && !f.Generated:
		// A test that the user removed stays removed; without its handler
		// the generated files would stand for nothing.
		if f.Handler {
			return fmt.Errorf("%s is gone, so there is nothing to regenerate for: leave out --regenerate", f.Path)
		}
		return nil
	case missing:
		plan.Steps = append(plan.Steps, Step{Path: f.Path, Action: Create, Data: f.Data})
	case !f.Generated && !o.Regenerate || f.Generated && !f.Shared && !o.Regenerate:
		return fmt.Errorf("%s stands where the %s %s would go: %w; choose another name, or remove that file first", f.Path, plan.Item.Kind, plan.Item.Name, ErrExists)
	case !f.Generated || bytes.Equal(before, f.Data):
		plan.Steps = append(plan.Steps, Step{Path: f.Path, Action: Keep})
	default:
		plan.Steps = append(plan.Steps, Step{Path: f.Path, Action: Rewrite, Data: f.Data, before: before})
	}
	return nil
}

// Print writes the plan, one file a line, with the digest of what it will hold.
func (plan *Plan) Print(w io.Writer) error {
	var out strings.Builder
	for _, s := range plan.Steps {
		digest := ""
		if s.Data != nil {
			digest = fmt.Sprintf("  sha256:%.6x", sha256.Sum256(s.Data))
		}
		fmt.Fprintf(&out, "%-8s %s%s\n", s.Action, term.SafeLine(s.Path), digest)
	}
	for _, n := range plan.Notes {
		fmt.Fprintf(&out, "note     %s\n", term.SafeLine(n))
	}
	_, err := io.WriteString(w, out.String())
	return err
}
