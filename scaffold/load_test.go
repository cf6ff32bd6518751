package scaffold_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

func TestLoad(t *testing.T) {
	tmpl := small(t)
	assert.Equal(t, "small", tmpl.Manifest.ID)
	assert.Equal(t, scaffold.Builtin, tmpl.Source)
	assert.Regexp(t, "^sha256:[0-9a-f]{64}$", tmpl.Digest)
	assert.Equal(t, "production", tmpl.Manifest.DefaultProfile())
	assert.Equal(t, scaffold.Origin{ID: "small", Version: "1.2.0", Digest: tmpl.Digest, Source: "builtin"}, tmpl.Origin())
}

// The digest follows every byte, and cannot be kept by moving bytes from one
// file to the next.
func TestDigest(t *testing.T) {
	digest := func(files map[string]string, more ...string) string {
		tmpl, err := load(tiny(files, more...))
		require.NoError(t, err)
		return tmpl.Digest
	}
	of := map[string]string{"a": "12", "b": "3"}
	assert.Equal(t, digest(of), digest(of, "# a comment is no change"))
	seen := map[string]bool{digest(of): true}
	for _, other := range []map[string]string{{"a": "1", "b": "23"}, {"a": "12"}, {"a": "12", "c": "3"}, {"a": "12", "b": "4"}, {"a/b": "12", "b": "3"}} {
		d := digest(other)
		assert.False(t, seen[d], "%v", other)
		seen[d] = true
	}
	assert.False(t, seen[digest(of, "bare: [a]")])
}

func TestBase(t *testing.T) {
	tmpl, err := scaffold.Load(os.DirFS("testdata/over"), scaffold.DirSource("over"), beneath)
	require.NoError(t, err)
	tree := render(t, tmpl, scaffold.Given{With: []string{"loud"}})
	assert.Equal(t, []string{"README.md", "go.mod", "icon.bin", "internal/greet/cache.go", "internal/greet/greet.go", "loud.txt", "main.go", "verbatim.txt"}, paths(tree))
	assert.Contains(t, text(t, tree, "internal/greet/greet.go"), "Good day", "the upper template's file counts")
	assert.Contains(t, text(t, tree, "README.md"), "Here.", "a dropped feature is off")
	assert.Equal(t, "go", tmpl.Manifest.Language)
	_, err = tmpl.Resolve(scaffold.Given{Name: "x", With: []string{"redis"}})
	assert.ErrorContains(t, err, `no feature "redis"`)

	_, err = scaffold.Load(os.DirFS("testdata/over"), scaffold.Builtin, nil)
	assert.ErrorContains(t, err, `the base "small" cannot be used here`)
	endless := func(string) (fs.FS, error) { return os.DirFS("testdata/over"), nil }
	_, err = scaffold.Load(os.DirFS("testdata/over"), scaffold.Builtin, endless)
	assert.ErrorContains(t, err, "too many bases")
}

// A bundle is the same template without its base.
func TestBundle(t *testing.T) {
	tmpl, err := scaffold.Load(os.DirFS("testdata/over"), scaffold.Builtin, beneath)
	require.NoError(t, err)
	files, err := tmpl.Bundle()
	require.NoError(t, err)
	fsys := fstest.MapFS{}
	for _, f := range files {
		fsys[f.Path] = &fstest.MapFile{Data: f.Data}
	}
	again, err := load(fsys)
	require.NoError(t, err)
	assert.Equal(t, tmpl.Digest, again.Digest)
	assert.Equal(t, render(t, tmpl, scaffold.Given{}), render(t, again, scaffold.Given{}))
}

func TestManifestFaults(t *testing.T) {
	for name, tc := range map[string]struct{ manifest, want string }{
		"unknown key":         {"hooks: [rm]", "field hooks not found"},
		"two documents":       {"---\nid: x", "must be one YAML document"},
		"feature twice":       {"features: [{name: a}, {name: a}]", `the feature "a" is there twice`},
		"feature's name":      {"features: [{name: A b}]", `the feature "A b"`},
		"requires nothing":    {"features: [{name: a, requires: [b]}]", `feature a: template tiny has no feature "b"`},
		"conflicts nothing":   {"features: [{name: a, conflicts: [b]}]", `has no feature "b"`},
		"profile":             {"profiles: {p: [z]}", `profile p: template tiny has no feature "z"`},
		"question's name":     {"questions: [{name: with}]", "question with"},
		"question twice":      {"questions: [{name: owner}, {name: owner}]", "question owner: it is there twice"},
		"question and form":   {"questions: [{name: snake}]", "question snake"},
		"rule":                {"questions: [{name: q, rule: txt, default: x}]", `has no rule "txt"`},
		"default breaks rule": {"questions: [{name: q, rule: word, default: A}]", "its default"},
		"default computes":    {"questions: [{name: q, default: '{{name | upper}}'}]", "{{ without a name"},
		"default looks ahead": {"questions: [{name: registry_name}, {name: owner}]", "{{owner}} stands for nothing"},
		"token taken":         {"questions: [{name: q, default: x, token: acme-server}]", "its token"},
		"token too short":     {"questions: [{name: q, default: x, token: acme}]", "its token"},
		"pattern":             {"files: [{path: 'a['}]", `"a[" is no pattern`},
		"many stars":          {"files: [{path: '**/a/**/b/**'}]", "is no pattern"},
		"mode":                {"files: [{path: a, mode: '4755'}]", `the mode "4755"`},
		"condition":           {"files: [{path: a, when: a && b || c}]", "mixes"},
		"condition's feature": {"files: [{path: a, when: c}]", `has no feature "c"`},
		"many files to one":   {"files: [{path: 'a/*', to: b}]", "cannot go to b"},
		"to outside":          {"files: [{path: a, to: ../b}]", "leads out of the project"},
		"to the root":         {"files: [{path: a, to: /etc/passwd}]", "leads out of the project"},
		"bare":                {"bare: ['[']", "is no pattern"},
		"version":             {"version: one", "already defined"},
	} {
		t.Run(name, func(t *testing.T) {
			head := "id: tiny\nversion: 1.0.0\ntitle: Tiny\nlanguage: go\n"
			if !strings.Contains(tc.manifest, "features") {
				head += "features: [{name: a}, {name: b}]\n"
			}
			_, err := load(fstest.MapFS{scaffold.ManifestName: {Data: []byte(head + tc.manifest + "\n")}})
			require.ErrorContains(t, err, tc.want)
		})
	}
	for in, want := range map[string]string{
		"": "it is empty",
		"id: X\nversion: 1.0.0\ntitle: x\nlanguage: go":     `the id "X"`,
		"id: x\nversion: one\ntitle: x\nlanguage: go":       `the version "one"`,
		"id: x\nversion: '1.0'\ntitle: x\nlanguage: go":     `the version "1.0"`,
		"id: x\nversion: 1.0.0\nlanguage: go":               "the title is missing",
		"id: x\nversion: 1.0.0\ntitle: x\nlanguage: cobol":  `has no language "cobol"`,
		"id: x\nversion: 1.0.0\ntitle: x\nprofiles: {A: 1}": "cannot unmarshal",
	} {
		_, err := load(fstest.MapFS{scaffold.ManifestName: {Data: []byte(in)}})
		assert.ErrorContains(t, err, want, in)
	}
}

// A template is a stranger's data.
func TestMaliciousTemplates(t *testing.T) {
	in := func(path string) string { return scaffold.ProjectDir + "/" + path }
	for name, tc := range map[string]struct {
		add  func(fstest.MapFS)
		want string
	}{
		"a link to a file":    {func(m fstest.MapFS) { m[in("x")] = &fstest.MapFile{Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink} }, "x is a symbolic link"},
		"a link to a folder":  {func(m fstest.MapFS) { m[in("x")] = &fstest.MapFile{Data: []byte("/etc"), Mode: fs.ModeSymlink} }, "x is a symbolic link"},
		"the manifest a link": {func(m fstest.MapFS) { m[scaffold.ManifestName].Mode = fs.ModeSymlink }, "template.yaml is no regular file"},
		"the project a link": {func(m fstest.MapFS) {
			m[scaffold.ProjectDir] = &fstest.MapFile{Data: []byte("/etc"), Mode: fs.ModeSymlink}
		}, "_project is no folder"},
		"a pipe":                  {func(m fstest.MapFS) { m[in("x")] = &fstest.MapFile{Mode: fs.ModeNamedPipe} }, "x is a named pipe"},
		"a device":                {func(m fstest.MapFS) { m[in("x")] = &fstest.MapFile{Mode: fs.ModeDevice} }, "x is a device"},
		"a huge file":             {func(m fstest.MapFS) { m[in("x")] = &fstest.MapFile{Data: make([]byte, scaffold.MaxFileSize+1)} }, "is larger than 2097152 bytes"},
		"a huge manifest":         {func(m fstest.MapFS) { m[scaffold.ManifestName].Data = make([]byte, 1<<20) }, "template.yaml is larger than"},
		"backslashes":             {func(m fstest.MapFS) { m[in(`..\x`)] = &fstest.MapFile{} }, `'\\' is not allowed`},
		"a drive":                 {func(m fstest.MapFS) { m[in("c:x")] = &fstest.MapFile{} }, "':' is not allowed"},
		"NUL":                     {func(m fstest.MapFS) { m[in("a\x00b")] = &fstest.MapFile{} }, `'\x00' is not allowed`},
		"an escape sequence":      {func(m fstest.MapFS) { m[in("a\x1b[2J")] = &fstest.MapFile{} }, "is not allowed"},
		"a name turned round":     {func(m fstest.MapFS) { m[in("exe.\u202egpj")] = &fstest.MapFile{} }, "is not allowed"},
		"a device's name":         {func(m fstest.MapFS) { m[in("a/NUL.txt")] = &fstest.MapFile{} }, "name of a device"},
		"another device's name":   {func(m fstest.MapFS) { m[in("com1")] = &fstest.MapFile{} }, "name of a device"},
		"a dot that is dropped":   {func(m fstest.MapFS) { m[in("x.")] = &fstest.MapFile{} }, "begins or ends with"},
		"a space that is dropped": {func(m fstest.MapFS) { m[in("a /x")] = &fstest.MapFile{} }, "begins or ends with"},
		"hooks of git":            {func(m fstest.MapFS) { m[in(".git/hooks/post-checkout")] = &fstest.MapFile{} }, "hooks run code"},
		"hooks of git, disguised": {func(m fstest.MapFS) { m[in("a/.GIT/config")] = &fstest.MapFile{} }, "hooks run code"},
		"letters' case":           {func(m fstest.MapFS) { m[in("a")], m[in("A")] = &fstest.MapFile{}, &fstest.MapFile{} }, "A and a are the same"},
		"folders' case":           {func(m fstest.MapFS) { m[in("a/x")], m[in("A/y")] = &fstest.MapFile{}, &fstest.MapFile{} }, "are the same"},
		"depth":                   {func(m fstest.MapFS) { m[in(strings.Repeat("a/", 20)+"x")] = &fstest.MapFile{} }, "too long or too deep"},
		"length":                  {func(m fstest.MapFS) { m[in(strings.Repeat("a", 200))] = &fstest.MapFile{} }, "too long or too deep"},
		"many files": {func(m fstest.MapFS) {
			for i := range scaffold.MaxFiles + 1 {
				m[in(strings.Repeat("a", i%100+1)+strings.Repeat("b", i/100+1))] = &fstest.MapFile{}
			}
		}, "more than 4000 files"},
		"many folders": {func(m fstest.MapFS) {
			for i := range scaffold.MaxFiles + 1 {
				m[in(strings.Repeat("a", i%100+1)+strings.Repeat("b", i/100+1))] = &fstest.MapFile{Mode: fs.ModeDir}
			}
		}, "more than 4000 folders"},
		"a file without a name": {func(m fstest.MapFS) { m[in("/x")] = &fstest.MapFile{} }, "go in circles at _project"},
		"many bytes": {func(m fstest.MapFS) {
			for i := range 17 {
				m[in(strings.Repeat("a", i+1))] = &fstest.MapFile{Data: make([]byte, scaffold.MaxFileSize)}
			}
		}, "larger than 33554432 bytes together"},
		"no manifest": {func(m fstest.MapFS) { delete(m, scaffold.ManifestName) }, "it has no template.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := tiny(map[string]string{"ok": ""})
			tc.add(fsys)
			_, err := load(fsys)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// The same with a real folder: links are not followed out of it.
func TestLinksOnDisk(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o600))
	for _, name := range []string{"_project/x", "_project", "template.yaml"} {
		dir := t.TempDir()
		if name != "template.yaml" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "template.yaml"), []byte("id: x\nversion: 1.0.0\ntitle: x\nlanguage: go\n"), 0o600))
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.Symlink(secret, filepath.Join(dir, name)))
		root, err := os.OpenRoot(dir)
		require.NoError(t, err)
		for _, fsys := range []fs.FS{root.FS(), os.DirFS(dir)} {
			_, err = load(fsys)
			assert.Error(t, err, name)
		}
		require.NoError(t, root.Close())
	}
}

func TestCheckPath(t *testing.T) {
	for _, good := range []string{"a", ".github/workflows/x.yml", "a b/c", "go.sum", "console.go", "community/x", "git/x", "LICENSE"} {
		assert.NoError(t, scaffold.CheckPath(good), good)
	}
	for _, bad := range []string{"", ".", "..", "/a", "a/", "a//b", "./a", "a/../b", "../a", `a\b`, "C:/a", "a\nb", "AUX", "aux.c", "a/lpt9.x", "CONIN$", "a.", "ä", ".git", "a/.Git/x", "git~1"} {
		assert.Error(t, scaffold.CheckPath(bad), bad)
	}
}

// Whatever a manifest says, loading and rendering neither panics nor yields a
// path that leads out of the project.
func FuzzLoad(f *testing.F) {
	manifest, err := os.ReadFile("testdata/template/template.yaml")
	require.NoError(f, err)
	f.Add(string(manifest), "main.go", "//mcpctl:if cache\npackage x\n//mcpctl:end\n")
	f.Add("id: x\nversion: 1.0.0\ntitle: x\nlanguage: go\nfiles: [{path: '**', to: 'b/**'}]\n", "a/b", "x")
	f.Add("id: x\nversion: 1.0.0\ntitle: x\nlanguage: go\nquestions: [{name: q, default: '../..', token: acme-x}]\n", "acme-x/b", "x")
	f.Fuzz(func(t *testing.T, manifest, path, content string) {
		fsys := fstest.MapFS{
			scaffold.ManifestName:             {Data: []byte(manifest)},
			scaffold.ProjectDir + "/ok":       {Data: []byte("ok")},
			scaffold.ProjectDir + "/x" + path: {Data: []byte(content)},
		}
		tmpl, err := load(fsys)
		if err != nil {
			return
		}
		a, err := tmpl.Resolve(scaffold.Given{Name: "x"})
		if err != nil {
			return
		}
		tree, err := scaffold.Render(tmpl, a)
		if err != nil {
			return
		}
		for _, f := range tree {
			require.NoError(t, scaffold.CheckPath(f.Path))
		}
	})
}
