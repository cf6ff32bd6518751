package collect_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

// in makes a folder of the files, given as name and content by turns.
func in(t testing.TB, files ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "project")
	require.NoError(t, os.Mkdir(dir, 0o755))
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, filepath.FromSlash(files[i]))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(files[i+1]), 0o644))
	}
	return dir
}

// graph is a bill in lines: "name@version scope: what it needs".
func graph(b *bill.Bill) []string {
	var lines []string
	for _, c := range append([]*bill.Component{&b.Root}, b.Components()...) {
		line := c.Name + "@" + c.Version + " " + c.Scope.String() + ":"
		for _, e := range b.Needs(c.Ref) {
			to := b.Component(e.To)
			line += " " + to.Name + "@" + to.Version
		}
		lines = append(lines, line)
	}
	return lines
}

func gaps(b *bill.Bill) string {
	var lines []string
	for _, g := range b.Gaps {
		lines = append(lines, g.Where+": "+g.What)
	}
	return strings.Join(lines, "\n")
}

const sri = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="

// npm: the nearest folder wins, links lead to workspaces, aliases have the name
// of what they stand for, and what is not installed is not needed.
func TestPackageLockTree(t *testing.T) {
	b, err := collect.Path(in(t, "package-lock.json", `{"lockfileVersion": 3, "packages": {
		"": {"name": "root", "version": "1.0.0", "workspaces": ["packages/*"], "dependencies": {"a": "1", "alias": "npm:real@1"}, "optionalDependencies": {"gone": "1"}},
		"packages/w": {"name": "w", "version": "0.1.0", "license": {"type": "MIT"}, "dependencies": {"b": "2"}, "devDependencies": {"tool": "1"}},
		"node_modules/w": {"resolved": "packages/w", "link": true},
		"node_modules/a": {"version": "1.0.0", "integrity": "`+sri+`", "dependencies": {"b": "1"}, "peerDependencies": {"w": "*", "absent": "*"}},
		"node_modules/a/node_modules/b": {"version": "1.0.0", "license": [{"type": "ISC"}, "MIT"]},
		"node_modules/b": {"version": "2.0.0", "integrity": "sha512-broken"},
		"node_modules/tool": {"version": "1.0.0", "dev": true},
		"node_modules/@s/orphan": {"version": "1.0.0", "devOptional": true, "resolved": "git+ssh://user:secret@host.example/x.git#abc"},
		"node_modules/alias": {"name": "real", "version": "1.0.0", "resolved": "https://me:secret@packages.example/real.tgz"}}}`), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"root@1.0.0 required: a@1.0.0 real@1.0.0 w@0.1.0",
		"@s/orphan@1.0.0 optional:",
		"a@1.0.0 required: b@1.0.0 w@0.1.0",
		"b@1.0.0 required:",
		"b@2.0.0 required:",
		"real@1.0.0 required:",
		"tool@1.0.0 development:",
		"w@0.1.0 required: b@2.0.0 tool@1.0.0",
	}, graph(b))
	assert.Equal(t, []string{"ISC", "MIT"}, b.Component("pkg:npm/b@1.0.0").Licences)
	assert.Contains(t, gaps(b), "package-lock.json: b: the SHA-512 digest")
	for _, c := range b.Components() {
		assert.NotContains(t, c.PURL, "secret")
		for _, a := range c.Artifacts {
			assert.NotContains(t, a.URL, "secret")
		}
	}
}

func TestPnpmVersions(t *testing.T) {
	manifest := `{"name": "root", "version": "1.0.0"}`
	want := []string{
		"root@1.0.0 required: a@1.0.0 t@1.0.0",
		"@s/p@2.0.0 required:",
		"a@1.0.0 required: @s/p@2.0.0",
		"t@1.0.0 development:",
	}
	for version, lock := range map[string]string{
		"6": "lockfileVersion: '6.0'\ndependencies:\n  a:\n    specifier: ^1\n    version: 1.0.0(@s/p@2.0.0)\ndevDependencies:\n  t: {specifier: '1', version: 1.0.0}\npackages:\n  /a@1.0.0(@s/p@2.0.0):\n    resolution: {integrity: " + sri + "}\n    dependencies:\n      '@s/p': 2.0.0\n  /@s/p@2.0.0:\n    resolution: {integrity: " + sri + "}\n  /t@1.0.0:\n    resolution: {integrity: " + sri + "}\n    dev: true\n",
		"9": "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1, version: 1.0.0(@s/p@2.0.0)}\n    devDependencies:\n      t: {specifier: '1', version: 1.0.0}\npackages:\n  a@1.0.0:\n    resolution: {integrity: " + sri + "}\n  '@s/p@2.0.0':\n    resolution: {integrity: " + sri + "}\n  t@1.0.0:\n    resolution: {integrity: " + sri + "}\nsnapshots:\n  a@1.0.0(@s/p@2.0.0):\n    dependencies:\n      '@s/p': 2.0.0\n  '@s/p@2.0.0': {}\n  t@1.0.0: {}\n",
	} {
		b, err := collect.Path(in(t, "package.json", manifest, "pnpm-lock.yaml", lock), collect.Options{})
		require.NoError(t, err)
		assert.Equal(t, want, graph(b), "version %s", version)
	}
}

func TestYarnClassicWithoutIntegrity(t *testing.T) {
	b, err := collect.Path(in(t, "package.json", `{"name": "root", "dependencies": {"a": "^1.0.0", "x": "npm:real@1"}}`,
		"yarn.lock", "# yarn lockfile v1\n\n\na@1.x, \"a@^1.0.0\":\n  version \"1.0.1\"\n  resolved \"https://packages.example/a-1.0.1.tgz#da39a3ee5e6b4b0d3255bfef95601890afd80709\"\n  dependencies:\n    \"@s/b\" \"2\"\n\n\"@s/b@2\":\n  version \"2.0.0\"\n\n\"x@npm:real@1\":\n  version \"1.0.0\"\n"), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"root@ required: a@1.0.1 real@1.0.0", "@s/b@2.0.0 required:", "a@1.0.1 required: @s/b@2.0.0", "real@1.0.0 required:"}, graph(b))
	a := b.Component("pkg:npm/a@1.0.1")
	assert.Equal(t, []bill.Hash{{Algorithm: "SHA-1", Value: "da39a3ee5e6b4b0d3255bfef95601890afd80709"}}, a.Hashes)
	assert.Equal(t, 4, a.Found[0].Line)
}

func TestRequirements(t *testing.T) {
	zeros := strings.Repeat("0", 64)
	b, err := collect.Path(in(t,
		"requirements.txt", "-r sub/more.txt\n--index-url https://index.example\n# a comment\nA_b[extra] == 1.0 ; python_version > '3' \\\n  --hash=sha256:"+zeros+"\n    # via\n    #   c (pyproject.toml)\n    #   root\nc>=2 # not pinned\nd @ git+https://host.example/d.git@abc\n-r ../outside.txt\n-e .\n",
		"sub/more.txt", "e==1 --hash=md5:xyz\n-r ../requirements.txt\n"), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"project@ required: A_b@1.0 c@ d@ e@1",
		"A_b@1.0 required:",
		"c@ required: A_b@1.0",
		"d@ required:",
		"e@1 required:",
	}, graph(b))
	assert.Equal(t, zeros, b.Component("pkg:pypi/a-b@1.0").Hashes[0].Value)
	assert.Contains(t, gaps(b), "the version of c is not pinned")
	assert.Contains(t, gaps(b), "../outside.txt is outside")
	assert.Contains(t, gaps(b), "e: the MD5 digest")
}

// One name may have several versions, each for another Python.
func TestSeveralVersionsOfAName(t *testing.T) {
	dir := in(t, "requirements-prod.txt", "a==1 ; python_version < '3'\n    # via b\na==2 ; python_version >= '3'\n    # via b\nb==1\n",
		"poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\n[[package]]\nname = \"a\"\nversion = \"2\"\n[[package]]\nname = \"b\"\nversion = \"1\"\n[package.dependencies]\na = [{version = \"1\"}, {version = \"2\"}]\n[metadata]\nlock-version = \"2.0\"\n",
		"pyproject.toml", "[project]\nname = \"p\"\ndependencies = [\"b>=1\"]\n")
	for _, file := range []string{"requirements-prod.txt", "poetry.lock"} {
		b, err := collect.Path(filepath.Join(dir, file), collect.Options{})
		require.NoError(t, err)
		assert.Equal(t, []string{"p@ required: b@1", "a@1 required:", "a@2 required:", "b@1 required: a@1 a@2"}, graph(b), file)
	}
}

func TestPoetryOfOldAndCargoWorkspace(t *testing.T) {
	zeros := strings.Repeat("0", 64)
	b, err := collect.Path(in(t,
		"pyproject.toml", "[tool.poetry]\nname = \"p\"\nversion = \"1\"\nlicense = \"MIT\"\nauthors = [\"Me <m@example.com>\"]\n[tool.poetry.dependencies]\npython = \"^3\"\na = {version = \"1\", optional = true}\n[tool.poetry.group.dev.dependencies]\nb = \"1\"\n",
		"poetry.lock", "[[package]]\nname = \"A\"\nversion = \"1\"\ncategory = \"main\"\noptional = true\n\n[[package]]\nname = \"b\"\nversion = \"1\"\ncategory = \"dev\"\n\n[metadata]\nlock-version = \"1.1\"\n[metadata.files]\nA = [{file = \"a.whl\", hash = \"sha256:"+zeros+"\"}]\n",
		"Cargo.lock", "version = 4\n[[package]]\nname = \"m1\"\nversion = \"1.0.0\"\ndependencies = [\"x 1.0.0\", \"x 2.0.0\"]\n[[package]]\nname = \"m2\"\nversion = \"1.0.0\"\n[[package]]\nname = \"x\"\nversion = \"1.0.0\"\nsource = \"git+https://host.example/x#abc\"\n[[package]]\nname = \"x\"\nversion = \"2.0.0\"\nsource = \"registry+https://index.example\"\nchecksum = \""+zeros+"\"\n"), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"p@1 required: m1@1.0.0 m2@1.0.0 A@1 b@1",
		"m1@1.0.0 required: x@1.0.0 x@2.0.0",
		"m2@1.0.0 required:",
		"x@1.0.0 required:",
		"x@2.0.0 required:",
		"A@1 optional:",
		"b@1 development:",
	}, graph(b))
	assert.Equal(t, "Me", b.Root.Supplier)
	assert.Equal(t, []string{"MIT"}, b.Root.Licences)
	assert.Equal(t, zeros, b.Component("pkg:pypi/a@1").Hashes[0].Value)
}

// Go: replacements are named as what they are, and go.mod files of the cache
// only count with the right sum.
func TestGo(t *testing.T) {
	files := []string{
		"go.mod", "module example.com/m\n\ngo 1.24\n\nrequire (\n\tgithub.com/spf13/cobra v1.9.0\n\tgithub.com/spf13/pflag v1.0.9 // indirect\n)\n\nreplace github.com/spf13/cobra => github.com/spf13/cobra v1.10.2\n",
		"go.sum", "github.com/spf13/cobra v1.10.2/go.mod h1:7C1pvHqHw5A4vrJfjNwvOdzYu0Gml16OCs2GRiTUUS4=\n",
	}
	cache := os.DirFS(filepath.Join("testdata", "gocache"))
	b, err := collect.Path(in(t, files...), collect.Options{GoModCache: cache})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"example.com/m@ required: github.com/spf13/cobra@v1.10.2",
		"github.com/spf13/cobra@v1.10.2 required: github.com/spf13/pflag@v1.0.9",
		"github.com/spf13/pflag@v1.0.9 required:",
	}, graph(b))
	assert.Contains(t, b.Component("pkg:golang/github.com/spf13/cobra@v1.10.2").Properties, bill.Property{Name: "mcpctl:go:replaces", Value: "github.com/spf13/cobra@v1.9.0"})

	files[3] = strings.Replace(files[3], "7C1", "7C2", 1)
	b, err = collect.Path(in(t, files...), collect.Options{GoModCache: cache})
	require.NoError(t, err)
	assert.Contains(t, gaps(b), "what 2 of 2 modules ask for is not known")
	assert.True(t, b.Component("pkg:golang/github.com/spf13/cobra@v1.10.2").Opaque)
}

func TestOfSeveralLocksTheFirstIsRead(t *testing.T) {
	dir := in(t, "package-lock.json", `{"lockfileVersion": 3, "packages": {"": {"name": "x"}}}`, "yarn.lock", "broken")
	b, err := collect.Path(dir, collect.Options{})
	require.NoError(t, err)
	assert.Contains(t, gaps(b), "yarn.lock: not read, because package-lock.json says the same of npm")
	_, err = collect.Path(filepath.Join(dir, "yarn.lock"), collect.Options{})
	assert.ErrorContains(t, err, "yarn.lock:1", "it is read when it is named")
}
