package collect

import (
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// cargoLock is a Cargo.lock of any version.
type cargoLock struct {
	Packages []cargoPackage    `toml:"package"`
	Metadata map[string]string `toml:"metadata"` // checksums of version 1
}

type cargoPackage struct {
	Name         string   `toml:"name"`
	Version      string   `toml:"version"`
	Source       string   `toml:"source"` // empty for what is in the workspace
	Checksum     string   `toml:"checksum"`
	Dependencies []string `toml:"dependencies"`
}

// cargoManifest is what Cargo.toml says of the product.
type cargoManifest struct {
	Package struct {
		Name    string `toml:"name"`
		Version any    `toml:"version"` // or that it is the workspace's
		License any    `toml:"license"`
		Authors any    `toml:"authors"`
	} `toml:"package"`
	Development map[string]any `toml:"dev-dependencies"`
	Required    map[string]any `toml:"dependencies"`
	Build       map[string]any `toml:"build-dependencies"`
}

func (c *collector) cargoLock(name string) error {
	var lock cargoLock
	if err := c.dir.toml(name, &lock); err != nil {
		return err
	}
	var manifest cargoManifest
	if c.dir.has("Cargo.toml") {
		if err := c.dir.toml("Cargo.toml", &manifest); err != nil {
			c.bill.Miss(c.prefix+"Cargo.toml", err.Error())
		}
	} else {
		c.bill.Miss(c.prefix+"Cargo.toml", "there is none to say which package is the product and what is for development")
	}
	c.cargoRoot(lock, manifest)
	refs := map[string]string{} // by name, name and version, and those and source
	for _, p := range lock.Packages {
		ref := c.bill.Root.Ref
		if p.Source != "" || p.Name != c.bill.Root.Name {
			ref = c.crate(name, p, lock.Metadata)
		}
		for _, key := range []string{p.Name, p.Name + " " + p.Version, p.Name + " " + p.Version + " (" + p.Source + ")"} {
			refs[key] = ref
		}
	}
	for _, p := range lock.Packages {
		from := refs[p.Name+" "+p.Version+" ("+p.Source+")"]
		for _, wanted := range p.Dependencies {
			scope := bill.Required
			if from == c.bill.Root.Ref {
				scope = manifest.scope(wanted)
			}
			c.bill.Need(from, refs[wanted], scope)
		}
	}
	return nil
}

// cargoRoot chooses the product: the package of Cargo.toml, or the only one
// that has no source. In a workspace without either it stays unnamed, and all
// members are needed.
func (c *collector) cargoRoot(lock cargoLock, m cargoManifest) {
	var members []cargoPackage
	for _, p := range lock.Packages {
		if p.Source == "" && (m.Package.Name == "" || m.Package.Name == p.Name) {
			members = append(members, p)
		}
	}
	if len(members) != 1 {
		return
	}
	root := bill.Component{Name: members[0].Name, Version: members[0].Version, PURL: bill.CargoPURL(members[0].Name, members[0].Version, nil)}
	if licence, ok := m.Package.License.(string); ok {
		root.Licences = []string{licence}
	}
	if authors, ok := m.Package.Authors.([]any); ok && len(authors) > 0 {
		author, _ := authors[0].(string)
		author, _, _ = strings.Cut(author, "<")
		root.Supplier = strings.TrimSpace(author)
	}
	c.root(root)
}

// scope is how the product needs a package of the lock, as "name" or "name
// version".
func (m cargoManifest) scope(wanted string) bill.Scope {
	name, _, _ := strings.Cut(wanted, " ")
	has := func(table map[string]any) (any, bool) {
		for key, spec := range table {
			if t, ok := spec.(map[string]any); ok && t["package"] == name || key == name {
				return spec, true
			}
		}
		return nil, false
	}
	if spec, ok := has(m.Required); ok {
		if t, ok := spec.(map[string]any); ok && t["optional"] == true {
			return bill.Optional
		}
		return bill.Required
	}
	if _, ok := has(m.Build); ok {
		return bill.Required
	}
	if _, ok := has(m.Development); ok {
		return bill.Development
	}
	return bill.Required
}

func (c *collector) crate(file string, p cargoPackage, checksums map[string]string) string {
	component := bill.Component{Kind: bill.Library, Name: p.Name, Version: p.Version, Found: c.at(file, 0)}
	var q bill.Qualifiers
	if strings.HasPrefix(p.Source, "git+") {
		q = bill.Qualifiers{"vcs_url": address(p.Source)}
	}
	component.PURL = bill.CargoPURL(p.Name, p.Version, q)
	checksum := p.Checksum
	if checksum == "" {
		checksum = checksums["checksum "+p.Name+" "+p.Version+" ("+p.Source+")"]
	}
	if checksum != "" && checksum != "<none>" {
		h, err := bill.HexHash("sha256", checksum)
		if err != nil {
			c.bill.Miss(c.prefix+file, p.Name+": "+err.Error())
		} else {
			component.Hashes = []bill.Hash{h}
		}
	}
	ref := c.bill.Add(component)
	if p.Source == "" {
		c.needRoot(ref, bill.Required) // a member of the workspace
	}
	return ref
}
