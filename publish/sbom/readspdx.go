package sbom

import (
	"bytes"
	"fmt"
	"strings"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
)

func readSPDX(data []byte) (*Document, error) {
	var doc v2_3.Document
	if err := spdxjson.ReadInto(bytes.NewReader(data), &doc); err != nil {
		return nil, fmt.Errorf("cannot read the bill of materials as SPDX: %w", err)
	}
	d := &Document{Format: "SPDX", Version: strings.TrimPrefix(doc.SPDXVersion, "SPDX-")}
	if info := doc.CreationInfo; info != nil {
		d.Timestamp = info.Created
		for _, c := range info.Creators {
			if c.CreatorType == "Tool" {
				d.Tools = append(d.Tools, c.Creator)
			} else if said(c.Creator) {
				d.Authors = append(d.Authors, c.Creator)
			}
		}
		if _, phase, ok := strings.Cut(info.CreatorComment, "Lifecycle phase: "); ok {
			d.Phases = append(d.Phases, strings.TrimSpace(phase))
		}
	}
	related, described := map[common.ElementID]bool{}, map[common.ElementID]bool{}
	for _, r := range doc.Relationships {
		if r == nil {
			continue
		}
		if r.RefB.SpecialID != "" || strings.HasPrefix(doc.DocumentComment, "Known to be unknown") {
			d.Coverage = true // what is unknown, or that there is nothing, is said
		}
		switch {
		case r.Relationship == common.TypeRelationshipDescribe:
			described[r.RefB.ElementRefID] = true
		case r.Relationship == common.TypeRelationshipDescribeBy:
			described[r.RefA.ElementRefID] = true
		case r.RefA.ElementRefID != "" && r.RefB.ElementRefID != "":
			related[r.RefA.ElementRefID], related[r.RefB.ElementRefID] = true, true
		}
	}
	for _, p := range doc.Packages {
		if p == nil {
			continue
		}
		part := spdxPart(p)
		part.Related = related[p.PackageSPDXIdentifier] || len(doc.Packages) == 1
		if described[p.PackageSPDXIdentifier] && d.Subject == "" {
			d.Subject = strings.TrimSpace(p.PackageName + " " + p.PackageVersion)
		}
		d.Components = append(d.Components, part)
	}
	return d, nil
}

func spdxPart(p *v2_3.Package) Part {
	part := Part{
		Name: p.PackageName, Version: p.PackageVersion, Hashed: len(p.PackageChecksums) > 0,
		Licensed: said(p.PackageLicenseDeclared) || said(p.PackageLicenseConcluded),
	}
	if p.PackageSupplier != nil && said(p.PackageSupplier.Supplier) {
		part.Supplier = p.PackageSupplier.Supplier
	}
	for _, ref := range p.PackageExternalReferences {
		if ref == nil {
			continue
		}
		switch ref.RefType {
		case common.TypePackageManagerPURL, common.TypeSecurityCPE23Type, common.TypeSecurityCPE22Type, common.TypeSecuritySwid, common.TypePersistentIdSwh, common.TypePersistentIdGitoid:
			if part.Identifier == "" || ref.RefType == common.TypePackageManagerPURL {
				part.Identifier = ref.Locator
			}
		}
	}
	return part
}

// said reports whether a field says anything.
func said(s string) bool { return s != "" && s != noAssertion && s != "NONE" }
