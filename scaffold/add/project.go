package add

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/mcpctl/mcpctl/scaffold"
)

// Project is an existing project that items are added to.
type Project struct {
	FS      fs.FS   // its folder
	Entries []Entry // what was added before, in that order
	record  []byte  // mcpctl.yaml as it is
}

// Entry is one added item, as mcpctl.yaml keeps it.
type Entry struct {
	Kind   Kind   `yaml:"kind"`
	Name   string `yaml:"name"`
	File   string `yaml:"file"` // its handler
	Source Source `yaml:"source"`
}

// File is one file that an item becomes.
type File struct {
	Path string
	Data []byte
	// Generated files are ours and are rewritten; all others are the
	// user's as soon as they are there.
	Generated bool
	// Shared files are the same for all items, and so may be there already.
	Shared bool
	// Handler marks the file that holds the item's body.
	Handler bool
}

// Generator writes items in one language. Its methods are pure: they read the
// project and write nothing.
type Generator interface {
	// Files are what the item becomes in the project. It refuses names that
	// the language, or the project, has in use already.
	Files(p *Project, it Item) ([]File, error)
	// Index is the generated file that registers all entries.
	Index(p *Project, entries []Entry) (File, error)
}

// marks are the files by which a project's language is known.
func marks() [][2]string {
	return [][2]string{{"go.mod", "go"}, {"package.json", "typescript"}, {"pyproject.toml", "python"}}
}

// Open reads a project. fsys is its folder.
func Open(fsys fs.FS) (*Project, error) {
	record, err := ReadBounded(fsys, scaffold.ProjectName, scaffold.MaxProject)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s here, so this is no project of mcpctl's: run this in the folder that `mcpctl new` made", scaffold.ProjectName)
	}
	if err != nil {
		return nil, fmt.Errorf("read the project: %w", err)
	}
	if _, err := scaffold.ReadProject(record); err != nil {
		return nil, err
	}
	p := &Project{FS: fsys, record: record}
	if p.Entries, err = readEntries(record); err != nil {
		return nil, err
	}
	return p, nil
}

// Language tells what the project is written in: go, typescript or python.
func (p *Project) Language() (string, error) {
	for _, m := range marks() {
		if _, err := fs.Stat(p.FS, m[0]); err == nil {
			return m[1], nil
		}
	}
	return "", errors.New("the project has neither a go.mod nor a package.json nor a pyproject.toml, so its language is unknown")
}

// ReadBounded reads a regular file of at most limit bytes.
func ReadBounded(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", name)
	case info.Size() > limit:
		return nil, fmt.Errorf("%s has %d bytes, more than %d", name, info.Size(), limit)
	}
	return fs.ReadFile(fsys, name)
}
