package serverjson

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// project is a set of manifests that agree with the good document.
func project(edit map[string]string) fstest.MapFS {
	files := map[string]string{
		packageJSON: "{\n  \"name\": \"@acme/echo\",\n  \"version\": \"1.2.3\",\n  \"mcpName\": \"io.github.Acme/echo\"\n}",
		pyproject:   "[build-system]\nrequires = []\n\n[project]\nname = \"acme-echo\"\nversion = \"1.2.3\"\n",
		bundleJSON:  `{"manifest_version": "0.3", "name": "echo", "version": "1.2.3", "server": {"type": "node"}}`,
		goMod:       "module github.com/Acme/echo\n",
	}
	for name, text := range edit {
		files[name] = text
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

type disagreement struct {
	files map[string]string
	tag   string
	file  string
	line  int
}

// disagreeing has the ways in which a project breaks each rule of agreement.
func disagreeing() map[string][]disagreement {
	return map[string][]disagreement{
		"agree/version": {
			{map[string]string{packageJSON: "{\n  \"name\": \"echo\",\n  \"version\": \"1.2.4\"\n}"}, "", packageJSON, 3},
			{map[string]string{pyproject: "[project]\nname = \"echo\"\n\n# released\nversion = \"2.0\"\n"}, "", pyproject, 5},
			{map[string]string{pyproject: "[tool.poetry]\nname = \"echo\"\nversion = '2.0'\n"}, "", pyproject, 3},
			{map[string]string{bundleJSON: `{"manifest_version": "0.3", "name": "echo", "version": "1.2.2", "server": {"type": "node"}}`}, "", bundleJSON, 1},
		},
		"agree/package": {{map[string]string{packageJSON: `{"name": "@acme/echo", "version": "1.2.4"}`}, "", "server.json", 21}},
		"agree/tag":     {{nil, "v1.2.4", "server.json", 6}, {nil, "nightly", "server.json", 6}},
		"agree/name":    {{map[string]string{packageJSON: "{\n\"mcpName\": \"io.github.acme/echo\"}"}, "", packageJSON, 2}},
	}
}

func TestAgree(t *testing.T) {
	d, bad := Parse("server.json", []byte(good))
	require.Empty(t, bad)
	for _, tag := range []string{"", "v1.2.3", "1.2.3", "echo/v1.2.3", "echo@1.2.3"} {
		sources, err := Sources(project(nil))
		require.NoError(t, err)
		require.Len(t, sources, 4)
		assert.Empty(t, d.Agree(sources, tag), tag)
	}
	for rule, ways := range disagreeing() {
		for _, w := range ways {
			sources, err := Sources(project(w.files))
			require.NoError(t, err)
			found := false
			for _, f := range d.Agree(sources, w.tag) {
				if f.Rule == rule {
					found = true
					assert.Equal(t, w.file, f.File)
					assert.Equal(t, w.line, f.Line, "%v", f)
				}
			}
			assert.True(t, found, "%s: %v", rule, w)
		}
	}
}

func TestSameVersion(t *testing.T) {
	for _, same := range [][2]string{{"1.0.0", "v1.0.0"}, {"1.0.0-rc.1", "1.0.0rc1"}, {"1.0.0-alpha.2", "1.0.0a2"}, {"1.0.0-beta", "1.0.0b0"}, {"1.0.0+linux", "1.0.0+linux"}} {
		assert.True(t, sameVersion(same[0], same[1]), same)
	}
	for _, other := range [][2]string{{"1.0.0", "1.0.1"}, {"1.0.0-rc.1", "1.0.0"}, {"1.0.0-alpha.1", "1.0.0-beta.1"}, {"1.0.0+a", "1.0.0+b"}} {
		assert.False(t, sameVersion(other[0], other[1]), other)
	}
}

func TestSourcesRefuse(t *testing.T) {
	for name, text := range map[string]string{
		packageJSON: "{\n  \"name\": }", pyproject: "[project\n", goMod: "go 1.26\n", bundleJSON: "[1,",
	} {
		_, err := Sources(project(map[string]string{name: text}))
		assert.ErrorContains(t, err, "reading "+name)
	}
	_, err := Sources(fstest.MapFS{packageJSON: {Data: make([]byte, MaxSize+1)}})
	assert.ErrorContains(t, err, "longer than")
	sources, err := Sources(fstest.MapFS{bundleJSON: {Data: []byte(`{"name": "a web app"}`)}})
	require.NoError(t, err)
	assert.Empty(t, sources, "not every manifest.json is a bundle's")
}
