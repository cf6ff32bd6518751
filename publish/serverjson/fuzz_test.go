package serverjson

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzCheck: any text gets a verdict; places lie inside it; what Migrate makes is
// JSON, is stable, and says the same where the schema says nothing.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(oldest))
	f.Add([]byte(`{"$schema": 1, "packages": [{"registryType": "oci", "identifier": "a:b@c", "version": "1"}], "remotes": [{"url": "{"}]}`))
	f.Add([]byte("\xef\xbb\xbf{}"))
	f.Add([]byte(`{"a": "\ud83d\ude00\ud83d", "a": [[], {}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, finding := range Check("f", raw) {
			assert.Positive(t, finding.Line)
			assert.Positive(t, finding.Column)
			_, ok := Lookup(finding.Rule)
			assert.True(t, ok, finding.Rule)
		}
		d, _ := Parse("f", raw)
		if d == nil {
			return
		}
		require.True(t, json.Valid(raw))
		d.root.walk(func(n *node) {
			var of any
			require.NoError(t, json.Unmarshal(raw[n.start:n.end], &of), "%d-%d", n.start, n.end)
			if n.kind == isString {
				assert.Equal(t, of, n.text)
			}
		})
		once, _ := Migrate(d)
		next, bad := Parse("f", once)
		require.Empty(t, bad, "%s", once)
		twice, done := Migrate(next)
		assert.Equal(t, string(once), string(twice))
		assert.Empty(t, done)
	})
}

// FuzzSources: any manifest is read or refused.
func FuzzSources(f *testing.F) {
	f.Add(`{"name": "x", "version": "1", "repository": {"url": "a/b"}}`, "[project]\nname = \"x\"\nversion = \"1\"\n", "module github.com/a/b/v2\n", `{"manifest_version": "1", "server": {"type": "x"}}`)
	f.Fuzz(func(t *testing.T, npm, python, module, bundle string) {
		sources, err := Sources(project(map[string]string{packageJSON: npm, pyproject: python, goMod: module, bundleJSON: bundle}))
		if err != nil {
			return
		}
		d, _ := Parse("server.json", []byte(good))
		for _, finding := range d.Agree(sources, "v1") {
			assert.Positive(t, finding.Line)
		}
		text, _, err := Generate(sources, Wishes{Name: "com.example/echo"})
		require.NoError(t, err)
		_, bad := Parse("server.json", text)
		assert.Empty(t, bad)
	})
}
