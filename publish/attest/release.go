package attest

import (
	"fmt"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Release is the predicate of [TypeRelease]: what a server's version consists of.
type Release struct {
	// Name and Version are those of server.json.
	Name    string `json:"name"`
	Version string `json:"version"`
	// Packages has one entry for each file of each package.
	Packages []Package `json:"packages"`
	// Remotes are the addresses of the server's remotes; nothing about what they
	// serve is attested here.
	Remotes []string `json:"remotes,omitempty"`
	// Registries are those for which the release was made.
	Registries []string `json:"registries,omitempty"`
}

// Package is one file of a package, or one image.
type Package struct {
	// Type is the registryType of server.json: npm, pypi, cargo, nuget, oci, mcpb.
	Type string `json:"type"`
	// Identifier is the one of server.json.
	Identifier string `json:"identifier"`
	// Version is empty where the identifier has it.
	Version string `json:"version,omitempty"`
	// File is the name of the file, where a package has several.
	File string `json:"file,omitempty"`
	// Digest has hexadecimal digests by sha256 and sha512. That of an image is of
	// its manifest or index.
	Digest map[string]string `json:"digest"`
}

// Subject names the package in a statement: by its purl, or its identifier where
// the type has no purl of its own, as with mcpb.
func (p Package) Subject() Subject { return Subject{Name: p.purl(), Digest: p.Digest} }

func (p Package) purl() string {
	var qualifiers packageurl.Qualifiers
	if p.File != "" {
		qualifiers = packageurl.QualifiersFromMap(map[string]string{"file_name": p.File})
	}
	one := func(kind, namespace, name string) string {
		return packageurl.NewPackageURL(kind, namespace, name, p.Version, qualifiers, "").ToString()
	}
	switch p.Type {
	case "npm":
		if scope, name, scoped := strings.Cut(p.Identifier, "/"); scoped {
			return one(packageurl.TypeNPM, scope, name)
		}
		return one(packageurl.TypeNPM, "", p.Identifier)
	case "pypi":
		return one(packageurl.TypePyPi, "", normalPython(p.Identifier))
	case "cargo":
		return one(packageurl.TypeCargo, "", p.Identifier)
	case "nuget":
		return one(packageurl.TypeNuget, "", p.Identifier)
	case "oci":
		return p.image()
	default:
		return p.Identifier
	}
}

// image is the purl of an image: its digest is the version, and the repository a
// qualifier.
func (p Package) image() string {
	repository, _, _ := strings.Cut(p.Identifier, "@")
	if colon := strings.LastIndexByte(repository, ':'); colon > strings.LastIndexByte(repository, '/') {
		repository = repository[:colon]
	}
	name := repository[strings.LastIndexByte(repository, '/')+1:]
	version := ""
	if digest := p.Digest["sha256"]; digest != "" {
		version = "sha256:" + digest
	}
	qualifiers := packageurl.QualifiersFromMap(map[string]string{"repository_url": repository})
	return packageurl.NewPackageURL(packageurl.TypeOCI, "", strings.ToLower(name), version, qualifiers, "").ToString()
}

var pythonRuns = pattern.New(`[-_.]+`)

// normalPython is a project's name as Python compares names.
func normalPython(name string) string {
	return strings.ToLower(pythonRuns.ReplaceAllString(name, "-"))
}

// ServerSubject is the canonical server.json as a subject, with the name
// server.json:NAME@VERSION. Errors have the code server-json-unreadable.
func ServerSubject(server []byte) (Subject, error) {
	canonical, err := Canonical(server)
	if err != nil {
		return Subject{}, err
	}
	var doc struct{ Name, Version any }
	if err := exactly(canonical, &doc, "name", "version"); err != nil {
		return Subject{}, unreadable(err)
	}
	name, _ := doc.Name.(string)
	version, _ := doc.Version.(string)
	if name == "" || version == "" {
		return Subject{}, unreadable(fmt.Errorf("it has no name or no version"))
	}
	return Subject{Name: "server.json:" + name + "@" + version, Digest: map[string]string{"sha256": sum(canonical)}}, nil
}
