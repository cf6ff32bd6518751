package scaffold

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// Apply writes the project. Everything is staged in a folder of its own, through
// an os.Root that nothing can leave, and renamed into place at the end: at the
// destination there is the whole project or nothing. Nothing that exists is
// overwritten. When it fails, panics or ctx ends, the staging folder is removed.
func (p *Plan) Apply(ctx context.Context) (err error) {
	if err := checkTree(p.Tree); err != nil {
		return err
	}
	folder, name, err := p.destination()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("writing %s: %w", p.Dest, err)
	}
	defer func() { _ = root.Close() }() // only the handle of a folder
	staging := ".mcpctl-" + rand.Text()[:10]
	if err := root.Mkdir(staging, 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", p.Dest, err)
	}
	defer func() {
		// What was renamed is no longer there to be removed.
		if left := root.RemoveAll(staging); left != nil && err != nil {
			err = errors.Join(err, fmt.Errorf("what was begun is left in %s: %w", path.Join(folder, staging), left))
		}
	}()
	if err := p.stage(ctx, root, staging); err != nil {
		return fmt.Errorf("writing %s: %w", p.Dest, err)
	}
	if name == "" {
		err = fill(root, staging)
	} else {
		err = moveNew(root, staging, name)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", p.Dest, err)
	}
	return nil
}

// stage writes all files below the folder.
func (p *Plan) stage(ctx context.Context, root *os.Root, folder string) error {
	stage, err := root.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = stage.Close() }() // only the handle of a folder
	for i := 0; i < len(p.Tree); {
		n := i + 1
		for n < len(p.Tree) && path.Dir(p.Tree[n].Path) == path.Dir(p.Tree[i].Path) {
			n++
		}
		if err := writeFolder(ctx, stage, path.Dir(p.Tree[i].Path), p.Tree[i:n]); err != nil {
			return err
		}
		i = n
	}
	return ctx.Err()
}

// writeFolder writes files of one folder. It is opened once for all of them:
// every step of a path is looked at for links, which costs more than the file.
func writeFolder(ctx context.Context, root *os.Root, folder string, files []File) error {
	if err := root.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	at, err := root.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = at.Close() }() // only the handle of a folder
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.Path = path.Base(f.Path)
		if err := writeNew(at, f); err != nil {
			return err
		}
	}
	return nil
}

// writeNew writes a file where none is.
func writeNew(root *os.Root, f File) error {
	w, err := root.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.Mode.Perm())
	if err != nil {
		return err
	}
	_, err = w.Write(f.Data)
	return errors.Join(err, w.Close())
}

// fill moves what is in the staging folder into the folder around it, which the
// user may stand in, so that it stays the same folder. Either all is moved or
// nothing.
func fill(root *os.Root, staging string) (err error) {
	entries, err := fs.ReadDir(root.FS(), staging)
	if err != nil {
		return err
	}
	var moved []string
	defer func() {
		if err != nil {
			for _, name := range moved {
				err = errors.Join(err, root.Rename(name, path.Join(staging, name)))
			}
		}
	}()
	for _, e := range entries {
		if err := moveNew(root, path.Join(staging, e.Name()), e.Name()); err != nil {
			return err
		}
		moved = append(moved, e.Name())
	}
	return nil
}

// moveNew renames to where nothing is.
func moveNew(root *os.Root, from, to string) error {
	if _, err := root.Lstat(to); err == nil {
		return fmt.Errorf("%s has appeared meanwhile, and nothing is ever overwritten", to)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return root.Rename(from, to)
}
