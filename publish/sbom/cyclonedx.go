package sbom

import (
	"bytes"
	"fmt"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// CycloneDX writes a settled bill as CycloneDX 1.6 JSON.
func CycloneDX(b *bill.Bill, o Options) ([]byte, error) {
	doc := cdx.NewBOM()
	root := cdxComponent(o.root(b))
	doc.Metadata = cdxMetadata(b, o, &root)
	var components []cdx.Component
	for _, c := range b.Components() {
		components = append(components, cdxComponent(*c))
	}
	doc.Components = list(components)
	doc.Dependencies = cdxDependencies(b)
	doc.Compositions = cdxCompositions(b)
	without, err := encodeCDX(doc)
	if err != nil {
		return nil, err
	}
	doc.SerialNumber = "urn:uuid:" + uuid(without)
	return encodeCDX(doc)
}

func encodeCDX(doc *cdx.BOM) ([]byte, error) {
	var out bytes.Buffer
	encoder := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON)
	encoder.SetPretty(true).SetEscapeHTML(false)
	if err := encoder.EncodeVersion(doc, cdx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("cannot write the bill as CycloneDX: %w", err)
	}
	return out.Bytes(), nil
}

// list is nil for nothing, so that a member is left out.
func list[T any](all []T) *[]T {
	if len(all) == 0 {
		return nil
	}
	return &all
}

func cdxMetadata(b *bill.Bill, o Options, root *cdx.Component) *cdx.Metadata {
	m := &cdx.Metadata{
		Timestamp:  o.stamp(),
		Lifecycles: &[]cdx.Lifecycle{{Phase: cdx.LifecyclePhase(b.Phase)}},
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{{
			Type: cdx.ComponentTypeApplication, Name: o.Tool, Version: o.ToolVersion,
		}}},
		Component: root,
	}
	if o.Author != "" {
		m.Authors = &[]cdx.OrganizationalContact{{Name: o.Author}}
	}
	var gaps []cdx.Property
	for _, g := range b.Gaps {
		gaps = append(gaps, cdx.Property{Name: "mcpctl:gap", Value: g.Where + ": " + g.What})
	}
	m.Properties = list(gaps)
	return m
}

func cdxComponent(c bill.Component) cdx.Component {
	out := cdx.Component{
		BOMRef: c.Ref, Type: cdx.ComponentType(c.Kind), Name: c.Name, Version: c.Version, PackageURL: c.PURL,
		Scope:  map[bill.Scope]cdx.Scope{bill.Required: cdx.ScopeRequired, bill.Optional: cdx.ScopeOptional, bill.Development: cdx.ScopeExcluded}[c.Scope],
		Hashes: cdxHashes(c.Hashes), Licenses: cdxLicences(c.Licences),
	}
	if c.Supplier != "" {
		out.Supplier = &cdx.OrganizationalEntity{Name: c.Supplier}
	}
	var properties []cdx.Property
	for _, h := range c.Hashes {
		if h.Over != "" {
			properties = append(properties, cdx.Property{Name: "mcpctl:hash:" + h.Algorithm + ":over", Value: h.Over})
		}
	}
	if c.Scope == bill.Development {
		properties = append(properties, cdx.Property{Name: "mcpctl:scope", Value: c.Scope.String()})
	}
	for _, p := range c.Properties {
		properties = append(properties, cdx.Property{Name: p.Name, Value: p.Value})
	}
	out.Properties = list(properties)
	var occurrences []cdx.EvidenceOccurrence
	for _, p := range c.Found {
		o := cdx.EvidenceOccurrence{Location: p.File}
		if p.Line > 0 {
			o.Line = &p.Line
		}
		occurrences = append(occurrences, o)
	}
	if len(occurrences) > 0 {
		out.Evidence = &cdx.Evidence{Occurrences: &occurrences}
	}
	out.ExternalReferences = list(cdxArtifacts(c))
	return out
}

// cdxArtifacts are the files of a component. A file whose address is not known
// is named by a relative one, as the format asks for some.
func cdxArtifacts(c bill.Component) []cdx.ExternalReference {
	var all []cdx.ExternalReference
	for _, a := range c.Artifacts {
		r := cdx.ExternalReference{Type: cdx.ERTypeDistribution, URL: a.URL, Hashes: cdxHashes(a.Hashes)}
		if r.URL == "" {
			r.URL = a.Name
		}
		if r.URL == "" && len(a.Hashes) > 0 {
			r.URL = "urn:" + a.Hashes[0].Algorithm + ":" + a.Hashes[0].Value
		}
		if r.URL != "" {
			all = append(all, r)
		}
	}
	return all
}

func cdxHashes(hashes []bill.Hash) *[]cdx.Hash {
	var all []cdx.Hash
	for _, h := range hashes {
		all = append(all, cdx.Hash{Algorithm: cdx.HashAlgorithm(h.Algorithm), Value: h.Value})
	}
	return list(all)
}

// cdxLicences are the licences: one expression alone, or any number of single
// licences, as the format has it.
func cdxLicences(declared []string) *cdx.Licenses {
	var all cdx.Licenses
	for _, d := range declared {
		expression, ok := bill.Expression(d)
		switch {
		case bill.KnownLicence(d):
			all = append(all, cdx.LicenseChoice{License: &cdx.License{ID: d}})
		case ok && len(declared) == 1:
			all = append(all, cdx.LicenseChoice{Expression: expression})
		case d != "":
			all = append(all, cdx.LicenseChoice{License: &cdx.License{Name: d}})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &all
}

func cdxDependencies(b *bill.Bill) *[]cdx.Dependency {
	var all []cdx.Dependency
	for _, c := range append([]*bill.Component{&b.Root}, b.Components()...) {
		var on []string
		for _, e := range b.Needs(c.Ref) {
			on = append(on, e.To)
		}
		all = append(all, cdx.Dependency{Ref: c.Ref, Dependencies: list(on)})
	}
	return &all
}

// cdxCompositions say for which components the dependencies are known, and
// whether the bill has all there is.
func cdxCompositions(b *bill.Bill) *[]cdx.Composition {
	var known, unknown []cdx.BOMReference
	for _, c := range append([]*bill.Component{&b.Root}, b.Components()...) {
		if c.Opaque {
			unknown = append(unknown, cdx.BOMReference(c.Ref))
		} else {
			known = append(known, cdx.BOMReference(c.Ref))
		}
	}
	whole := cdx.Composition{Aggregate: cdx.CompositionAggregateComplete, Assemblies: &[]cdx.BOMReference{cdx.BOMReference(b.Root.Ref)}}
	if len(b.Gaps) > 0 {
		whole.Aggregate = cdx.CompositionAggregateIncomplete
	}
	all := []cdx.Composition{whole}
	if len(known) > 0 {
		all = append(all, cdx.Composition{Aggregate: cdx.CompositionAggregateComplete, Dependencies: &known})
	}
	if len(unknown) > 0 {
		all = append(all, cdx.Composition{Aggregate: cdx.CompositionAggregateUnknown, Dependencies: &unknown})
	}
	return &all
}
