package update

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/mcpctl/mcpctl/scaffold"
)

// file is one file of the user's folder.
type file struct {
	exists bool
	data   []byte
	mode   fs.FileMode
	// odd says why this is no file that could be merged: a link, a folder.
	odd string
}

func (f file) hash() string {
	if !f.exists {
		return ""
	}
	return scaffold.Hash(f.data)
}

// read reads a file of the project. What is missing is no error, and neither is
// what stands in a file's place.
func read(root *os.Root, name string) (file, error) {
	if odd := oddParent(root, name); odd != "" {
		return file{odd: odd}, nil
	}
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file{}, nil
	case err != nil:
		return file{}, fmt.Errorf("reading the project: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return file{odd: "a symbolic link stands in its place"}, nil
	case !info.Mode().IsRegular():
		return file{odd: "something that is no file stands in its place"}, nil
	case info.Size() > scaffold.MaxFileSize:
		return file{odd: fmt.Sprintf("it is larger than %d bytes", scaffold.MaxFileSize)}, nil
	}
	f, err := root.Open(name)
	if err != nil {
		return file{}, fmt.Errorf("reading the project: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, scaffold.MaxFileSize+1))
	if err != nil {
		return file{}, fmt.Errorf("reading the project: %w", err)
	}
	if len(data) > scaffold.MaxFileSize {
		return file{odd: fmt.Sprintf("it is larger than %d bytes", scaffold.MaxFileSize)}, nil
	}
	return file{exists: true, data: data, mode: info.Mode().Perm()}, nil
}

// oddParent says what is wrong with the folders above a file. A link among them
// would lead the update to a place that nobody sees in the plan.
func oddParent(root *os.Root, name string) string {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if info, err := root.Lstat(dir); err == nil && !info.IsDir() {
			return fmt.Sprintf("%s is no folder", dir)
		}
	}
	return ""
}

func readAll(root *os.Root, paths []string) (map[string]file, error) {
	all := make(map[string]file, len(paths))
	for _, p := range paths {
		f, err := read(root, p)
		if err != nil {
			return nil, err
		}
		all[p] = f
	}
	return all, nil
}
