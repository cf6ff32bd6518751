// Package collect makes a bill of materials from what a project or a product
// brings: lock files, Go binaries, MCPB bundles and container images. It reads
// them as data: nothing is run, resolved or asked over a network, and all that
// is read is bounded.
package collect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// Options are what collectors may use besides the thing itself.
type Options struct {
	// GoModCache is Go's module cache, from which the requirements of modules
	// are read if their sums are right; nil if there is none.
	GoModCache fs.FS
}

// collector gathers one bill from one folder.
type collector struct {
	dir     folder
	prefix  string // of the names of files in the bill, such as "server/"
	bill    *bill.Bill
	options Options
}

// lock is a kind of file that collectors read.
type lock struct {
	name      string
	ecosystem string // of several locks of an ecosystem the first is read
	remake    string // how to make the file anew
	read      func(c *collector, name string) error
}

// locks are the files that a folder is searched for, the most telling first.
func locks() []lock {
	return []lock{
		{"go.mod", "Go", "Run `go mod tidy`.", (*collector).goMod},
		{"package-lock.json", "npm", "Run `npm install --package-lock-only`.", (*collector).packageLock},
		{"npm-shrinkwrap.json", "npm", "Run `npm shrinkwrap`.", (*collector).packageLock},
		{"pnpm-lock.yaml", "npm", "Run `pnpm install --lockfile-only`.", (*collector).pnpmLock},
		{"yarn.lock", "npm", "Run `yarn install`.", (*collector).yarnLock},
		{"uv.lock", "Python", "Run `uv lock`.", (*collector).uvLock},
		{"poetry.lock", "Python", "Run `poetry lock`.", (*collector).poetryLock},
		{"requirements.txt", "Python", "Make it with `uv pip compile --generate-hashes` or `pip-compile --generate-hashes`.", (*collector).requirements},
		{"Cargo.lock", "Cargo", "Run `cargo generate-lockfile`.", (*collector).cargoLock},
	}
}

// means reports whether a file that was named is of this kind. Requirements go
// by many names, such as requirements-prod.txt.
func (l lock) means(name string) bool {
	return l.name == name || l.name == "requirements.txt" && strings.Contains(name, "requirements") && strings.HasSuffix(name, ".txt")
}

// LockNames are the names of the lock files that Path knows.
func LockNames() []string {
	var names []string
	for _, l := range locks() {
		names = append(names, l.name)
	}
	return names
}

// ErrNothing is the error of a folder or file in which nothing is known.
var ErrNothing = errors.New("nothing that tells what it is made of")

// Path makes the bill of a project's folder, a lock file, a Go binary, an MCPB
// bundle, or an image (a folder in OCI layout, or an archive of it or of docker
// save). Errors in what was read are of type *Error.
func Path(path string, o Options) (*bill.Bill, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot make a bill of materials: %w", err)
	}
	if !info.IsDir() {
		return file(path, info, o)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the folder: %w", err)
	}
	defer func() { _ = root.Close() }() // it was only read
	dir := newFolder(root.FS())
	if dir.has("oci-layout") {
		return ociLayout(dir, base(path))
	}
	c := &collector{dir: dir, options: o, bill: bill.New(bill.Component{}, bill.PreBuild)}
	found, err := c.locks()
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, fmt.Errorf("cannot make a bill of materials of %s: %w: it has none of %s, and no image in OCI layout", path, ErrNothing, strings.Join(LockNames(), ", "))
	}
	return c.finished(base(path)), nil
}

func file(path string, info fs.FileInfo, o Options) (*bill.Bill, error) {
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot make a bill of materials of %s: it is no regular file", path)
	}
	for _, l := range locks() {
		if !l.means(filepath.Base(path)) {
			continue
		}
		l.name = filepath.Base(path)
		root, err := os.OpenRoot(filepath.Dir(path))
		if err != nil {
			return nil, fmt.Errorf("cannot read the folder: %w", err)
		}
		defer func() { _ = root.Close() }() // it was only read
		c := &collector{dir: newFolder(root.FS()), options: o, bill: bill.New(bill.Component{}, bill.PreBuild)}
		if err := c.lock(l); err != nil {
			return nil, err
		}
		return c.finished(base(filepath.Dir(path))), nil
	}
	return product(path)
}

// product makes the bill of something built, which its first bytes tell.
func product(path string) (*bill.Bill, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot make a bill of materials: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, 512)
	n, _ := f.ReadAt(head, 0) // a short file has a short head
	head = head[:n]
	switch {
	case strings.HasPrefix(string(head), "PK\x03\x04"):
		return mcpb(f, filepath.Base(path))
	case isTar(head):
		return imageArchive(f, filepath.Base(path))
	case isExecutable(head):
		return goBinary(f, filepath.Base(path))
	}
	return nil, fmt.Errorf("cannot make a bill of materials of %s: %w: it is no lock file by its name, and neither an MCPB bundle, an image archive nor an executable by its content. Lock files are %s", path, ErrNothing, strings.Join(LockNames(), ", "))
}

// locks reads every ecosystem's lock file of the folder.
func (c *collector) locks() (found bool, err error) {
	read := map[string]string{}
	for _, l := range locks() {
		if !c.dir.has(l.name) {
			continue
		}
		if before := read[l.ecosystem]; before != "" {
			c.bill.Miss(c.prefix+l.name, "not read, because "+before+" says the same of "+l.ecosystem)
			continue
		}
		read[l.ecosystem] = l.name
		if err := c.lock(l); err != nil {
			return false, err
		}
	}
	return len(read) > 0, nil
}

func (c *collector) lock(l lock) error {
	err := l.read(c, l.name)
	var known *Error
	if errors.As(err, &known) && known.Fix == "" {
		known.Fix = l.remake
	}
	return err
}

func (c *collector) finished(name string) *bill.Bill {
	if c.bill.Root.Name == "" {
		c.root(bill.Component{Name: name})
	}
	c.bill.Settle()
	return c.bill
}

// root says what the bill is of, unless another collector has said it before.
func (c *collector) root(r bill.Component) {
	if c.bill.Root.Name != "" || r.Name == "" {
		return
	}
	r.Ref = r.PURL
	c.bill.SetRoot(r)
}

// needRoot says that the product itself depends on a component.
func (c *collector) needRoot(to string, scope bill.Scope) {
	c.bill.Need(c.bill.Root.Ref, to, scope)
}

// at is a place in a file of the folder.
func (c *collector) at(name string, line int) []bill.Place {
	return []bill.Place{{File: c.prefix + name, Line: line}}
}

// base is the name of a folder, also of "." and "..".
func base(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return filepath.Base(abs)
	}
	return filepath.Base(path)
}

// address is a URL as it may be shown to anybody.
func address(url string) string {
	return redact.New().URL(url)
}
