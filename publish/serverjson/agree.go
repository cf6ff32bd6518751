package serverjson

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Agree answers where other manifests of the project, or the tag of a release
// ("" for none), have another version than the document or another name than
// the one that it has to prove.
func (d *Document) Agree(sources []Source, tag string) []Finding {
	version, at := d.root.at("version").str(), d.root.at("version")
	if !oneVersion(version) {
		return nil // Check says why
	}
	var all []Finding
	for _, s := range sources {
		if s.Version != "" && !sameVersion(s.Version, version) {
			all = append(all, s.finding("agree/version", s.versionAt, "/version", "version is %s, and %s has %s", clip(s.Version), d.File, clip(version)))
		}
		name := d.root.at("name").str()
		if s.MCPName != "" && s.MCPName != name {
			all = append(all, s.finding("agree/name", s.mcpNameAt, "/mcpName", "mcpName is %s, and %s has the name %s", clip(s.MCPName), d.File, clip(name)))
		}
	}
	j := &judge{doc: d}
	for _, p := range objects(d.root.at("packages")) {
		j.packageVersion(p, sources)
	}
	if tag != "" && !sameVersion(TagVersion(tag), version) {
		j.fault(at, "agree/tag", "is %s, and the tag is %s", clip(version), clip(tag))
	}
	return append(d.place(j.faults), all...)
}

// packageVersion compares a package with the manifest that it is made from.
func (j *judge) packageVersion(p *node, sources []Source) {
	version := p.at("version")
	for _, s := range sources {
		made := s.Package != "" && s.Package == j.get(p, "registryType").str() && (s.Package == mcpb || s.Name == p.at("identifier").str())
		if made && oneVersion(version.str()) && s.Version != "" && !sameVersion(version.text, s.Version) {
			j.fault(version, "agree/package", "is %s, and %s has %s", clip(version.text), s.File, clip(s.Version))
		}
	}
}

// oneVersion leaves ranges and the like to Check: one cause, one finding.
func oneVersion(text string) bool {
	return text != "" && text != "latest" && !isRange(text)
}

func (s Source) finding(id string, offset int, pointer, format string, args ...any) Finding {
	rule, _ := Lookup(id)
	if strings.HasSuffix(s.File, ".toml") {
		pointer = ""
	}
	return Finding{s.File, positionOf(s.raw, offset), pointer, id, rule.Level, fmt.Sprintf(format, args...), rule.Mend}
}

// TagVersion is the version in a tag: v1.2.3, server/v1.2.3 and server@1.2.3 all
// name 1.2.3.
func TagVersion(tag string) string {
	tag = tag[strings.LastIndexAny(tag, "/@")+1:]
	if rest, ok := strings.CutPrefix(tag, "v"); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		return rest
	}
	return tag
}

// The words of pre-releases, which Python shortens.
var preRelease = pattern.New(`[-_.]?(alpha|beta|preview|pre|rc|a|b|c|dev|post)[-_.]?(\d*)`)

// sameVersion compares as their ecosystems would: 1.0.0-rc.1 of npm is 1.0.0rc1
// of Python.
func sameVersion(a, b string) bool {
	return plainVersion(a) == plainVersion(b)
}

func plainVersion(v string) string {
	short := map[string]string{"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
	v = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(v)), "v")
	v, build, _ := strings.Cut(v, "+")
	v = preRelease.ReplaceAllStringFunc(v, func(found string) string {
		m := preRelease.FindStringSubmatch(found)
		if s := short[m[1]]; s != "" {
			m[1] = s
		}
		if m[2] == "" {
			m[2] = "0"
		}
		return m[1] + m[2]
	})
	return v + "+" + build
}
