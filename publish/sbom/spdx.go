package sbom

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

const noAssertion = "NOASSERTION"

// SPDX writes a settled bill as SPDX 2.3 JSON.
func SPDX(b *bill.Bill, o Options) ([]byte, error) {
	doc := &v2_3.Document{
		SPDXVersion: v2_3.Version, DataLicense: v2_3.DataLicense, SPDXIdentifier: "DOCUMENT",
		DocumentName: b.Root.Name, DocumentNamespace: "urn:uuid:", CreationInfo: spdxCreation(b, o),
	}
	others := map[string]*v2_3.OtherLicense{}
	doc.Packages = append(doc.Packages, spdxPackage(o.root(b), others))
	for _, c := range b.Components() {
		doc.Packages = append(doc.Packages, spdxPackage(*c, others))
	}
	for _, l := range others {
		doc.OtherLicenses = append(doc.OtherLicenses, l)
	}
	slices.SortFunc(doc.OtherLicenses, func(x, y *v2_3.OtherLicense) int {
		return strings.Compare(x.LicenseIdentifier, y.LicenseIdentifier)
	})
	doc.Relationships = spdxRelationships(b)
	var gaps []string
	for _, g := range b.Gaps {
		gaps = append(gaps, g.Where+": "+g.What)
	}
	if len(gaps) > 0 {
		doc.DocumentComment = "Known to be unknown:\n" + strings.Join(gaps, "\n")
	}
	without, err := encodeSPDX(doc)
	if err != nil {
		return nil, err
	}
	doc.DocumentNamespace = "urn:uuid:" + uuid(without)
	return encodeSPDX(doc)
}

func encodeSPDX(doc *v2_3.Document) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Write(doc, &out, json.Indent("  "), json.EscapeHTML(false)); err != nil {
		return nil, fmt.Errorf("cannot write the bill as SPDX: %w", err)
	}
	return out.Bytes(), nil
}

func spdxCreation(b *bill.Bill, o Options) *v2_3.CreationInfo {
	tool := o.Tool
	if o.ToolVersion != "" {
		tool += "-" + o.ToolVersion
	}
	info := &v2_3.CreationInfo{
		Created:        o.stamp(),
		Creators:       []common.Creator{{CreatorType: "Tool", Creator: tool}},
		CreatorComment: "Lifecycle phase: " + string(b.Phase),
	}
	if o.Author != "" {
		info.Creators = append(info.Creators, common.Creator{CreatorType: "Organization", Creator: o.Author})
	}
	return info
}

func spdxPackage(c bill.Component, others map[string]*v2_3.OtherLicense) *v2_3.Package {
	p := &v2_3.Package{
		PackageName: c.Name, PackageSPDXIdentifier: spdxID(c), PackageVersion: c.Version,
		PackageSupplier:         &common.Supplier{Supplier: noAssertion},
		PackageDownloadLocation: noAssertion, PackageLicenseConcluded: noAssertion, PackageCopyrightText: noAssertion,
		PackageLicenseDeclared: spdxLicence(c.Licences, others),
		PrimaryPackagePurpose:  strings.ToUpper(string(c.Kind)),
		PackageComment:         spdxComment(c),
	}
	if c.Supplier != "" {
		p.PackageSupplier = &common.Supplier{Supplier: c.Supplier, SupplierType: "Organization"}
	}
	if len(c.Artifacts) == 1 {
		if a := c.Artifacts[0]; strings.Contains(a.URL, "://") && !strings.ContainsAny(a.URL, " <>\"") {
			p.PackageDownloadLocation, p.PackageFileName = a.URL, a.Name
		}
	}
	p.PackageChecksums = spdxChecksums(c)
	if c.PURL != "" {
		p.PackageExternalReferences = []*v2_3.PackageExternalReference{{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: c.PURL,
		}}
	}
	var found []string
	for _, place := range c.Found {
		found = append(found, place.File)
	}
	if len(found) > 0 {
		p.PackageSourceInfo = "found in " + strings.Join(slices.Compact(found), ", ")
	}
	return p
}

// spdxChecksums are the digests of a component, or those of its files if it is
// distributed as several: the format has no place for a file's own.
func spdxChecksums(c bill.Component) []common.Checksum {
	hashes := slices.Clone(c.Hashes)
	if len(hashes) == 0 {
		for _, a := range c.Artifacts {
			hashes = append(hashes, a.Hashes...)
		}
	}
	var all []common.Checksum
	for _, h := range hashes {
		name := common.ChecksumAlgorithm(h.Algorithm)
		if strings.HasPrefix(h.Algorithm, "SHA-") { // only these two formats differ here
			name = common.ChecksumAlgorithm(strings.Replace(h.Algorithm, "-", "", 1))
		}
		all = append(all, common.Checksum{Algorithm: name, Value: h.Value})
	}
	return all
}

// spdxComment tells what the format has no words for.
func spdxComment(c bill.Component) string {
	var lines []string
	for _, h := range c.Hashes {
		if h.Over != "" {
			lines = append(lines, h.Algorithm+" is over "+h.Over)
		}
	}
	if len(c.Hashes) == 0 && len(c.Artifacts) > 1 {
		lines = append(lines, "each checksum is one of the files in which it is distributed")
	}
	for _, p := range c.Properties {
		lines = append(lines, p.Name+": "+p.Value)
	}
	return strings.Join(lines, "\n")
}

// spdxID makes an identifier that is readable, and unique by a digest.
func spdxID(c bill.Component) common.ElementID {
	readable := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, c.Name+"-"+c.Version)
	sum := sha256.Sum256([]byte(c.Ref))
	return common.ElementID("Package-" + readable[:min(len(readable), 80)] + "-" + hex.EncodeToString(sum[:6]))
}

// spdxLicence is the expression of what is declared. A licence that is not on
// the list is given an identifier of the document's own.
func spdxLicence(declared []string, others map[string]*v2_3.OtherLicense) string {
	var all []string
	for _, d := range declared {
		if d == "" {
			continue
		}
		expression, ok := bill.Expression(d)
		if !ok {
			sum := sha256.Sum256([]byte(d))
			expression = "LicenseRef-" + hex.EncodeToString(sum[:6])
			others[expression] = &v2_3.OtherLicense{LicenseIdentifier: expression, ExtractedText: d, LicenseName: d}
		}
		if len(declared) > 1 && strings.Contains(expression, " ") {
			expression = "(" + expression + ")"
		}
		all = append(all, expression)
	}
	if len(all) == 0 {
		return noAssertion
	}
	return strings.Join(all, " AND ")
}

func spdxRelationships(b *bill.Bill) []*v2_3.Relationship {
	element := func(ref string) common.DocElementID {
		return common.DocElementID{ElementRefID: spdxID(*b.Component(ref))}
	}
	all := []*v2_3.Relationship{{
		RefA: common.DocElementID{ElementRefID: "DOCUMENT"}, RefB: element(b.Root.Ref), Relationship: common.TypeRelationshipDescribe,
	}}
	for _, c := range append([]*bill.Component{&b.Root}, b.Components()...) {
		if c.Inside && c.Ref != b.Root.Ref {
			all = append(all, &v2_3.Relationship{RefA: element(b.Root.Ref), RefB: element(c.Ref), Relationship: common.TypeRelationshipContains})
		}
		for _, e := range b.Needs(c.Ref) {
			r := &v2_3.Relationship{RefA: element(c.Ref), RefB: element(e.To), Relationship: common.TypeRelationshipDependsOn}
			if e.Scope != bill.Required { // these words look from the other side
				r.RefA, r.RefB = r.RefB, r.RefA
				r.Relationship = common.TypeRelationshipOptionalDependencyOf
			}
			if e.Scope == bill.Development {
				r.Relationship = common.TypeRelationshipDevDependencyOf
			}
			all = append(all, r)
		}
		if c.Opaque {
			all = append(all, &v2_3.Relationship{RefA: element(c.Ref), RefB: common.DocElementID{SpecialID: noAssertion}, Relationship: common.TypeRelationshipDependsOn})
		}
	}
	return all
}
