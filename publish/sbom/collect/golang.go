package collect

import (
	"bytes"
	"errors"
	"fmt"
	"go/version"
	"io"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// goMod reads go.mod, which since Go 1.17 names all modules that a build needs,
// and go.sum.
func (c *collector) goMod(name string) error {
	data, err := c.dir.read(name)
	if err != nil {
		return err
	}
	mod, err := modfile.Parse(name, data, nil)
	if err != nil {
		return goModError(name, err)
	}
	if mod.Module == nil {
		return &Error{File: name, Err: errors.New("it has no module line")}
	}
	sums, err := c.goSums("go.sum")
	if err != nil {
		return err
	}
	path := mod.Module.Mod.Path
	c.root(bill.Component{Name: path, PURL: bill.GoPURL(path, "")})
	if mod.Go == nil || version.Compare("go"+mod.Go.Version, "go1.17") < 0 {
		c.bill.Miss(c.prefix+name, "it is older than Go 1.17, so modules that are only needed by others may be missing")
	}
	replaced := replacements(mod)
	refs, versions := map[string]string{}, map[string]module.Version{}
	for _, r := range mod.Require {
		used := replaced(r.Mod)
		refs[r.Mod.Path], versions[r.Mod.Path] = c.goModule(used, r.Mod, sums, c.at(name, r.Syntax.Start.Line)), used
		if !r.Indirect {
			c.needRoot(refs[r.Mod.Path], bill.Required)
		}
	}
	c.goGraph(refs, versions, sums)
	return nil
}

func goModError(name string, err error) error {
	e := &Error{File: name, Err: err}
	var list modfile.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		e.Line, e.Column, e.Err = list[0].Pos.Line, list[0].Pos.LineRune, list[0].Err
	}
	return e
}

// replacements answers what stands for a module. A folder has no version.
func replacements(mod *modfile.File) func(module.Version) module.Version {
	all := map[module.Version]module.Version{}
	for _, r := range mod.Replace {
		all[r.Old] = r.New
	}
	return func(v module.Version) module.Version {
		if by, ok := all[v]; ok {
			return by
		}
		if by, ok := all[module.Version{Path: v.Path}]; ok {
			return by
		}
		return v
	}
}

// goModule adds the module that is used where go.mod or a binary asked for one.
func (c *collector) goModule(used, asked module.Version, sums map[string]string, found []bill.Place) string {
	component := bill.Component{Kind: bill.Library, Name: used.Path, Version: used.Version, Found: found}
	if used.Version == "" { // a folder
		component.Name = asked.Path
		component.Properties = []bill.Property{{Name: "mcpctl:go:replaced-by-folder", Value: used.Path}}
		c.bill.Miss(asked.Path, "it is replaced by the folder "+used.Path+", which has no version")
	} else if used != asked {
		component.Properties = []bill.Property{{Name: "mcpctl:go:replaces", Value: asked.String()}}
	}
	component.PURL = bill.GoPURL(component.Name, component.Version)
	if sum := sums[used.Path+" "+used.Version]; sum != "" {
		h, err := bill.GoSum(sum)
		if err != nil {
			c.bill.Miss(used.String(), err.Error())
		} else {
			component.Hashes = []bill.Hash{h}
		}
	}
	return c.bill.Add(component)
}

// goSums reads go.sum into "module version" and "module version/go.mod". Where
// there is none nothing is known.
func (c *collector) goSums(name string) (map[string]string, error) {
	sums := map[string]string{}
	if !c.dir.has(name) {
		c.bill.Miss(c.prefix+name, "there is none, so modules have no sums")
		return sums, nil
	}
	data, err := c.dir.read(name)
	if err != nil {
		return nil, err
	}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		words := strings.Fields(string(line))
		if len(words) == 0 {
			continue
		}
		if len(words) != 3 {
			return nil, broken(name, number, "the line has %d words instead of module, version and sum", len(words))
		}
		sums[words[0]+" "+words[1]] = words[2]
	}
	return sums, nil
}

// goGraph draws who asks for whom from the go.mod files of Go's module cache, so
// far as they are there and have the sums of go.sum.
func (c *collector) goGraph(refs map[string]string, versions map[string]module.Version, sums map[string]string) {
	missing := 0
	for path, used := range versions {
		mod := c.cachedGoMod(used, sums)
		if mod == nil {
			c.bill.Component(refs[path]).Opaque = true
			missing++
			continue
		}
		for _, r := range mod.Require {
			if !r.Indirect { // "" if no package of ours needs it
				c.bill.Need(refs[path], refs[r.Mod.Path], bill.Required)
			}
		}
	}
	c.bill.Gather()
	if missing > 0 {
		c.bill.Miss(c.prefix+"go.mod", fmt.Sprintf("what %d of %d modules ask for is not known, for their go.mod files are not in Go's module cache; `go mod download` puts them there", missing, len(versions)))
	}
}

func (c *collector) cachedGoMod(v module.Version, sums map[string]string) *modfile.File {
	sum := sums[v.Path+" "+v.Version+"/go.mod"]
	path, err := module.EscapePath(v.Path)
	if err != nil || sum == "" || c.options.GoModCache == nil {
		return nil
	}
	escaped, err := module.EscapeVersion(v.Version)
	if err != nil {
		return nil
	}
	cache := folder{c.options.GoModCache, 1 << 20}
	data, err := cache.read("cache/download/" + path + "/@v/" + escaped + ".mod")
	if err != nil {
		return nil
	}
	got, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
	if err != nil || got != sum {
		return nil
	}
	mod, err := modfile.ParseLax(path, data, nil)
	if err != nil {
		return nil
	}
	return mod
}
