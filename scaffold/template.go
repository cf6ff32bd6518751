// Package scaffold makes projects from templates.
//
// A Template is data: a manifest and the files of a superset project, in which
// regions and whole files belong to features. Resolve settles what a user wants
// into Answers, Render answers the files for them, and a Plan shows the files or
// writes them into a new folder:
//
//	t, err := scaffold.Load(fsys, scaffold.Builtin, templates.FS)
//	a, err := t.Resolve(scaffold.Given{Name: "weather", Profile: "lean"})
//	p, err := scaffold.NewPlan(t, a, "weather")
//	err = p.Apply(ctx)
//
// Nothing in a template runs: there are no hooks and no expressions that
// compute, and rendering depends on nothing but template and answers. Templates
// are not trusted: Load bounds what it reads and refuses whatever could leave
// the destination. The package knows no network.
package scaffold

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// ManifestName and ProjectDir are what a template is made of.
const (
	ManifestName = "template.yaml"
	ProjectDir   = "_project" // the underscore keeps it from the go tool
)

// The limits of a template, far above any honest one.
const (
	MaxFiles     = 4000
	MaxFileSize  = 2 << 20  // bytes
	MaxTotalSize = 32 << 20 // bytes
	MaxDepth     = 16       // folders in a path
	maxManifest  = 512 << 10
	maxBases     = 4
)

// Template is a template that was read and checked. It is not changed after
// that, so it can be used concurrently.
type Template struct {
	Manifest Manifest // with everything of the base in it
	Source   Source
	Files    Tree   // the superset project, paths below _project, nothing replaced yet
	Digest   string // of manifest and files, base included: "sha256:…"
}

// Load reads a template and whatever it is based on. It is bounded in files,
// bytes and depth, refuses anything but regular files with portable names, and
// checks the manifest and the balance of all regions. A folder is best passed as os.Root's FS,
// which does not follow links out of it. bases may be nil if no base is allowed.
func Load(fsys fs.FS, source Source, bases Bases) (*Template, error) {
	t, err := load(fsys, bases, maxBases)
	if err != nil {
		return nil, err
	}
	t.Source = source
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("template %s: %w", t.Manifest.ID, err)
	}
	if t.Digest, err = t.digest(); err != nil {
		return nil, err
	}
	return t, nil
}

// load reads without checking what only the whole can be checked for.
func load(fsys fs.FS, bases Bases, left int) (*Template, error) {
	if err := regular(fsys); err != nil {
		return nil, err
	}
	data, err := readFile(fsys, ManifestName, maxManifest)
	if err != nil {
		return nil, fmt.Errorf("reading the template: %w", err)
	}
	m, err := parseManifest(data)
	if err != nil {
		return nil, err
	}
	files, err := readTree(fsys)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", m.ID, err)
	}
	t := &Template{Manifest: m, Files: files}
	if m.Base == "" {
		return t, nil
	}
	if bases == nil || left == 0 {
		return nil, fmt.Errorf("template %s: the base %q cannot be used here: there are too many bases, or none are allowed", m.ID, m.Base)
	}
	below, err := bases(m.Base)
	if err != nil {
		return nil, fmt.Errorf("template %s: its base: %w", m.ID, err)
	}
	base, err := load(below, bases, left-1)
	if err != nil {
		return nil, fmt.Errorf("template %s: its base: %w", m.ID, err)
	}
	return t.over(base), nil
}

// regular makes sure that manifest and project are what they seem to be: links
// are followed by fs.ReadFile and fs.WalkDir, so they are looked for above.
func regular(fsys fs.FS) error {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return fmt.Errorf("reading the template: %w", err)
	}
	found := map[string]fs.FileMode{}
	for _, e := range entries {
		found[e.Name()] = e.Type()
	}
	manifest, ok := found[ManifestName]
	if !ok {
		return fmt.Errorf("reading the template: it has no %s", ManifestName)
	}
	if manifest != 0 {
		return fmt.Errorf("reading the template: %s is no regular file", ManifestName)
	}
	if project, ok := found[ProjectDir]; ok && project != fs.ModeDir {
		return fmt.Errorf("reading the template: %s is no folder", ProjectDir)
	}
	return nil
}

// readTree reads the files of the project. A template that only changes its
// base's manifest has none.
func readTree(fsys fs.FS) (Tree, error) {
	var files []File
	total, folders := 0, 0
	walk := func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == ProjectDir {
			return nil
		}
		if err != nil {
			return err
		}
		// A file system that is a stranger's too could send the walk in circles.
		if d.Name() != path.Base(name) || name == ProjectDir && folders > 0 {
			return fmt.Errorf("its folders go in circles at %s", name)
		}
		if d.IsDir() {
			if folders++; folders > MaxFiles {
				return fmt.Errorf("it has more than %d folders", MaxFiles)
			}
		}
		if name == ProjectDir {
			return nil
		}
		below := name[len(ProjectDir)+1:]
		if err := CheckPath(below); err != nil || d.IsDir() {
			return err
		}
		if d.Type() != 0 {
			return fmt.Errorf("%s is a %s: a template has regular files only", below, kindOf(d.Type()))
		}
		data, err := readFile(fsys, name, MaxFileSize)
		if err != nil {
			return err
		}
		total += len(data)
		files = append(files, File{Path: below, Mode: 0o644, Data: data})
		switch {
		case len(files) > MaxFiles:
			return fmt.Errorf("it has more than %d files", MaxFiles)
		case total > MaxTotalSize:
			return fmt.Errorf("its files are larger than %d bytes together", MaxTotalSize)
		}
		return nil
	}
	if err := fs.WalkDir(fsys, ProjectDir, walk); err != nil {
		return nil, err
	}
	return NewTree(files...), nil
}

// readFile reads a regular file of at most limit bytes.
func readFile(fsys fs.FS, name string, limit int) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is a %s, not a regular file", name, kindOf(info.Mode().Type()))
	}
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, nil
}

// digest is over the whole in canonical form, so that a template and its bundle
// have the same, and files cannot be mistaken for each other's parts.
func (t *Template) digest() (string, error) {
	manifest, err := t.Manifest.encode()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, f := range append(Tree{{Path: "../" + ManifestName, Data: manifest}}, t.Files...) {
		fmt.Fprintf(sum, "%q %d\n", f.Path, len(f.Data))
		sum.Write(f.Data)
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

// Bundle answers the template as files of its own, template.yaml included, that
// need no base any more and have the same digest: what a release keeps.
func (t *Template) Bundle() (Tree, error) {
	manifest, err := t.Manifest.encode()
	if err != nil {
		return nil, err
	}
	files := []File{{Path: ManifestName, Mode: 0o644, Data: manifest}}
	for _, f := range t.Files {
		f.Path = path.Join(ProjectDir, f.Path)
		files = append(files, f)
	}
	return NewTree(files...), nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "file"
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeDir != 0:
		return "folder"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}
