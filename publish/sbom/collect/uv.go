package collect

import (
	"fmt"
	"path"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// uvLock is a uv.lock of version 1.
type uvLock struct {
	Version  int         `toml:"version"`
	Packages []uvPackage `toml:"package"`
}

type uvPackage struct {
	Name    string `toml:"name"`
	Version string `toml:"version"`
	Source  struct {
		Registry  string `toml:"registry"`
		Git       string `toml:"git"`
		URL       string `toml:"url"`
		Path      string `toml:"path"`
		Directory string `toml:"directory"`
		Editable  string `toml:"editable"`
		Virtual   string `toml:"virtual"`
	} `toml:"source"`
	Dependencies []uvWanted            `toml:"dependencies"`
	Optional     map[string][]uvWanted `toml:"optional-dependencies"`
	Development  map[string][]uvWanted `toml:"dev-dependencies"`
	Sdist        *uvFile               `toml:"sdist"`
	Wheels       []uvFile              `toml:"wheels"`
}

type uvWanted struct {
	Name    string   `toml:"name"`
	Version string   `toml:"version"` // only where the lock has several
	Extra   []string `toml:"extra"`
}

type uvFile struct {
	URL  string `toml:"url"`
	Path string `toml:"path"`
	Hash string `toml:"hash"`
}

func (c *collector) uvLock(name string) error {
	var lock uvLock
	if err := c.dir.toml(name, &lock); err != nil {
		return err
	}
	if lock.Version != 1 {
		return &Error{File: name, Err: fmt.Errorf("it is of version %d, and only 1 is known", lock.Version)}
	}
	for _, p := range lock.Packages {
		if p.isProduct() {
			c.pyProduct(p.Name, p.Version)
		}
	}
	refs := map[string]string{} // by name, and by name and version
	for _, p := range lock.Packages {
		ref := c.bill.Root.Ref
		if !p.isProduct() {
			ref = c.uvPackage(name, p)
		}
		refs[p.Name], refs[p.Name+"@"+p.Version] = ref, ref
	}
	for _, p := range lock.Packages {
		c.uvNeeds(refs, p)
	}
	return nil
}

func (p uvPackage) isProduct() bool { return p.Source.Virtual == "." || p.Source.Editable == "." }

func (c *collector) uvNeeds(refs map[string]string, p uvPackage) {
	from := refs[p.Name+"@"+p.Version]
	need := func(all []uvWanted, scope bill.Scope) {
		for _, w := range all {
			key := w.Name
			if w.Version != "" {
				key += "@" + w.Version
			}
			c.bill.Need(from, refs[key], scope)
		}
	}
	need(p.Dependencies, bill.Required)
	for _, extra := range p.Optional {
		// Extras of the product are for its users to choose; extras of a package
		// are in the lock because they were chosen.
		scope := bill.Required
		if from == c.bill.Root.Ref {
			scope = bill.Optional
		}
		need(extra, scope)
	}
	for _, group := range p.Development {
		need(group, bill.Development)
	}
}

func (c *collector) uvPackage(file string, p uvPackage) string {
	component := bill.Component{Kind: bill.Library, Name: p.Name, Version: p.Version, Found: c.at(file, 0)}
	var q bill.Qualifiers
	if p.Source.Git != "" {
		q = bill.Qualifiers{"vcs_url": "git+" + address(p.Source.Git)}
	}
	component.PURL = bill.PyPURL(p.Name, p.Version, q)
	files := p.Wheels
	if p.Sdist != nil {
		files = append(files, *p.Sdist)
	}
	for _, f := range files {
		c.pyArtifact(file, &component, f.Path, f.URL, f.Hash)
	}
	pySettle(&component)
	local := p.Source.Editable + p.Source.Virtual + p.Source.Directory
	ref := c.bill.Add(component)
	if local != "" && local != "." {
		c.needRoot(ref, bill.Required) // a member of the workspace
	}
	return ref
}

// pyArtifact adds one file of a distribution, known by a name or an address.
func (c *collector) pyArtifact(file string, component *bill.Component, name, url, hash string) {
	a := bill.Artifact{Name: name, URL: address(url)}
	if a.Name == "" {
		plain, _, _ := strings.Cut(a.URL, "#")
		a.Name = path.Base(plain)
	}
	if hash != "" {
		h, err := bill.PrefixedHash(hash)
		if err != nil {
			c.bill.Miss(c.prefix+file, fmt.Sprintf("%s: %v", component.Name, err))
		} else {
			a.Hashes = []bill.Hash{h}
		}
	}
	component.Artifacts = append(component.Artifacts, a)
}

// pySettle gives a component that is one file the digests of that file. One that
// is several has none itself.
func pySettle(c *bill.Component) {
	if len(c.Artifacts) == 1 {
		c.Hashes = c.Artifacts[0].Hashes
	}
}
