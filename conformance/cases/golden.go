package cases

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxGolden bounds a golden file.
const maxGolden = 8 << 20

// golden expects what a file beside the cases holds.
type golden struct{ file text }

func (r *reader) golden(n *node) matcher {
	name, ok := r.string(n, "$golden")
	if !ok {
		return nil
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) || strings.HasSuffix(name, "/") {
		r.hint(n, "name it relative to the file of cases, as in golden/tools.json", "%.100q is no file in or below the folder of the cases", name)
		return nil
	}
	return golden{r.text(n)}
}

func (m golden) match(j *judging, at string, got mcp.Value) {
	name := m.file.fill(j.vars, nil)
	want, err := j.golden.want(name, got)
	if err != nil {
		j.add(at, m.words(j.vars), "what cannot be compared: "+err.Error())
		return
	}
	if want.Exists() {
		j.exact(at, want, got)
	}
}

func (m golden) words(v vars) string { return "what is in the golden file " + m.file.fill(v, nil) }

// goldens are the golden files below one folder: read, or with update made anew.
// It is safe for concurrent use.
type goldens struct {
	dir    string
	update bool
	quiet  bool // a trial that must not write

	mu    *sync.Mutex
	fresh map[string][]byte
}

func newGoldens(dir string, update bool) *goldens {
	return &goldens{dir: dir, update: update, mu: new(sync.Mutex), fresh: map[string][]byte{}}
}

// still is the same files for a comparison that settles nothing.
func (g *goldens) still() *goldens {
	if g == nil {
		return nil
	}
	quiet := *g
	quiet.quiet = true
	return &quiet
}

// want is what a file holds; Absent when it is about to hold what was got.
func (g *goldens) want(name string, got mcp.Value) (mcp.Value, error) {
	if g == nil {
		return mcp.Value{}, errors.New("there is no folder for golden files here")
	}
	if g.update && g.quiet {
		return mcp.Value{}, nil
	}
	if g.update {
		return mcp.Value{}, g.keep(name, append(canonical(got), '\n'))
	}
	data, err := g.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return mcp.Value{}, fmt.Errorf("there is no golden file %s; --update writes it", name)
	}
	if err != nil {
		return mcp.Value{}, fmt.Errorf("reading the golden file %s: %w", name, err)
	}
	v, err := mcp.Parse(data)
	if err != nil {
		return v, fmt.Errorf("the golden file %s is no JSON: %w", name, err)
	}
	return v, nil
}

// keep remembers what a file is to hold.
func (g *goldens) keep(name string, data []byte) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%q is no file in or below the folder of the cases", name)
	}
	name = filepath.ToSlash(filepath.Clean(filepath.FromSlash(name)))
	g.mu.Lock()
	defer g.mu.Unlock()
	if before, twice := g.fresh[name]; twice && !slices.Equal(before, data) {
		return fmt.Errorf("two steps would write different content to the golden file %s; name it by {{revision}}, {{transport}} or a column", name)
	}
	g.fresh[name] = data
	return nil
}

func (g *goldens) read(name string) ([]byte, error) {
	root, err := os.OpenRoot(g.dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was only read from
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxGolden+1))
	if err == nil && len(data) > maxGolden {
		err = fmt.Errorf("it is larger than %d bytes", maxGolden)
	}
	return data, err
}

// write puts what was kept into the files, those that differ, and names them.
func (g *goldens) write() (written []string, err error) {
	if len(g.fresh) == 0 {
		return nil, nil
	}
	root, err := os.OpenRoot(g.dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // every file was closed for itself
	for name, data := range g.fresh {
		if before, err := g.read(name); err == nil && slices.Equal(before, data) {
			continue
		}
		if err := replace(root, filepath.FromSlash(name), data); err != nil {
			return written, fmt.Errorf("writing the golden file %s: %w", name, err)
		}
		written = append(written, filepath.Join(g.dir, name))
	}
	slices.Sort(written)
	return written, nil
}

// replace writes a file so that a reader sees the old content or the new.
func replace(root *os.Root, name string, data []byte) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	staged := filepath.Join(filepath.Dir(name), ".mcpctl-"+filepath.Base(name)+".tmp")
	f, err := root.OpenFile(staged, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(staged, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(staged))
	}
	return nil
}
