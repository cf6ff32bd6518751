package sbom

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func readCycloneDX(data []byte, xml bool) (*Document, error) {
	format := cdx.BOMFileFormatJSON
	if xml {
		format = cdx.BOMFileFormatXML
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(data), format).Decode(&bom); err != nil {
		return nil, fmt.Errorf("cannot read the bill of materials as CycloneDX: %w", err)
	}
	d := &Document{Format: "CycloneDX", Version: bom.SpecVersion.String()}
	r := cdxReader{related: map[string]bool{}}
	for _, dep := range deref(bom.Dependencies) {
		for _, on := range deref(dep.Dependencies) {
			r.related[dep.Ref], r.related[on] = true, true
		}
	}
	if m := bom.Metadata; m != nil {
		d.Timestamp = m.Timestamp
		d.metadata(m)
		if m.Component != nil {
			r.components([]cdx.Component{*m.Component}, false, 0)
			d.Subject = strings.TrimSpace(m.Component.Name + " " + m.Component.Version)
			// A product alone is in no relationship, and lacks none.
			if len(deref(bom.Components)) == 0 && len(r.parts) == 1 {
				r.parts[0].Related = true
			}
		}
	}
	r.components(deref(bom.Components), false, 0)
	d.Components = r.parts
	d.Coverage = len(deref(bom.Compositions)) > 0
	return d, nil
}

func (d *Document) metadata(m *cdx.Metadata) {
	for _, a := range deref(m.Authors) {
		d.Authors = append(d.Authors, cmp.Or(a.Name, a.Email))
	}
	for _, entity := range []*cdx.OrganizationalEntity{m.Manufacture, m.Manufacturer} {
		if entity != nil && entity.Name != "" {
			d.Authors = append(d.Authors, entity.Name)
		}
	}
	if m.Tools != nil {
		for _, t := range deref(m.Tools.Tools) {
			d.Tools = append(d.Tools, strings.TrimSpace(t.Name+" "+t.Version))
		}
		for _, t := range deref(m.Tools.Components) {
			d.Tools = append(d.Tools, strings.TrimSpace(t.Name+" "+t.Version))
		}
		for _, t := range deref(m.Tools.Services) {
			d.Tools = append(d.Tools, strings.TrimSpace(t.Name+" "+t.Version))
		}
	}
	for _, l := range deref(m.Lifecycles) {
		d.Phases = append(d.Phases, cmp.Or(string(l.Phase), l.Name))
	}
}

type cdxReader struct {
	related map[string]bool
	parts   []Part
}

func (r *cdxReader) components(all []cdx.Component, nested bool, depth int) {
	if depth > 100 { // what is nested deeper says nothing more
		return
	}
	for _, c := range all {
		p := Part{Name: c.Name, Version: c.Version, Supplier: c.Publisher, Identifier: cmp.Or(c.PackageURL, c.CPE)}
		if c.Group != "" {
			p.Name = c.Group + "/" + c.Name
		}
		for _, entity := range []*cdx.OrganizationalEntity{c.Supplier, c.Manufacturer} {
			if entity != nil {
				p.Supplier = cmp.Or(p.Supplier, entity.Name)
			}
		}
		if c.SWID != nil {
			p.Identifier = cmp.Or(p.Identifier, c.SWID.TagID)
		}
		for _, id := range append(deref(c.SWHID), deref(c.OmniborID)...) {
			p.Identifier = cmp.Or(p.Identifier, id)
		}
		p.Hashed = len(deref(c.Hashes)) > 0
		for _, ref := range deref(c.ExternalReferences) {
			p.Hashed = p.Hashed || strings.HasPrefix(string(ref.Type), "distribution") && len(deref(ref.Hashes)) > 0
		}
		p.Licensed = c.Licenses != nil && len(*c.Licenses) > 0
		inner := deref(c.Components)
		p.Related = nested || len(inner) > 0 || c.BOMRef != "" && r.related[c.BOMRef]
		r.parts = append(r.parts, p)
		r.components(inner, true, depth+1)
	}
}

// deref is the list that is pointed to, or none.
func deref[T any](p *[]T) []T {
	if p == nil {
		return nil
	}
	return *p
}
