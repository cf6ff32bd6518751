package collect

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

var errQuote = errors.New("a word or its quotes are not complete")

func (c *collector) yarnLock(name string) error {
	data, err := c.dir.read(name)
	if err != nil {
		return err
	}
	if bytes.Contains(data, []byte("\n__metadata:")) || bytes.HasPrefix(data, []byte("__metadata:")) {
		return c.yarnBerry(name)
	}
	return c.yarnClassic(name, data)
}

// yarnClassic reads version 1. It does not say what the product itself asks
// for; package.json does.
func (c *collector) yarnClassic(name string, data []byte) error {
	entries, err := parseYarn(name, data)
	if err != nil {
		return err
	}
	product := c.npmManifest()
	refs := map[string]string{} // by pattern
	for _, e := range entries {
		ref := c.yarnPackage(name, e)
		for _, pattern := range e.patterns {
			refs[pattern] = ref
		}
	}
	for _, e := range entries {
		from := refs[e.patterns[0]]
		for wanted, rng := range e.below["dependencies"] {
			c.bill.Need(from, refs[wanted+"@"+rng], bill.Required)
		}
		for wanted, rng := range e.below["optionalDependencies"] {
			c.bill.Need(from, refs[wanted+"@"+rng], bill.Optional)
		}
	}
	c.yarnWanted(product, func(name, rng string) string { return refs[name+"@"+rng] })
	return nil
}

// yarnWanted adds what the product's package.json asks for.
func (c *collector) yarnWanted(product npmPackage, resolve func(name, rng string) string) {
	for scope, wanted := range []map[string]string{product.Dependencies, product.OptionalDependencies, product.DevDependencies} {
		for name, rng := range wanted {
			c.needRoot(resolve(name, rng), bill.Scope(scope))
		}
	}
}

func (c *collector) yarnPackage(file string, e yarnEntry) string {
	name, rng := npmSplit(e.patterns[0])
	if real, ok := strings.CutPrefix(rng, "npm:"); ok { // known under another name
		name, _ = npmSplit(real)
	}
	component := bill.Component{Kind: bill.Library, Name: name, Version: e.fields["version"], PURL: bill.NpmPURL(name, e.fields["version"], nil), Found: c.at(file, e.line)}
	integrity := e.fields["integrity"]
	c.npmSource(file, &component, e.fields["resolved"], integrity)
	if _, sha1, ok := strings.Cut(e.fields["resolved"], "#"); ok && integrity == "" {
		if h, err := bill.HexHash("sha1", sha1); err == nil {
			component.Hashes = []bill.Hash{h}
		}
	}
	return c.bill.Add(component)
}

// npmSplit splits "name@range" at the first @ that does not start a scope.
func npmSplit(pattern string) (name, rng string) {
	if i := strings.IndexByte(pattern[min(1, len(pattern)):], '@'); i >= 0 {
		return pattern[:i+1], pattern[i+2:]
	}
	return pattern, ""
}

// berryPackage is a package of a yarn.lock of yarn 2 and newer.
type berryPackage struct {
	Version              string            `yaml:"version"`
	Resolution           string            `yaml:"resolution"`
	Dependencies         map[string]string `yaml:"dependencies"`
	PeerDependencies     map[string]string `yaml:"peerDependencies"`
	OptionalDependencies map[string]string `yaml:"optionalDependencies"`
	DependenciesMeta     map[string]struct {
		Optional bool `yaml:"optional"`
	} `yaml:"dependenciesMeta"`
	Checksum string `yaml:"checksum"`
	LinkType string `yaml:"linkType"`
}

func (c *collector) yarnBerry(name string) error {
	packages := map[string]berryPackage{}
	err := c.dir.yamlDocuments(name, func(d *yaml.Decoder) error { return d.Decode(&packages) })
	if err != nil {
		return err
	}
	delete(packages, "__metadata")
	product := c.npmManifest()
	refs := map[string]string{} // by descriptor, such as a@npm:^1.0.0
	for _, key := range slices.Sorted(maps.Keys(packages)) {
		ref := c.berryPackage(name, packages[key])
		for pattern := range strings.SplitSeq(key, ",") {
			refs[strings.TrimSpace(pattern)] = ref
		}
	}
	resolve := func(name, rng string) string {
		if ref := refs[name+"@"+rng]; ref != "" {
			return ref
		}
		return refs[name+"@npm:"+rng]
	}
	for key, p := range packages {
		first, _, _ := strings.Cut(key, ",")
		from := refs[strings.TrimSpace(first)]
		if from == c.bill.Root.Ref && len(product.Dependencies)+len(product.DevDependencies) > 0 {
			continue // package.json tells more: which are for development
		}
		for name, rng := range p.Dependencies {
			scope := bill.Required
			if p.DependenciesMeta[name].Optional {
				scope = bill.Optional
			}
			c.bill.Need(from, resolve(name, rng), scope)
		}
	}
	c.yarnWanted(product, resolve)
	return nil
}

func (c *collector) berryPackage(file string, p berryPackage) string {
	name, source := npmSplit(p.Resolution)
	if source == "workspace:." {
		c.root(bill.Component{Name: name, PURL: bill.NpmPURL(name, "", nil)})
		return c.bill.Root.Ref
	}
	component := bill.Component{Kind: bill.Library, Name: name, Version: p.Version, PURL: bill.NpmPURL(name, p.Version, nil), Found: c.at(file, 0)}
	if !strings.HasPrefix(source, "npm:") && source != "" {
		component.Properties = []bill.Property{{Name: "mcpctl:yarn:resolution", Value: address(source)}}
	}
	// A checksum may have the version of yarn's cache before it.
	checksum := p.Checksum[strings.LastIndexByte(p.Checksum, '/')+1:]
	if checksum != "" {
		h, err := bill.HexHash("sha512", checksum)
		if err != nil {
			c.bill.Miss(c.prefix+file, fmt.Sprintf("%s: %v", name, err))
		} else {
			h.Over = "the archive that yarn keeps in its cache"
			component.Hashes = []bill.Hash{h}
		}
	}
	ref := c.bill.Add(component)
	if strings.HasPrefix(source, "workspace:") {
		c.needRoot(ref, bill.Required)
	}
	return ref
}
