package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/rogpeppe/go-internal/diff"
)

// Diff writes, as a unified diff, how the files in a folder would have to change
// to be those of the plan, and answers how many would. Files that the plan does
// not know are left aside. The text holds the folder's content as it is: make it
// safe for a terminal. A folder is best passed as os.Root's FS.
func (p *Plan) Diff(w io.Writer, folder fs.FS) (changed int, err error) {
	for _, f := range p.Tree {
		text, err := diffFile(f, folder)
		if err != nil {
			return changed, fmt.Errorf("comparing %s: %w", f.Path, err)
		}
		if len(text) == 0 {
			continue
		}
		changed++
		if _, err := w.Write(text); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

func diffFile(f File, folder fs.FS) ([]byte, error) {
	before, old := "a/"+f.Path, []byte(nil)
	info, err := fs.Stat(folder, f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		before = "/dev/null"
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return fmt.Appendf(nil, "%s is a %s, and would be a file\n", f.Path, kindOf(info.Mode())), nil
	default:
		if old, err = readFile(folder, f.Path, MaxFileSize); err != nil {
			return nil, err
		}
	}
	switch {
	case info != nil && bytes.Equal(old, f.Data):
		return nil, nil
	case info == nil && len(f.Data) == 0:
		return fmt.Appendf(nil, "%s is missing, and would be an empty file\n", f.Path), nil
	case binary(old) || binary(f.Data):
		return fmt.Appendf(nil, "binary file %s differs\n", f.Path), nil
	}
	return diff.Diff(before, old, "b/"+f.Path, f.Data), nil
}
