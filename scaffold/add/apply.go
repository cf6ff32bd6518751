package add

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
)

// Apply carries a plan out in the folder that root confines it to. All files are
// staged before the first is put in place; a file that must not be there is
// never overwritten, even when it came after the plan was made; and when
// anything fails, what was done is undone.
func (plan *Plan) Apply(ctx context.Context, root *os.Root) (err error) {
	a := &applier{root: root}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.undo())
		}
		err = errors.Join(err, a.sweep())
	}()
	var staged []string
	for _, s := range plan.Steps {
		name := ""
		if s.Action != Keep {
			if name, err = a.stage(s); err != nil {
				return fmt.Errorf("stage %s: %w", s.Path, err)
			}
		}
		staged = append(staged, name)
	}
	for i, s := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("add the %s %s: broken off, and nothing was changed: %w", plan.Item.Kind, plan.Item.Name, err)
		}
		if err := a.place(s, staged[i]); err != nil {
			return fmt.Errorf("write %s: %w", s.Path, err)
		}
	}
	return nil
}

// applier keeps what has to be undone, and swept up.
type applier struct {
	root    *os.Root
	temp    []string
	folders []string // made, outermost first
	done    []Step
}

// stage writes a step's content beside its place.
func (a *applier) stage(s Step) (string, error) {
	if err := a.folder(path.Dir(s.Path)); err != nil {
		return "", err
	}
	name := path.Join(path.Dir(s.Path), ".mcpctl-"+rand.Text()+".tmp")
	f, err := a.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	a.temp = append(a.temp, name)
	_, err = f.Write(s.Data)
	if err == nil {
		err = f.Sync()
	}
	return name, errors.Join(err, f.Close())
}

// folder makes a folder and those above it, and remembers which are new.
func (a *applier) folder(dir string) error {
	if dir == "." {
		return nil
	}
	info, err := a.root.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is no folder", dir)
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := a.folder(path.Dir(dir)); err != nil {
		return err
	}
	if err := a.root.Mkdir(dir, 0o755); err != nil {
		return err
	}
	a.folders = append(a.folders, dir)
	return nil
}

// place puts a staged file where it belongs.
func (a *applier) place(s Step, staged string) error {
	switch s.Action {
	case Keep:
		return nil
	case Create:
		// A link, unlike a rename, fails when something is there.
		if err := a.root.Link(staged, s.Path); errors.Is(err, fs.ErrExist) {
			return ErrExists
		} else if err != nil {
			return a.copy(s) // this file system has no links
		}
	default:
		now, err := ReadBounded(a.root.FS(), s.Path, maxFile)
		if err != nil {
			return err
		}
		if !bytes.Equal(now, s.before) {
			return errors.New("it has changed since the plan was made: run the command again")
		}
		if err := a.root.Rename(staged, s.Path); err != nil {
			return err
		}
	}
	a.done = append(a.done, s)
	return nil
}

func (a *applier) copy(s Step) error {
	f, err := a.root.OpenFile(s.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return err
	}
	a.done = append(a.done, s)
	_, err = f.Write(s.Data)
	return errors.Join(err, f.Close())
}

// undo takes back what was placed, last first.
func (a *applier) undo() error {
	var all []error
	for _, s := range slices.Backward(a.done) {
		if s.Action == Create {
			all = append(all, a.root.Remove(s.Path))
			continue
		}
		name, err := a.stage(Step{Path: s.Path, Data: s.before})
		if err == nil {
			err = a.root.Rename(name, s.Path)
		}
		all = append(all, err)
	}
	if err := a.sweep(); err != nil {
		all = append(all, err)
	}
	for _, dir := range slices.Backward(a.folders) {
		all = append(all, a.root.Remove(dir))
	}
	if err := errors.Join(all...); err != nil {
		return fmt.Errorf("take back what was written: %w", err)
	}
	return nil
}

// sweep removes what was staged and not put in place.
func (a *applier) sweep() error {
	var all []error
	for _, name := range a.temp {
		if err := a.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = append(all, err)
		}
	}
	a.temp = nil
	return errors.Join(all...)
}
