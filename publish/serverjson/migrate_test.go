package serverjson

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func migrated(t *testing.T, text string) (string, []string) {
	t.Helper()
	d, bad := Parse("server.json", []byte(text))
	require.Empty(t, bad)
	out, done := Migrate(d)
	return string(out), done
}

// The first date of all, with everything that has changed since.
const oldest = `{
    "$schema": "https://static.modelcontextprotocol.io/schemas/2025-07-09/server.schema.json",
    "name": "com.example/echo",
    "description": "Says it again",
    "status": "active",
    "version": "1.0.0",
    "website_url": "https://example.com",
    "packages": [
        {
            "registry_type": "oci",
            "registry_base_url": "https://images.example.com",
            "identifier": "acme/echo",
            "version": "1.0.0",
            "transport": {"type": "stdio"},
            "environment_variables": [{"name": "A", "is_required": true, "variables": {"is_secret": {"is_secret": true}}}],
            "package_arguments": [{"type": "positional", "value_hint": "x", "is_repeated": false}]
        }
    ],
    "_meta": {
        "io.modelcontextprotocol.registry/official": {"id": "1"},
        "io.modelcontextprotocol.registry/publisher-provided": {"build_info": 1}
    }
}
`

const oldestNow = `{
    "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    "name": "com.example/echo",
    "description": "Says it again",
    "version": "1.0.0",
    "websiteUrl": "https://example.com",
    "packages": [
        {
            "registryType": "oci",
            "identifier": "images.example.com/acme/echo:1.0.0",
            "transport": {"type": "stdio"},
            "environmentVariables": [{"name": "A", "isRequired": true, "variables": {"is_secret": {"isSecret": true}}}],
            "packageArguments": [{"type": "positional", "valueHint": "x", "isRepeated": false}]
        }
    ],
    "_meta": {
        "io.modelcontextprotocol.registry/publisher-provided": {"build_info": 1}
    }
}
`

func TestMigrateOldest(t *testing.T) {
	got, done := migrated(t, oldest)
	assert.Equal(t, oldestNow, got)
	assert.Contains(t, done, "brought $schema from 2025-07-09 to 2025-12-11")
	for _, f := range Check("server.json", []byte(got)) {
		assert.Equal(t, "oci/digest", f.Rule, "%v", f)
	}
	again, done := migrated(t, got)
	assert.Equal(t, got, again)
	assert.Empty(t, done)
}

func TestMigrateKeepsWhatIsRight(t *testing.T) {
	got, done := migrated(t, good)
	assert.Equal(t, good, got)
	assert.Empty(t, done)
}

func TestMigrate(t *testing.T) {
	for name, c := range map[string]struct{ old, new string }{
		"every date":              {`{"$schema": "` + SchemaURL("2025-10-17") + `"}`, `{"$schema": "` + SchemaURL(Current) + `"}`},
		"no schema":               {`{"name": "a/b"}`, `{"$schema": "` + SchemaURL(Current) + `","name": "a/b"}`},
		"nothing at all":          {`{}`, `{ "$schema": "` + SchemaURL(Current) + `"}`},
		"an unknown date stays":   {`{"$schema": "` + SchemaURL("draft") + `"}`, `{"$schema": "` + SchemaURL("draft") + `"}`},
		"no object":               {`[]`, `[]`},
		"both spellings stay":     {current(`"websiteUrl": "a", "website_url": "b"`), current(`"websiteUrl": "a", "website_url": "b"`)},
		"two misspellings":        {current(`"website_url": "a", "WebsiteUrl": "b"`), current(`"websiteUrl": "a", "WebsiteUrl": "b"`)},
		"only member":             {current(`"_meta": {"io.modelcontextprotocol.registry/official": {}}`), current(`"_meta": {}`)},
		"last member":             {current(`"name": "a/b", "status": "active"`), current(`"name": "a/b"`)},
		"case":                    {current(`"Packages": [{"RegistryType": "npm"}]`), current(`"packages": [{"registryType": "npm"}]`)},
		"image with a tag":        {current(`"packages": [{"registryType": "oci", "identifier": "x.io/a:2", "version": "1"}]`), current(`"packages": [{"registryType": "oci", "identifier": "x.io/a:2"}]`)},
		"image that is none":      {current(`"packages": [{"registryType": "oci", "identifier": "A B", "version": "1"}]`), current(`"packages": [{"registryType": "oci", "identifier": "A B", "version": "1"}]`)},
		"image without a version": {current(`"packages": [{"registryType": "oci", "identifier": "a", "version": "1 2"}]`), current(`"packages": [{"registryType": "oci", "identifier": "a", "version": "1 2"}]`)},
		"bundle":                  {current(`"packages": [{"registryType": "mcpb", "registryBaseUrl": "https://github.com", "identifier": "https://github.com/a"}]`), current(`"packages": [{"registryType": "mcpb", "identifier": "https://github.com/a"}]`)},
	} {
		got, _ := migrated(t, c.old)
		assert.Equal(t, c.new, got, name)
	}
}

func current(members string) string {
	return `{"$schema": "` + SchemaURL(Current) + `", ` + members + `}`
}

// TestMigrateEveryDate brings the documents of each date to the current one, in
// which none may be worse than it was.
func TestMigrateEveryDate(t *testing.T) {
	for _, date := range Dates() {
		for _, doc := range documents() {
			doc["$schema"] = SchemaURL(date)
			text := strings.TrimSpace(string(mustJSON(t, spelled(date, doc))))
			got, _ := migrated(t, text)
			root, bad := parseJSON([]byte(got))
			require.Nil(t, bad)
			for _, f := range schemaOf(Current).validate(root) {
				assert.True(t, f.extra, "%s: %s\n%v", date, got, f)
			}
		}
	}
}

// TestLargestDocuments: what the limit lets in is judged in little time, whatever
// it is made of.
func TestLargestDocuments(t *testing.T) {
	for _, piece := range []string{`"k%d":1,`, `"a":1,`, `"Packages%d":[],`, `"\u00%d":0,`} {
		var text strings.Builder
		text.WriteString(`{"$schema": "` + SchemaURL(Current) + `",`)
		for i := 0; text.Len() < MaxSize-100; i++ {
			text.WriteString(strings.Replace(piece, "%d", fmt.Sprint(i%80+10), 1))
		}
		text.WriteString(`"version": "1"}`)
		started := time.Now()
		findings := Check("server.json", []byte(text.String()))
		assert.Len(t, findings, maxFindings, piece)
		d, bad := Parse("server.json", []byte(text.String()))
		require.Empty(t, bad)
		Migrate(d)
		assert.Less(t, time.Since(started), 2*time.Minute, "work without end, on whatever machine: %s", piece)
	}
	many := `{"packages": [` + strings.TrimSuffix(strings.Repeat(`{"registry_type":"npm"},`, MaxSize/26), ",") + `]}`
	got, _ := migrated(t, many)
	assert.NotContains(t, got, "registry_type")
}
