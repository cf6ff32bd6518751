package sbom_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom"
	"github.com/mcpctl/mcpctl/publish/sbom/bill"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fixtures are the lock files of collect's tests, made by the real tools.
var fixtures = []string{"berry", "cargo", "go", "npm", "pip", "pnpm", "poetry", "uv", "yarn1"}

func options() sbom.Options {
	return sbom.Options{Tool: "mcpctl", ToolVersion: "v0.0.0-test", Author: "Example Weather", Time: time.Unix(1_800_000_000, 0)}
}

func collected(t testing.TB, fixture string) *bill.Bill {
	t.Helper()
	b, err := collect.Path(filepath.Join("collect", "testdata", fixture), collect.Options{GoModCache: os.DirFS(filepath.Join("collect", "testdata", "gocache"))})
	require.NoError(t, err)
	return b
}

func written(t testing.TB, fixture, format string) []byte {
	t.Helper()
	write := sbom.CycloneDX
	if format == "spdx" {
		write = sbom.SPDX
	}
	data, err := write(collected(t, fixture), options())
	require.NoError(t, err)
	return data
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with -update")
	assert.Equal(t, string(want), string(got))
}

// Each fixture is written the same twice, valid by the official schema, and
// readable by the format's own library with nothing lost.
func TestWritten(t *testing.T) {
	for _, fixture := range fixtures {
		t.Run(fixture, func(t *testing.T) {
			for _, format := range []string{"cyclonedx", "spdx"} {
				data := written(t, fixture, format)
				require.Equal(t, string(data), string(written(t, fixture, format)), "twice the same")
				require.NoError(t, holds(t, format, data))
				golden(t, fixture+"."+format+".json", data)
			}
			components := collected(t, fixture).Components()
			roundTripCycloneDX(t, components, written(t, fixture, "cyclonedx"))
			roundTripSPDX(t, components, written(t, fixture, "spdx"))
		})
	}
}

func roundTripCycloneDX(t *testing.T, want []*bill.Component, data []byte) {
	t.Helper()
	var doc cdx.BOM
	require.NoError(t, cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatJSON).Decode(&doc))
	require.Len(t, *doc.Components, len(want))
	for i, c := range *doc.Components {
		assert.Equal(t, want[i].PURL, c.PackageURL)
		assert.Equal(t, want[i].Version, c.Version)
		if c.Hashes != nil {
			require.Len(t, *c.Hashes, len(want[i].Hashes))
			assert.Equal(t, want[i].Hashes[0].Value, (*c.Hashes)[0].Value)
		}
	}
	// Every reference of the graph leads somewhere.
	refs := []string{doc.Metadata.Component.BOMRef}
	for _, c := range *doc.Components {
		refs = append(refs, c.BOMRef)
	}
	for _, d := range *doc.Dependencies {
		assert.Contains(t, refs, d.Ref)
		if d.Dependencies != nil {
			assert.Subset(t, refs, *d.Dependencies)
		}
	}
}

func roundTripSPDX(t *testing.T, want []*bill.Component, data []byte) {
	t.Helper()
	doc, err := spdxjson.Read(bytes.NewReader(data))
	require.NoError(t, err)
	require.Len(t, doc.Packages, len(want)+1)
	ids := map[string]bool{"DOCUMENT": true}
	for i, p := range doc.Packages {
		ids[string(p.PackageSPDXIdentifier)] = true
		if i > 0 {
			assert.Equal(t, want[i-1].Name, p.PackageName)
			assert.Equal(t, want[i-1].PURL, p.PackageExternalReferences[0].Locator)
		}
	}
	assert.Len(t, ids, len(doc.Packages)+1, "identifiers are unique")
	for _, r := range doc.Relationships {
		assert.True(t, ids[string(r.RefA.ElementRefID)])
		assert.True(t, ids[string(r.RefB.ElementRefID)] || r.RefB.SpecialID == "NOASSERTION")
	}
}

// The three lock files of one package.json tell the same, but for what only one
// of them has.
func TestLocksOfOneManifestAgree(t *testing.T) {
	known := func(fixture string) (all []string) {
		b := collected(t, fixture)
		for _, c := range append(b.Components(), &b.Root) {
			line := c.PURL + " " + c.Scope.String() + ":"
			for _, e := range b.Needs(c.Ref) {
				line += " " + e.To
			}
			if c.Ref != b.Root.Ref {
				require.NotEmpty(t, c.Hashes, c.Ref)
			}
			all = append(all, line)
		}
		slices.Sort(all)
		return all
	}
	assert.Equal(t, known("npm"), known("pnpm"))
	assert.Equal(t, known("npm"), known("yarn1"))
	plain := func(lines []string) []string { // uv knows what Poetry's extras hide, and the root's edges are alike
		return slices.DeleteFunc(lines, func(l string) bool { return strings.Contains(l, "colorama") })
	}
	files := func(fixture string) (all []string) {
		for _, c := range collected(t, fixture).Components() {
			all = append(all, c.PURL+" "+c.Scope.String())
		}
		return plain(all)
	}
	assert.Equal(t, files("uv"), files("poetry"))
}

// The serial number follows the content: all that changes it changes it.
func TestSerialNumbers(t *testing.T) {
	serial := func(o sbom.Options, fixture string) string {
		data, err := sbom.CycloneDX(collected(t, fixture), o)
		require.NoError(t, err)
		_, after, _ := strings.Cut(string(data), `"serialNumber": "`)
		return after[:45]
	}
	later := options()
	later.Time = later.Time.Add(time.Second)
	all := []string{serial(options(), "npm"), serial(later, "npm"), serial(options(), "pnpm")}
	assert.Equal(t, all[0], serial(options(), "npm"))
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(all))), 3)
	assert.Regexp(t, `^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, all[0])
}

// What formats cannot say as it is: a licence that is none, several licences,
// names with odd characters, a component without a purl.
func TestOddComponents(t *testing.T) {
	b := bill.New(bill.Component{Name: "näme \x00 \"quoted\" \\", Version: "1"}, bill.PreBuild)
	b.Add(bill.Component{Name: "no purl", Licences: []string{"SEE LICENSE IN odd.txt"}, Supplier: `a "b" \ c`})
	b.Add(bill.Component{Name: "several", Version: "1", Licences: []string{"MIT", "Apache-2.0 or BSD-3-Clause", "Beerware?"}})
	b.Add(bill.Component{Name: "several", Version: "2", Opaque: true, Inside: true, Kind: bill.File, Artifacts: []bill.Artifact{{}}})
	b.Miss("here", "what is there")
	b.Gather()
	b.Settle()
	for format, write := range map[string]func(*bill.Bill, sbom.Options) ([]byte, error){"cyclonedx": sbom.CycloneDX, "spdx": sbom.SPDX} {
		data, err := write(b, options())
		require.NoError(t, err)
		require.NoError(t, holds(t, format, data))
		golden(t, "odd."+format+".json", data)
		d, err := sbom.Read(data)
		require.NoError(t, err)
		assert.Len(t, d.Components, 4)
	}
}

func BenchmarkNpm(b *testing.B) {
	for b.Loop() {
		written(b, "npm", "cyclonedx")
	}
}

func BenchmarkOwnRepository(b *testing.B) {
	for b.Loop() {
		own, err := collect.Path(filepath.Join("..", ".."), collect.Options{})
		require.NoError(b, err)
		data, err := sbom.CycloneDX(own, options())
		require.NoError(b, err)
		d, err := sbom.Read(data)
		require.NoError(b, err)
		require.Positive(b, d.Score().Total)
	}
}
