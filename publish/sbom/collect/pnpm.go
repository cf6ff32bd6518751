package collect

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// pnpmLock is a pnpm-lock.yaml of version 6 or 9.
type pnpmLock struct {
	Version   string                  `yaml:"lockfileVersion"`
	Importers map[string]pnpmImporter `yaml:"importers"`
	Root      pnpmImporter            `yaml:",inline"` // version 6 without workspaces
	Packages  map[string]pnpmPackage  `yaml:"packages"`
	Snapshots map[string]pnpmPackage  `yaml:"snapshots"` // version 9
}

type pnpmImporter struct {
	Dependencies         map[string]pnpmWanted `yaml:"dependencies"`
	OptionalDependencies map[string]pnpmWanted `yaml:"optionalDependencies"`
	DevDependencies      map[string]pnpmWanted `yaml:"devDependencies"`
}

type pnpmWanted struct {
	Version string `yaml:"version"`
}

type pnpmPackage struct {
	Name       string `yaml:"name"`
	Version    string `yaml:"version"`
	Resolution struct {
		Integrity string `yaml:"integrity"`
		Tarball   string `yaml:"tarball"`
		Repo      string `yaml:"repo"`
		Commit    string `yaml:"commit"`
	} `yaml:"resolution"`
	Dev                  bool              `yaml:"dev"`
	Optional             bool              `yaml:"optional"`
	Dependencies         map[string]string `yaml:"dependencies"`
	OptionalDependencies map[string]string `yaml:"optionalDependencies"`
}

func (c *collector) pnpmLock(name string) error {
	return c.dir.yamlDocuments(name, func(d *yaml.Decoder) error {
		var lock pnpmLock
		if err := d.Decode(&lock); err != nil {
			return err
		}
		major, _, _ := strings.Cut(lock.Version, ".")
		if major != "6" && major != "9" {
			return &Error{File: name, Err: fmt.Errorf("lockfileVersion %q is none that is known (6 and 9 are)", lock.Version), Fix: "Run `pnpm install --lockfile-only` with pnpm 8 or newer."}
		}
		c.pnpm(name, lock)
		return nil
	})
}

func (c *collector) pnpm(name string, lock pnpmLock) {
	c.npmManifest()
	refs := map[string]string{} // by the lock's own keys, without a leading slash
	for _, key := range slices.Sorted(maps.Keys(lock.Packages)) {
		refs[pnpmKey(key)] = c.pnpmPackage(name, key, lock.Packages[key])
	}
	resolve := func(wanted, version string) string { return pnpmResolve(refs, wanted, version) }
	snapshots := lock.Snapshots
	if snapshots == nil {
		snapshots = lock.Packages
	}
	for key, p := range snapshots {
		from := refs[pnpmKey(key)]
		if from == "" {
			from = refs[pnpmPlain(pnpmKey(key))]
		}
		for wanted, version := range p.Dependencies {
			c.bill.Need(from, resolve(wanted, version), bill.Required)
		}
		for wanted, version := range p.OptionalDependencies {
			c.bill.Need(from, resolve(wanted, version), bill.Optional)
		}
	}
	if len(lock.Importers) == 0 {
		lock.Importers = map[string]pnpmImporter{".": lock.Root}
	}
	// The product is all of its workspaces.
	for _, importer := range lock.Importers {
		for scope, wanted := range []map[string]pnpmWanted{importer.Dependencies, importer.OptionalDependencies, importer.DevDependencies} {
			for name, w := range wanted {
				c.needRoot(resolve(name, w.Version), bill.Scope(scope))
			}
		}
	}
}

// npmManifest reads what the product itself is, which only npm's own lock says.
func (c *collector) npmManifest() npmPackage {
	var p npmPackage
	if c.dir.has("package.json") {
		if err := c.dir.json("package.json", &p); err != nil {
			c.bill.Miss(c.prefix+"package.json", err.Error())
		}
	} else {
		c.bill.Miss(c.prefix+"package.json", "there is none to say what the product is")
	}
	c.npmProduct(p)
	return p
}

func (c *collector) pnpmPackage(file, key string, p pnpmPackage) string {
	name, version := pnpmSplit(pnpmPlain(pnpmKey(key)))
	if p.Name != "" {
		name = p.Name
	}
	if p.Version != "" {
		version = p.Version
	}
	component := bill.Component{Kind: bill.Library, Name: name, Version: version, PURL: bill.NpmPURL(name, version, nil), Found: c.at(file, 0)}
	switch {
	case p.Dev:
		component.Scope = bill.Development
	case p.Optional:
		component.Scope = bill.Optional
	}
	resolved := p.Resolution.Tarball
	if p.Resolution.Repo != "" {
		resolved = "git+" + p.Resolution.Repo + "#" + p.Resolution.Commit
	}
	c.npmSource(file, &component, resolved, p.Resolution.Integrity)
	return c.bill.Add(component)
}

// pnpmKey is a key without the slash that version 6 starts it with.
func pnpmKey(key string) string { return strings.TrimPrefix(key, "/") }

// pnpmPlain is a key without the versions of peers, as in "a@1.0.0(b@2.0.0)".
func pnpmPlain(key string) string {
	plain, _, _ := strings.Cut(key, "(")
	return plain
}

func pnpmSplit(key string) (name, version string) {
	if i := strings.LastIndexByte(key, '@'); i > 0 {
		return key[:i], key[i+1:]
	}
	return key, ""
}

// pnpmResolve finds what a name and version mean: the version may have peers
// behind it, or be a whole key when the package is known under another name.
func pnpmResolve(refs map[string]string, name, version string) string {
	version = strings.TrimPrefix(version, "/")
	for _, key := range []string{name + "@" + version, name + "@" + pnpmPlain(version), version, pnpmPlain(version)} {
		if ref := refs[key]; ref != "" {
			return ref
		}
	}
	return "" // a workspace, or an optional package for another system
}
