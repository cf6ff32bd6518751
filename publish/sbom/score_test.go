package sbom_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom"
)

// whole are bills from which nothing is missing.
var whole = map[string]string{
	"cyclonedx": `{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
	 "metadata": {"timestamp": "2026-01-02T03:04:05Z", "lifecycles": [{"phase": "build"}], "authors": [{"name": "me"}], "tools": {"components": [{"type": "application", "name": "tool"}]},
	  "component": {"type": "application", "bom-ref": "r", "name": "root", "version": "1", "purl": "pkg:generic/root@1", "supplier": {"name": "us"}, "hashes": [{"alg": "MD5", "content": "d41d8cd98f00b204e9800998ecf8427e"}], "licenses": [{"license": {"id": "MIT"}}]}},
	 "components": [{"type": "library", "bom-ref": "a", "name": "part", "version": "2", "cpe": "cpe:2.3:a:part:part:2:*:*:*:*:*:*:*", "supplier": {"name": "they"}, "licenses": [{"expression": "MIT"}],
	  "externalReferences": [{"type": "distribution", "url": "part.whl", "hashes": [{"alg": "MD5", "content": "00000000000000000000000000000000"}]}]}],
	 "dependencies": [{"ref": "r", "dependsOn": ["a"]}], "compositions": [{"aggregate": "complete"}]}`,
	"spdx": `{"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "doc", "documentNamespace": "urn:uuid:0",
	 "creationInfo": {"created": "2026-01-02T03:04:05Z", "creators": ["Tool: tool", "Person: me"], "comment": "Lifecycle phase: build"},
	 "packages": [
	  {"SPDXID": "SPDXRef-r", "name": "root", "versionInfo": "1", "downloadLocation": "NONE", "filesAnalyzed": false, "supplier": "Organization: us", "licenseDeclared": "MIT", "checksums": [{"algorithm": "MD5", "checksumValue": "d41d8cd98f00b204e9800998ecf8427e"}], "externalRefs": [{"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl", "referenceLocator": "pkg:generic/root@1"}]},
	  {"SPDXID": "SPDXRef-a", "name": "part", "versionInfo": "2", "downloadLocation": "NONE", "filesAnalyzed": false, "supplier": "Person: they", "licenseConcluded": "MIT", "checksums": [{"algorithm": "MD5", "checksumValue": "00000000000000000000000000000000"}], "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:part:part:2:*:*:*:*:*:*:*"}]}],
	 "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": "SPDXRef-r", "relationshipType": "DESCRIBES"}, {"spdxElementId": "SPDXRef-r", "relatedSpdxElement": "SPDXRef-a", "relationshipType": "DEPENDS_ON"}, {"spdxElementId": "SPDXRef-a", "relatedSpdxElement": "NONE", "relationshipType": "DEPENDS_ON"}]}`,
}

// lacking takes one element away, in each format, and names it.
var lacking = []struct{ element, cyclonedx, spdx string }{
	{"author", `"authors": [{"name": "me"}], `, `, "Person: me"`},
	{"tool", `, "tools": {"components": [{"type": "application", "name": "tool"}]}`, `"Tool: tool", `},
	{"timestamp", `03:04:05Z`, `03:04:05Z`},
	{"context", `"lifecycles": [{"phase": "build"}], `, `, "comment": "Lifecycle phase: build"`},
	{"coverage", `, "compositions": [{"aggregate": "complete"}]`, `, {"spdxElementId": "SPDXRef-a", "relatedSpdxElement": "NONE", "relationshipType": "DEPENDS_ON"}`},
	{"supplier", `"supplier": {"name": "they"}, `, `"supplier": "Person: they", `},
	{"version", `"version": "2", `, `"versionInfo": "2", `},
	{"identifier", `"cpe": "cpe:2.3:a:part:part:2:*:*:*:*:*:*:*", `, `, "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:part:part:2:*:*:*:*:*:*:*"}]`},
	{"relationship", `"dependencies": [{"ref": "r", "dependsOn": ["a"]}], `, `, {"spdxElementId": "SPDXRef-r", "relatedSpdxElement": "SPDXRef-a", "relationshipType": "DEPENDS_ON"}`},
	{"hash", `, "hashes": [{"alg": "MD5", "content": "00000000000000000000000000000000"}]`, `"checksums": [{"algorithm": "MD5", "checksumValue": "00000000000000000000000000000000"}], `},
	{"licence", `"licenses": [{"expression": "MIT"}],`, `"licenseConcluded": "MIT", `},
	{"name", `"name": "part", `, `"name": "part", `},
}

func TestScoreOfWholeBills(t *testing.T) {
	for format, text := range whole {
		d, err := sbom.Read([]byte(text))
		require.NoError(t, err)
		s := d.Score()
		for _, e := range s.Elements {
			assert.Empty(t, e.Reason, "%s %s", format, e.ID)
		}
		assert.Equal(t, [3]int{100, 100, 100}, [3]int{s.Total, s.NTIA, s.CISA}, format)
		assert.Equal(t, "1", d.Subject[len(d.Subject)-1:])
	}
}

func TestScoreNamesWhatIsMissing(t *testing.T) {
	seen := map[string]bool{}
	for _, tc := range lacking {
		seen[tc.element] = true
		for format, cut := range map[string]string{"cyclonedx": tc.cyclonedx, "spdx": tc.spdx} {
			t.Run(format+" "+tc.element, func(t *testing.T) {
				require.Contains(t, whole[format], cut)
				d, err := sbom.Read([]byte(strings.Replace(whole[format], cut, "", 1)))
				require.NoError(t, err)
				s := d.Score()
				assert.Less(t, s.Total, 100)
				for _, e := range s.Elements {
					if e.ID == tc.element {
						assert.Less(t, e.Have, e.Of)
						assert.NotEmpty(t, e.Reason)
						assert.NotEmpty(t, e.Mend)
					} else {
						assert.Equal(t, e.Of, e.Have, e.ID)
					}
				}
			})
		}
	}
	d, err := sbom.Read([]byte(whole["spdx"]))
	require.NoError(t, err)
	for _, e := range d.Score().Elements {
		assert.True(t, seen[e.ID], "%s is broken by no test", e.ID)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ text, says string }{
		"nothing":          {"", "line 1, column"},
		"no JSON":          {"{\n \"bomFormat\": x}", "line 2, column 15"},
		"a list":           {"[]", "neither CycloneDX nor SPDX"},
		"another document": {`{"name": "x"}`, "neither bomFormat"},
		"SPDX 3":           {`{"@context": "https://spdx.example/3.0.1/context", "@graph": []}`, "another version of SPDX"},
		"SPDX 1":           {`{"spdxVersion": "SPDX-1.2"}`, "another version"},
		"other XML":        {`<html></html>`, "as CycloneDX"},
		"broken parts":     {`{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": {}}`, "as CycloneDX"},
		"broken packages":  {`{"spdxVersion": "SPDX-2.3", "packages": [{"SPDXID": 7}]}`, "as SPDX"},
		"deep":             {strings.Repeat("[", 100_000), "neither"},
		"deep parts":       {`{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": ` + strings.Repeat(`[{"components":`, 20_000), "max depth"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sbom.Read([]byte(tc.text))
			assert.ErrorContains(t, err, tc.says)
		})
	}
	_, err := sbom.Read(make([]byte, sbom.MaxDocument+1))
	assert.ErrorContains(t, err, "more than")
}

func TestReadsXMLAndNestedComponents(t *testing.T) {
	d, err := sbom.Read([]byte(`<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><components>
	 <component type="library"><group>org</group><name>outer</name><version>1</version><components><component type="library"><name>inner</name></component></components></component></components></bom>`))
	require.NoError(t, err)
	assert.Equal(t, "1.5", d.Version)
	require.Len(t, d.Components, 2)
	assert.Equal(t, "org/outer", d.Components[0].Name)
	assert.True(t, d.Components[1].Related)
}

// Text of a hostile bill does not reach a terminal as it is.
func TestPrintIsSafe(t *testing.T) {
	text := strings.ReplaceAll(whole["cyclonedx"], `"name": "part", "version": "2"`, `"name": "\u001b[2Jpart\nx"`)
	d, err := sbom.Read([]byte(text))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, sbom.Summarize(d, nil).Print(&out))
	assert.NotContains(t, out.String(), "\x1b")
	assert.Contains(t, out.String(), "1 of 2 components have no version")
}

func FuzzRead(f *testing.F) {
	for _, text := range whole {
		f.Add([]byte(text))
	}
	f.Add([]byte(`<bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := sbom.Read(data)
		if err != nil {
			return
		}
		s := d.Score()
		assert.GreaterOrEqual(t, s.Total, 0)
		assert.LessOrEqual(t, s.Total, 100)
	})
}
