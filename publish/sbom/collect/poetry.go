package collect

import (
	"fmt"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// poetryLock is a poetry.lock of version 1 or 2.
type poetryLock struct {
	Packages []poetryPackage `toml:"package"`
	Metadata struct {
		LockVersion string                  `toml:"lock-version"`
		Files       map[string][]poetryFile `toml:"files"` // before version 2
	} `toml:"metadata"`
}

type poetryPackage struct {
	Name         string         `toml:"name"`
	Version      string         `toml:"version"`
	Optional     bool           `toml:"optional"`
	Category     string         `toml:"category"` // version 1
	Groups       []string       `toml:"groups"`   // version 2.1
	Files        []poetryFile   `toml:"files"`
	Dependencies map[string]any `toml:"dependencies"`
	Source       struct {
		Type     string `toml:"type"`
		URL      string `toml:"url"`
		Resolved string `toml:"resolved_reference"`
	} `toml:"source"`
}

type poetryFile struct {
	File string `toml:"file"`
	Hash string `toml:"hash"`
}

func (c *collector) poetryLock(name string) error {
	var lock poetryLock
	if err := c.dir.toml(name, &lock); err != nil {
		return err
	}
	if lock.Metadata.LockVersion == "" {
		return &Error{File: name, Err: fmt.Errorf("it has no metadata.lock-version, so it is no lock file of Poetry")}
	}
	product := c.pyProduct("", "")
	refs := map[string][]string{} // by normal name, which may have several versions
	own := make([]string, len(lock.Packages))
	for i, p := range lock.Packages {
		if p.Files == nil {
			p.Files = lock.Metadata.Files[p.Name]
		}
		own[i] = c.poetryPackage(name, p)
		refs[bill.PyName(p.Name)] = append(refs[bill.PyName(p.Name)], own[i])
	}
	for i, p := range lock.Packages {
		for wanted, spec := range p.Dependencies {
			scope := bill.Required
			if table, ok := spec.(map[string]any); ok && table["optional"] == true {
				scope = bill.Optional
			}
			for _, to := range refs[bill.PyName(wanted)] {
				c.bill.Need(own[i], to, scope)
			}
		}
	}
	wanted := product.wanted()
	if len(wanted) == 0 {
		c.bill.Miss(c.prefix+name, "what the product itself asks for is not known without pyproject.toml")
	}
	for wanted, scope := range wanted {
		for _, to := range refs[wanted] {
			c.needRoot(to, scope)
		}
	}
	return nil
}

func (c *collector) poetryPackage(file string, p poetryPackage) string {
	var q bill.Qualifiers
	if p.Source.Type == "git" {
		q = bill.Qualifiers{"vcs_url": "git+" + address(p.Source.URL) + "@" + p.Source.Resolved}
	}
	component := bill.Component{Kind: bill.Library, Name: p.Name, Version: p.Version, PURL: bill.PyPURL(p.Name, p.Version, q), Found: c.at(file, 0)}
	switch {
	case p.Category == "dev", len(p.Groups) == 1 && p.Groups[0] != "main":
		component.Scope = bill.Development
	case p.Optional:
		component.Scope = bill.Optional
	}
	for _, f := range p.Files {
		c.pyArtifact(file, &component, f.File, "", f.Hash)
	}
	pySettle(&component)
	return c.bill.Add(component)
}
