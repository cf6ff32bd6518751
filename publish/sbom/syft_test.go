package sbom_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
	"github.com/mcpctl/mcpctl/testservers"
)

var syft = sync.OnceValues(func() (string, error) { return testservers.Program("syft") })

// converted is a bill in the other format, by syft.
func converted(t *testing.T, format string, data []byte) ([]byte, error) {
	t.Helper()
	program, err := syft()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "bill.json")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	other := "spdx-json@2.3"
	if format == "spdx" {
		other = "cyclonedx-json@1.6"
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "convert", file, "-o", other)
	cmd.Env = append(os.Environ(), "SYFT_CHECK_FOR_APP_UPDATE=false")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, said.String())
	}
	return out, nil
}

// told are the components that a bill of a format tells of, as syft's own output
// is read.
func told(t *testing.T, format string, data []byte) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	if format == "spdx" {
		doc, err := spdxjson.Read(bytes.NewReader(data))
		require.NoError(t, err)
		for _, p := range doc.Packages {
			purl := ""
			for _, r := range p.PackageExternalReferences {
				if r.RefType == "purl" {
					purl = r.Locator
				}
			}
			all[p.PackageName+" "+p.PackageVersion+" "+purl] = true
		}
		return all
	}
	var doc cdx.BOM
	require.NoError(t, cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatJSON).Decode(&doc))
	for _, c := range *doc.Components {
		name := c.Name
		if c.Group != "" {
			name = c.Group + "/" + c.Name
		}
		all[name+" "+c.Version+" "+c.PackageURL] = true
	}
	return all
}

// lost are the components of a bill that a conversion of it does not tell of.
func lost(t *testing.T, b *bill.Bill, format string, data []byte) (names []string) {
	t.Helper()
	out, err := converted(t, format, data)
	require.NoError(t, err)
	other := map[string]string{"cyclonedx": "spdx", "spdx": "cyclonedx"}[format]
	found := told(t, other, out)
	for _, c := range append(b.Components(), &b.Root) {
		if line := c.Name + " " + c.Version + " " + c.PURL; !found[line] {
			names = append(names, line)
		}
	}
	return names
}

// Syft reads what is written, and tells the same components, versions and purls
// in the other format.
func TestSyftLosesNothing(t *testing.T) {
	for _, fixture := range fixtures {
		for _, format := range []string{"cyclonedx", "spdx"} {
			t.Run(fixture+" "+format, func(t *testing.T) {
				assert.Empty(t, lost(t, collected(t, fixture), format, written(t, fixture, format)))
			})
		}
	}
}

// The comparison is not blind: what a bill does not say is missed.
func TestSyftsComponentsAreCompared(t *testing.T) {
	for format, version := range map[string]string{"cyclonedx": `"version": "1.2.3"`, "spdx": `"versionInfo": "1.2.3"`} {
		data := string(written(t, "npm", format))
		require.Contains(t, data, version)
		changed := strings.Replace(data, version, strings.Replace(version, "1.2.3", "1.2.4", 1), 1)
		assert.Len(t, lost(t, collected(t, "npm"), format, []byte(changed)), 1, format)
	}
}

// Nor does syft take everything.
func TestSyftRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ format, old, new string }{
		"another format":          {"cyclonedx", `"bomFormat": "CycloneDX"`, `"bomFormat": "Cyclone"`},
		"another version":         {"cyclonedx", `"specVersion": "1.6"`, `"specVersion": "9.6"`},
		"a version that is none":  {"cyclonedx", `"version": "1.2.3"`, `"version": 1`},
		"components in an object": {"cyclonedx", `"components": [`, `"components": {"a": [`},
		"no format":               {"spdx", `"spdxVersion"`, `"version"`},
		"another SPDX":            {"spdx", `"SPDX-2.3"`, `"SPDX-9.3"`},
		"a package's version":     {"spdx", `"versionInfo": "1.2.3"`, `"versionInfo": 1`},
		"packages that are none":  {"spdx", `"packages": [`, `"packages": 1, "was": [`},
	} {
		t.Run(name, func(t *testing.T) {
			data := string(written(t, "npm", tc.format))
			require.Contains(t, data, tc.old)
			_, err := converted(t, tc.format, []byte(strings.Replace(data, tc.old, tc.new, 1)))
			assert.ErrorContains(t, err, "failed to decode SBOM")
			_, err = converted(t, tc.format, []byte(data[:len(data)/2]))
			assert.Error(t, err, "cut off")
		})
	}
}
