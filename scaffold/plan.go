package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// Plan is a new project that has not been written yet: every file, and where it
// would go. Making, printing and comparing it changes nothing; Apply is the only
// writer.
type Plan struct {
	Dest    string // the folder as the user named it
	Tree    Tree   // all files, mcpctl.yaml included
	Origin  Origin
	Answers Answers
	// Language is the template's, and Next the commands to begin with, in the
	// new folder.
	Language string
	Next     []string
}

// NewPlan renders the template for the answers, adds the record in mcpctl.yaml,
// and plans to write all of it to the folder dest, which Ready judges.
func NewPlan(t *Template, a Answers, dest string) (*Plan, error) {
	tree, err := Render(t, a)
	if err != nil {
		return nil, err
	}
	lang := languages[t.Manifest.Language]
	config, ok := tree.Lookup(ProjectName)
	if !ok {
		if config, err = defaultConfig(a.Name, lang.start); err != nil {
			return nil, err
		}
	}
	if config.Data, err = NewProject(t, a, tree).Encode(config.Data); err != nil {
		return nil, err
	}
	p := &Plan{Dest: dest, Tree: tree.With(config), Origin: t.Origin(), Answers: a, Language: t.Manifest.Language}
	p.Next = append(append(p.Next, lang.next...), "mcpctl test "+a.Name)
	return p, nil
}

// defaultConfig is an mcpctl.yaml that lets `mcpctl test NAME` start the server.
func defaultConfig(name string, start []string) (File, error) {
	f := File{Path: ProjectName, Mode: 0o644}
	if len(start) == 0 {
		return f, nil
	}
	type server struct {
		Command string   `yaml:"command"`
		Args    []string `yaml:"args,flow"`
	}
	var err error
	f.Data, err = yaml.Marshal(map[string]map[string]server{"servers": {name: {start[0], start[1:]}}})
	if err != nil {
		return f, fmt.Errorf("writing %s: %w", ProjectName, err)
	}
	return f, nil
}

// DestinationError says why nothing can be written to a folder, and what to do.
type DestinationError struct {
	Path   string
	Err    error
	Advice string
}

// Error names the folder and what is wrong.
func (e *DestinationError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap gives the fault.
func (e *DestinationError) Unwrap() error { return e.Err }

// Ready tells whether the destination can be written to: it does not exist in a
// folder that does, or is an empty folder. The error is a *DestinationError.
func (p *Plan) Ready() error {
	_, _, err := p.destination()
	return err
}

// destination answers the folder in which to write and the name to write to;
// the name is empty when the folder is an empty one that is to be filled. Links
// among its parents are followed once, here; the last element must be none, as
// then nobody could tell which of the two is meant.
func (p *Plan) destination() (folder, name string, err error) {
	refuse := func(advice, format string, args ...any) (string, string, error) {
		return "", "", &DestinationError{Path: p.Dest, Err: fmt.Errorf(format, args...), Advice: advice}
	}
	const elsewhere = "Choose another folder with --dir, or see the differences with --diff."
	path, err := filepath.Abs(p.Dest)
	if err != nil {
		return refuse("", "%w", err)
	}
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		parent, err := filepath.EvalSymlinks(filepath.Dir(path))
		if errors.Is(err, fs.ErrNotExist) {
			return refuse("Make it first.", "the folder %s above it does not exist", filepath.Dir(p.Dest))
		}
		if err != nil {
			return refuse("", "%w", err)
		}
		return parent, filepath.Base(path), nil
	}
	switch {
	case err != nil:
		return refuse("", "%w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return refuse("Name the folder that it leads to.", "it is a symbolic link")
	case !info.IsDir():
		return refuse(elsewhere, "it exists and is a %s", kindOf(info.Mode()))
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return refuse("", "%w", err)
	}
	if len(entries) > 0 {
		return refuse(elsewhere, "it exists and is not empty: it has %s, and nothing is ever overwritten", entries[0].Name())
	}
	folder, err = filepath.EvalSymlinks(path)
	if err != nil {
		return refuse("", "%w", err)
	}
	return folder, "", nil
}
