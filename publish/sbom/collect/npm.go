package collect

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// npmPackage is what package.json and a package of package-lock.json have in
// common, so far as it matters here.
type npmPackage struct {
	Name                 string            `json:"name"`
	Version              string            `json:"version"`
	Resolved             string            `json:"resolved"`
	Integrity            string            `json:"integrity"`
	License              npmLicence        `json:"license"`
	Author               npmPerson         `json:"author"`
	Link                 bool              `json:"link"`
	Dev                  bool              `json:"dev"`
	Optional             bool              `json:"optional"`
	DevOptional          bool              `json:"devOptional"`
	Dependencies         map[string]string `json:"dependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
	DevDependencies      map[string]string `json:"devDependencies"`
	PeerDependencies     map[string]string `json:"peerDependencies"`
	PeerDependenciesMeta map[string]struct {
		Optional bool `json:"optional"`
	} `json:"peerDependenciesMeta"`
	PackageManager string `json:"packageManager"`
}

// npmLicence is a licence in any of the forms that packages have had.
type npmLicence []string

func (l *npmLicence) UnmarshalJSON(data []byte) error {
	var one string
	var typed struct {
		Type string `json:"type"`
	}
	var several []npmLicence
	switch {
	case json.Unmarshal(data, &one) == nil:
		*l = npmLicence{one}
	case json.Unmarshal(data, &typed) == nil:
		*l = npmLicence{typed.Type}
	case json.Unmarshal(data, &several) == nil:
		for _, s := range several {
			*l = append(*l, s...)
		}
	} // what has another form declares nothing
	*l = slices.DeleteFunc(*l, func(s string) bool { return s == "" })
	return nil
}

// npmPerson is a person as "name <mail> (address)" or as an object.
type npmPerson string

func (p *npmPerson) UnmarshalJSON(data []byte) error {
	var line string
	var typed struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(data, &line) == nil {
		line, _, _ = strings.Cut(line, "<")
		line, _, _ = strings.Cut(line, "(")
		*p = npmPerson(strings.TrimSpace(line))
	} else if json.Unmarshal(data, &typed) == nil {
		*p = npmPerson(typed.Name)
	}
	return nil
}

// wanted are the packages that a package asks for by name, in the ways of
// package.json. What is asked for in two ways is in the weightier.
func (p npmPackage) wanted() map[string]bill.Scope {
	all := map[string]bill.Scope{}
	for name := range p.DevDependencies {
		all[name] = bill.Development
	}
	for name := range p.PeerDependencies {
		all[name] = bill.Required
		if p.PeerDependenciesMeta[name].Optional {
			all[name] = bill.Optional
		}
	}
	for name := range p.Dependencies {
		all[name] = bill.Required
	}
	for name := range p.OptionalDependencies { // npm repeats these among the dependencies
		all[name] = bill.Optional
	}
	return all
}

func (p npmPackage) component() bill.Component {
	return bill.Component{
		Kind: bill.Library, Name: p.Name, Version: p.Version, PURL: bill.NpmPURL(p.Name, p.Version, nil),
		Supplier: string(p.Author), Licences: p.License,
	}
}

// npmProduct says what the product is, as its package.json has it.
func (c *collector) npmProduct(p npmPackage) {
	product := p.component()
	product.Kind = bill.Application
	c.root(product)
}

// npmLock is a package-lock.json of version 2 or 3.
type npmLock struct {
	Version  int                   `json:"lockfileVersion"`
	Packages map[string]npmPackage `json:"packages"`
}

const nodeModules = "node_modules/"

func (c *collector) packageLock(name string) error {
	var lock npmLock
	if err := c.dir.json(name, &lock); err != nil {
		return err
	}
	if lock.Packages == nil {
		return &Error{File: name, Err: fmt.Errorf("it is of version %d, which has no list of packages", lock.Version), Fix: "Run `npm install --package-lock-only` with npm 7 or newer."}
	}
	product := lock.Packages[""]
	if c.dir.has("package.json") { // the lock does not say who made it
		var manifest npmPackage
		if err := c.dir.json("package.json", &manifest); err != nil {
			c.bill.Miss(c.prefix+"package.json", err.Error())
		}
		product.Author = manifest.Author
	}
	c.npmProduct(product)
	refs := map[string]string{"": c.bill.Root.Ref}
	for _, where := range slices.Sorted(maps.Keys(lock.Packages)) {
		if p := lock.Packages[where]; where != "" && !p.Link {
			refs[where] = c.npmInstalled(name, where, p)
		}
	}
	for where, p := range lock.Packages {
		if p.Link {
			refs[where] = refs[path.Clean(p.Resolved)]
		}
	}
	for where, p := range lock.Packages {
		if p.Link {
			continue
		}
		if where != "" && !strings.Contains("/"+where, "/"+nodeModules) {
			c.needRoot(refs[where], bill.Required) // a workspace
		}
		for wanted, scope := range p.wanted() {
			c.bill.Need(refs[where], npmResolve(refs, where, wanted), scope)
		}
	}
	return nil
}

// npmInstalled adds a package that the lock has at a path.
func (c *collector) npmInstalled(file, where string, p npmPackage) string {
	if p.Name == "" { // it is only given when the path does not say it
		p.Name = path.Base(where)
		if i := strings.LastIndex("/"+where, "/"+nodeModules); i >= 0 {
			p.Name = where[i+len(nodeModules):]
		}
	}
	component := p.component()
	component.Found = c.at(file, 0)
	component.Properties = []bill.Property{{Name: "mcpctl:npm:path", Value: where}}
	switch {
	case p.Dev:
		component.Scope = bill.Development
	case p.Optional, p.DevOptional:
		component.Scope = bill.Optional
	}
	c.npmSource(file, &component, p.Resolved, p.Integrity)
	return c.bill.Add(component)
}

// npmSource tells where a package comes from and what its digests are.
func (c *collector) npmSource(file string, component *bill.Component, resolved, integrity string) {
	hashes, err := bill.Integrity(integrity)
	if err != nil {
		c.bill.Miss(c.prefix+file, fmt.Sprintf("%s: %v", component.Name, err))
	}
	component.Hashes = hashes
	switch {
	case strings.HasPrefix(resolved, "http:"), strings.HasPrefix(resolved, "https:"):
		url, _, _ := strings.Cut(address(resolved), "#") // yarn puts a digest there
		component.Artifacts = []bill.Artifact{{Name: path.Base(url), URL: url}}
	case strings.HasPrefix(resolved, "git"):
		component.PURL = bill.NpmPURL(component.Name, component.Version, bill.Qualifiers{"vcs_url": address(resolved)})
	case resolved != "" && resolved != "false":
		component.Properties = append(component.Properties, bill.Property{Name: "mcpctl:npm:resolved", Value: address(resolved)})
	}
}

// npmResolve finds a package as Node.js does: in the asking package's folder,
// then in each folder above. It answers "" if it is not installed, as optional
// packages and those of peers may not be.
func npmResolve(refs map[string]string, from, name string) string {
	for dir := from; ; dir = dir[:max(strings.LastIndexByte(dir, '/'), 0)] {
		if ref, ok := refs[strings.TrimPrefix(dir+"/"+nodeModules+name, "/")]; ok {
			return ref
		}
		if dir == "" {
			return ""
		}
	}
}
