package collect

import (
	"cmp"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// pyproject is what pyproject.toml says of the product.
type pyproject struct {
	Project struct {
		Name         string              `toml:"name"`
		Version      string              `toml:"version"`
		License      any                 `toml:"license"` // an expression, or a table
		Authors      []pyAuthor          `toml:"authors"`
		Dependencies []string            `toml:"dependencies"`
		Optional     map[string][]string `toml:"optional-dependencies"`
	} `toml:"project"`
	Groups map[string][]any `toml:"dependency-groups"` // requirements and includes
	Tool   struct {
		Poetry struct {
			Name         string         `toml:"name"`
			Version      string         `toml:"version"`
			License      string         `toml:"license"`
			Authors      []string       `toml:"authors"`
			Dependencies map[string]any `toml:"dependencies"`
			Old          map[string]any `toml:"dev-dependencies"`
			Group        map[string]struct {
				Dependencies map[string]any `toml:"dependencies"`
			} `toml:"group"`
		} `toml:"poetry"`
	} `toml:"tool"`
}

type pyAuthor struct {
	Name string `toml:"name"`
}

// pyManifest reads pyproject.toml. One that cannot be read is a gap: the lock
// still tells all but the product's own part.
func (c *collector) pyManifest() pyproject {
	var p pyproject
	if !c.dir.has("pyproject.toml") {
		return p
	}
	if err := c.dir.toml("pyproject.toml", &p); err != nil {
		c.bill.Miss(c.prefix+"pyproject.toml", err.Error())
	}
	return p
}

// pyProduct says what the product is, by pyproject.toml, or as the lock has it.
func (c *collector) pyProduct(name, version string) pyproject {
	p := c.pyManifest()
	root := bill.Component{Kind: bill.Application, Name: cmp.Or(p.Project.Name, p.Tool.Poetry.Name, name), Version: cmp.Or(p.Project.Version, p.Tool.Poetry.Version, version)}
	if licence, ok := p.Project.License.(string); ok {
		root.Licences = []string{licence}
	} else if table, ok := p.Project.License.(map[string]any); ok {
		if text, ok := table["text"].(string); ok && len(text) < 100 { // else it is the text itself
			root.Licences = []string{text}
		}
	} else if p.Tool.Poetry.License != "" {
		root.Licences = []string{p.Tool.Poetry.License}
	}
	if len(p.Project.Authors) > 0 {
		root.Supplier = p.Project.Authors[0].Name
	} else if len(p.Tool.Poetry.Authors) > 0 {
		author, _, _ := strings.Cut(p.Tool.Poetry.Authors[0], "<")
		root.Supplier = strings.TrimSpace(author)
	}
	root.PURL = bill.PyPURL(root.Name, root.Version, nil)
	c.root(root)
	return p
}

// wanted are the distributions that the product asks for, by normal name.
func (p pyproject) wanted() map[string]bill.Scope {
	all := map[string]bill.Scope{}
	need := func(name string, scope bill.Scope) {
		name = bill.PyName(name)
		if old, ok := all[name]; name != "" && (!ok || scope < old) {
			all[name] = scope
		}
	}
	for _, r := range p.Project.Dependencies {
		need(requirementName(r), bill.Required)
	}
	for _, extra := range p.Project.Optional {
		for _, r := range extra {
			need(requirementName(r), bill.Optional)
		}
	}
	for _, group := range p.Groups {
		for _, r := range group {
			if line, ok := r.(string); ok {
				need(requirementName(line), bill.Development)
			}
		}
	}
	for name, spec := range p.Tool.Poetry.Dependencies {
		scope := bill.Required
		if table, ok := spec.(map[string]any); ok && table["optional"] == true {
			scope = bill.Optional
		}
		need(name, scope)
	}
	for name := range p.Tool.Poetry.Old {
		need(name, bill.Development)
	}
	for _, group := range p.Tool.Poetry.Group {
		for name := range group.Dependencies {
			need(name, bill.Development)
		}
	}
	delete(all, "python")
	return all
}

// requirementName is the name that a requirement such as "a[b]>=1; c" starts with.
func requirementName(r string) string {
	r = strings.TrimSpace(r)
	end := strings.IndexFunc(r, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.", c))
	})
	if end >= 0 {
		return r[:end]
	}
	return r
}
