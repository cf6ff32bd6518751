package update

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/merge"
)

// Request says what to update to what.
type Request struct {
	Dir string // the project
	// Wanted is the template to update to.
	Wanted *scaffold.Template
	// Base is the template in the version that the project records, or the
	// nearest to be had: what it renders counts for a file only if it has the
	// digest that the project recorded. It may be nil.
	Base *scaffold.Template
	// Renames are the files that the template moved, in all its versions.
	Renames []Rename
}

// ReadProject reads the record of the project in dir.
func ReadProject(dir string) (scaffold.Project, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return scaffold.Project{}, fmt.Errorf("opening the project: %w", err)
	}
	defer func() { _ = root.Close() }() // only the handle of a folder
	p, _, err := readRecord(root)
	return p, err
}

func readRecord(root *os.Root) (scaffold.Project, file, error) {
	config, err := read(root, scaffold.ProjectName)
	switch {
	case err != nil:
		return scaffold.Project{}, config, err
	case !config.exists:
		return scaffold.Project{}, config, scaffold.ErrNoProject
	}
	p, err := scaffold.ReadProject(config.data)
	return p, config, err
}

// NewPlan compares base, folder and wanted version. It changes nothing.
func NewPlan(ctx context.Context, r Request) (*Plan, error) {
	root, err := os.OpenRoot(r.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the project: %w", err)
	}
	defer func() { _ = root.Close() }() // only the handle of a folder
	project, config, err := readRecord(root)
	if err != nil {
		return nil, err
	}
	p := &Plan{From: project.Template, To: r.Wanted.Origin(), dir: r.Dir}
	given, notes := stillKnown(project.Answers.Given(), r.Base, r.Wanted)
	p.Notes = notes
	if p.Answers, err = r.Wanted.Resolve(given); err != nil {
		return nil, fmt.Errorf("the answers in %s: %w", scaffold.ProjectName, err)
	}
	next, err := scaffold.NewPlan(r.Wanted, p.Answers, r.Dir)
	if err != nil {
		return nil, err
	}
	c := comparison{root: root, recorded: project.Files, next: next.Tree, moved: applying(r.Renames, p.From.Version, p.To.Version)}
	if c.yours, err = readAll(root, c.paths()); err != nil {
		return nil, err
	}
	c.base = findBase(ctx, r.Base, project, c.touched())
	p.Changes = c.changes()
	p.Then = lockCommands(p.Changes, c)
	if unknown := c.unknown(); len(unknown) > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("what version %s of the template made of %d of the files that you changed is not known, so they cannot be merged", p.From.Version, len(unknown)))
	}
	return p, p.recordIn(config, project, c, scaffold.NewProject(r.Wanted, p.Answers, next.Tree))
}

// recordIn plans mcpctl.yaml: the new record, the template's changes to the rest
// of it, and the user's own keys, comments and blank lines.
func (p *Plan) recordIn(config file, old scaffold.Project, c comparison, now scaffold.Project) error {
	encode := func(record scaffold.Project, text []byte) []byte {
		out, err := record.Encode(text)
		if err != nil {
			return nil
		}
		return out
	}
	// The encoder lays the file out anew: only what the record changes is carried
	// over to the user's own text.
	before, after := encode(old, config.data), encode(now, config.data)
	if before == nil || after == nil {
		return errors.New("mcpctl.yaml cannot be written again; is it a mapping of keys to values?")
	}
	text := after
	if carried := merge.Text(merge.Sides{Base: before, Yours: config.data, New: after}); len(carried.Conflicts) == 0 && bytes.Equal(encode(now, carried.Data), after) {
		text = carried.Data
	}
	// With one record in all three sides, the template's own keys are merged alone.
	if base, ok := c.base.Lookup(scaffold.ProjectName); ok {
		if next, ok := c.next.Lookup(scaffold.ProjectName); ok {
			merged := merge.File(scaffold.ProjectName, merge.Sides{Base: encode(now, base.Data), Yours: text, New: encode(now, next.Data)})
			if len(merged.Conflicts) == 0 {
				text = merged.Data
			}
		}
	}
	p.record = Change{Action: Keep, Path: scaffold.ProjectName, mode: config.mode, old: config.data, new: text, had: true}
	if !bytes.Equal(text, config.data) {
		p.record.Action = Replace
	}
	return nil
}
