package update

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/mcpctl/mcpctl/scaffold"
)

// ErrConflicts says that a plan has conflicts and nothing was written.
var ErrConflicts = errors.New("there are conflicts, and nothing was written")

// staging is the folder within the project in which an update is prepared. It
// holds the new files, copies of the old ones, and the journal.
const staging = ".mcpctl-update"

// Apply writes the plan: all of it, or nothing. A plan with conflicts is refused
// unless marked, in which case the files get both versions between markers.
// Every file is staged first, next to a copy of the one it replaces; then a
// journal is written, and as long as that stands, Recover undoes what was done.
// When a step fails the old state is restored at once. Only one update may run
// in a folder at a time.
func (p *Plan) Apply(ctx context.Context, marked bool) error {
	if len(p.Conflicts()) > 0 && !marked {
		return ErrConflicts
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return fmt.Errorf("opening the project: %w", err)
	}
	defer func() { _ = root.Close() }() // only the handle of a folder
	return p.apply(ctx, folder{root: root})
}

func (p *Plan) apply(ctx context.Context, f folder) error {
	steps := p.steps()
	if len(steps) == 0 {
		return nil
	}
	if err := f.claim(); err != nil {
		return fmt.Errorf("preparing the update, nothing was changed: %w", err)
	}
	if err := f.prepare(ctx, steps); err != nil {
		return fmt.Errorf("preparing the update, nothing was changed: %w", errors.Join(err, f.discard()))
	}
	if err := f.exchange(steps); err != nil {
		if undone := f.undo(); undone != nil {
			return fmt.Errorf("updating: %w; restoring the old state failed too and is tried again by the next mcpctl update: %w", err, undone)
		}
		return fmt.Errorf("updating, the old state was restored: %w", err)
	}
	if err := f.commit(); err != nil {
		if undone := f.undo(); undone != nil {
			return fmt.Errorf("finishing the update: %w", errors.Join(err, undone))
		}
		return fmt.Errorf("finishing the update, the old state was restored: %w", err)
	}
	if err := f.discard(); err != nil {
		return fmt.Errorf("the project is updated, but %s could not be removed; remove it: %w", staging, err)
	}
	return nil
}

// step is what happens at one path.
type step struct {
	path     string
	old, new []byte
	mode     fs.FileMode
	had      bool // there is a file now
	leaves   bool // there will be none
}

func (s step) oldHash() string {
	if !s.had {
		return ""
	}
	return scaffold.Hash(s.old)
}

func (s step) newHash() string {
	if s.leaves {
		return ""
	}
	return scaffold.Hash(s.new)
}

// steps are the changes as the folder sees them: a renamed file is one that
// comes and one that goes.
func (p *Plan) steps() []step {
	var all []step
	for _, c := range p.writing() {
		s := step{path: c.Path, old: c.old, new: c.new, mode: c.mode, had: c.had, leaves: c.Action == Remove}
		switch {
		case c.odd:
			continue
		case c.From != "":
			all = append(all, step{path: c.From, old: c.old, had: true, leaves: true})
			s.had, s.old = false, nil
		}
		all = append(all, s)
	}
	return all
}

// folder is the project's folder. Each step that changes it passes through one
// of its methods.
type folder struct {
	root *os.Root
	// before, if any, is asked before each step that changes the folder. Tests
	// break off there.
	before func(what string) error
}

func (f folder) about(what string) error {
	if f.before == nil {
		return nil
	}
	return f.before(what)
}

// claim makes the staging folder. One that is there belongs to another update,
// which runs or was broken off.
func (f folder) claim() error {
	if err := f.about("mkdir " + staging); err != nil {
		return err
	}
	err := f.root.Mkdir(staging, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there: another update is running, or one was interrupted", staging)
	}
	return err
}

// prepare stages everything and makes sure that the folder is still what was
// planned for. The journal comes last: without it nothing has happened.
func (f folder) prepare(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		now, err := read(f.root, s.path)
		if err != nil {
			return err
		}
		if now.hash() != s.oldHash() || now.odd != "" {
			return fmt.Errorf("%s has changed since the update was planned; run it again", s.path)
		}
		if s.had {
			if err := f.write(path.Join(staging, "old", s.path), s.old, now.mode); err != nil {
				return err
			}
		}
		if !s.leaves {
			if err := f.write(path.Join(staging, "new", s.path), s.new, s.mode); err != nil {
				return err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.begin(steps)
}

// exchange puts the new files in the place of the old ones. From here on nobody
// interrupts: it is a matter of renames.
func (f folder) exchange(steps []step) error {
	for _, s := range steps {
		if s.leaves {
			if err := f.remove(s.path); err != nil {
				return err
			}
			continue
		}
		if err := f.mkdir(path.Dir(s.path)); err != nil {
			return err
		}
		if err := f.rename(path.Join(staging, "new", s.path), s.path); err != nil {
			return err
		}
	}
	for _, s := range steps {
		if s.leaves {
			f.removeEmpty(path.Dir(s.path))
		}
	}
	return nil
}

// removeEmpty removes a folder and those above it as long as they are empty.
func (f folder) removeEmpty(dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		if err := f.root.Remove(dir); err != nil {
			return // it holds something, or is gone
		}
	}
}

func (f folder) mkdir(dir string) error {
	if err := f.about("mkdir " + dir); err != nil {
		return err
	}
	return f.root.MkdirAll(dir, 0o755)
}

// write writes a file of the staging folder, and all of it to the disk.
func (f folder) write(name string, data []byte, mode fs.FileMode) (err error) {
	if err := f.mkdir(path.Dir(name)); err != nil {
		return err
	}
	if err := f.about("write " + name); err != nil {
		return err
	}
	w, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode.Perm())
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	if err == nil {
		err = w.Chmod(mode.Perm())
	}
	if err == nil {
		err = w.Sync()
	}
	return errors.Join(err, w.Close())
}

func (f folder) rename(from, to string) error {
	if err := f.about("rename to " + to); err != nil {
		return err
	}
	return f.root.Rename(from, to)
}

func (f folder) remove(name string) error {
	if err := f.about("remove " + name); err != nil {
		return err
	}
	return f.root.Remove(name)
}

// discard removes the staging folder.
func (f folder) discard() error {
	if err := f.about("discard"); err != nil {
		return err
	}
	return f.root.RemoveAll(staging)
}
