package sbom_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// The official schemas come with Go modules, so Go itself is asked for them:
// CycloneDX's with its library, SPDX's with syft.
const spdxSchemaModule = "github.com/anchore/syft@v1.52.0"

var cdxSchemaDir = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	return filepath.Join(strings.TrimSpace(string(out)), "schema"), err
})

var cdxSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	dir, err := cdxSchemaDir()
	if err != nil {
		return nil, err
	}
	return compile(map[string]string{
		"http://cyclonedx.org/schema/bom-1.6.schema.json":  filepath.Join(dir, "bom-1.6.schema.json"),
		"http://cyclonedx.org/schema/spdx.schema.json":     filepath.Join(dir, "spdx.schema.json"),
		"http://cyclonedx.org/schema/jsf-0.82.schema.json": filepath.Join(dir, "jsf-0.82.schemax.json"),
	}, "http://cyclonedx.org/schema/bom-1.6.schema.json")
})

var spdxSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	out, err := exec.Command("go", "mod", "download", "-json", spdxSchemaModule).Output()
	if err != nil {
		return nil, err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, err
	}
	const id = "http://spdx.org/rdf/terms/2.3"
	return compile(map[string]string{id: filepath.Join(module.Dir, "schema", "spdx-json", "spdx-schema-2.3.json")}, id)
})

func compile(files map[string]string, id string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat = true
	for url, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := c.AddResource(url, bytes.NewReader(data)); err != nil {
			return nil, err
		}
	}
	return c.Compile(id)
}

// holds says whether a document is valid by the official schema of its format.
func holds(t *testing.T, format string, data []byte) error {
	t.Helper()
	schema := cdxSchema
	if format == "spdx" {
		schema = spdxSchema
	}
	s, err := schema()
	require.NoError(t, err)
	var doc any
	require.NoError(t, json.Unmarshal(data, &doc))
	return s.Validate(doc)
}

// The schemas are not blind: each refuses a document broken in one way.
func TestTheSchemasRefuse(t *testing.T) {
	for name, tc := range map[string]struct{ format, old, new string }{
		"a scope that is none":     {"cyclonedx", `"scope": "required"`, `"scope": "necessary"`},
		"a licence not listed":     {"cyclonedx", `"id": "MIT"`, `"id": "MITT"`},
		"a hash cut short":         {"cyclonedx", `"content": "`, `"content": "zz`},
		"a member that is none":    {"cyclonedx", `"bom-ref"`, `"bomref"`},
		"a relationship":           {"spdx", `"DEPENDS_ON"`, `"NEEDS"`},
		"an algorithm":             {"spdx", `"SHA512"`, `"SHA-512"`},
		"a purpose":                {"spdx", `"LIBRARY"`, `"BOOK"`},
		"no namespace":             {"spdx", `"documentNamespace"`, `"documentNameSpace"`},
		"a category of references": {"spdx", `"PACKAGE-MANAGER"`, `"PACKAGES"`},
	} {
		t.Run(name, func(t *testing.T) {
			data := written(t, "npm", tc.format)
			require.NoError(t, holds(t, tc.format, data))
			require.Contains(t, string(data), tc.old)
			assert.Error(t, holds(t, tc.format, []byte(strings.Replace(string(data), tc.old, tc.new, 1))))
		})
	}
}

func TestLicencesAreThoseOfTheSchema(t *testing.T) {
	dir, err := cdxSchemaDir()
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(dir, "spdx.schema.json"))
	require.NoError(t, err)
	var schema struct{ Enum []string }
	require.NoError(t, json.Unmarshal(data, &schema))
	licences, exceptions := bill.LicenceIDs()
	assert.ElementsMatch(t, schema.Enum, append(licences, exceptions...))
}
