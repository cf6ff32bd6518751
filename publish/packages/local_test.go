package packages_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

func TestLocalArtefacts(t *testing.T) {
	nuget := packages.Package{Type: packages.NuGet, Identifier: "acme.echo", Version: "1.0.0"}
	for _, c := range []struct {
		name string
		p    packages.Package
		with func(claim string) []byte
	}{
		{"acme-echo-1.0.0.tgz", npm("acme-echo", "1.0.0"), func(claim string) []byte { return realpackages.NPM("acme-echo", "1.0.0", claim) }},
		{"acme_echo-1.0.0-py3-none-any.whl", pypi("acme-echo", "1.0.0"), func(claim string) []byte { return realpackages.Wheel("acme-echo", "1.0.0", "mcp-name: "+claim) }},
		{"acme_echo-1.0.0.tar.gz", pypi("acme-echo", "1.0.0"), func(claim string) []byte { return realpackages.Sdist("acme-echo", "1.0.0", "mcp-name: "+claim) }},
		{"acme-echo-1.0.0.crate", cargo("acme-echo", "1.0.0"), func(claim string) []byte { return realpackages.Crate("acme-echo", "1.0.0", "mcp-name: "+claim) }},
		{"Acme.Echo.1.0.0.nupkg", nuget, func(claim string) []byte { return realpackages.Nupkg("Acme.Echo", "1.0.0", "mcp-name: "+claim) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			right := saved(t, c.name, c.with(server))
			owned(t, packages.ProveLocal(server, right, c.p))
			files, err := packages.Local(right, c.p)
			require.NoError(t, err)
			require.Len(t, files, 1)
			assert.Equal(t, c.p.Identifier, files[0].Identifier)

			other := saved(t, c.name, c.with("io.github.other/echo"))
			refused(t, packages.ProveLocal(server, other, c.p), packages.Foreign, "ownership-other")
			silent := saved(t, c.name, c.with(""))
			refused(t, packages.ProveLocal(server, silent, c.p), packages.Foreign, "ownership-missing")

			renamed, later := c.p, c.p
			renamed.Identifier, later.Version = "another", "1.0.1"
			refused(t, packages.ProveLocal(server, right, renamed), packages.Broken, "artifact-name")
			refused(t, packages.ProveLocal(server, right, later), packages.Broken, "artifact-version")

			whole := c.with(server)
			for _, cut := range []int{len(whole) / 2, len(whole) - 6, 0} {
				refused(t, packages.ProveLocal(server, saved(t, c.name, whole[:cut]), c.p), packages.Broken, "artifact-damaged")
			}
			wrong := saved(t, strings.TrimSuffix(c.name, filepath.Ext(c.name))+".exe", whole)
			refused(t, packages.ProveLocal(server, wrong, c.p), packages.Unchecked, "artifact-type")
		})
	}
	t.Run("bundle", func(t *testing.T) {
		data := realpackages.Bundle("echo", "1.0.0")
		owned(t, packages.ProveLocal(server, saved(t, "echo.mcpb", data), bundle("https://h.example/mcp", data)))
		refused(t, packages.ProveLocal(server, saved(t, "echo.mcpb", data), bundle("https://h.example/mcp", data[1:])), packages.Broken, "package-digest")
		notOne := []byte("not a bundle")
		refused(t, packages.ProveLocal(server, saved(t, "echo.mcpb", notOne), bundle("https://h.example/mcp", notOne)), packages.Broken, "artifact-damaged")
	})
	t.Run("case of a name", func(t *testing.T) {
		proof := packages.ProveLocal(server, saved(t, "a.tgz", realpackages.NPM("Acme-Echo", "1.0.0", server)), npm("acme-echo", "1.0.0"))
		refused(t, proof, packages.Broken, "artifact-name")
		assert.Contains(t, proof.Why, "case")
	})
	t.Run("members in another case do not count", func(t *testing.T) {
		data := realpackages.Tgz(realpackages.Entry{Name: "package/package.json", Content: `{"name":"acme-echo","version":"1.0.0","MCPName":"` + server + `"}`})
		refused(t, packages.ProveLocal(server, saved(t, "a.tgz", data), npm("acme-echo", "1.0.0")), packages.Foreign, "ownership-missing")
	})
}

func TestDangerousArchives(t *testing.T) {
	tgz := func(more ...realpackages.Entry) []byte {
		return realpackages.Tgz(append([]realpackages.Entry{{Name: "package/package.json", Content: `{"name":"acme-echo","version":"1.0.0","mcpName":"` + server + `"}`}}, more...)...)
	}
	zip := func(more ...realpackages.Entry) []byte {
		return realpackages.Zip(append([]realpackages.Entry{{Name: "manifest.json", Content: `{"version":"1.0.0"}`}}, more...)...)
	}
	bomb := strings.Repeat("\x00", 64<<20)
	for name, c := range map[string]struct {
		more realpackages.Entry
		tar  string // code for tar archives, "" for none
		zip  string
	}{
		"a file":                  {realpackages.Entry{Name: "package/x"}, "", ""},
		"a link that stays":       {realpackages.Entry{Name: "package/a/x", Link: "../package.json"}, "", "artifact-link"},
		"a link that leaves":      {realpackages.Entry{Name: "package/x", Link: "../../etc/passwd"}, "artifact-link", "artifact-link"},
		"a link to the root":      {realpackages.Entry{Name: "package/x", Link: "/etc/passwd"}, "artifact-link", "artifact-link"},
		"a link with a bad name":  {realpackages.Entry{Name: "../x", Link: "y"}, "artifact-escapes", "artifact-link"},
		"a path that leaves":      {realpackages.Entry{Name: "package/../../x"}, "artifact-escapes", "artifact-escapes"},
		"a path from the root":    {realpackages.Entry{Name: "/x"}, "artifact-escapes", "artifact-escapes"},
		"a path of Windows":       {realpackages.Entry{Name: `..\x`}, "artifact-escapes", "artifact-escapes"},
		"a drive of Windows":      {realpackages.Entry{Name: "C:/x"}, "artifact-escapes", "artifact-escapes"},
		"a bomb":                  {realpackages.Entry{Name: "package/x", Content: bomb}, "artifact-bomb", "artifact-bomb"},
		"a second file of a name": {realpackages.Entry{Name: "package/package.json", Content: "{}"}, "artifact-damaged", ""},
	} {
		t.Run(name, func(t *testing.T) {
			data := tgz(c.more)
			proof := packages.ProveLocal(server, saved(t, "a.tgz", data), npm("acme-echo", "1.0.0"))
			if c.tar == "" {
				owned(t, proof)
			} else {
				refused(t, proof, packages.Broken, c.tar)
			}
			data = zip(c.more)
			proof = packages.ProveLocal(server, saved(t, "a.mcpb", data), bundle("https://h.example/mcp", data))
			if c.zip == "" {
				owned(t, proof)
			} else {
				refused(t, proof, packages.Broken, c.zip)
			}
		})
	}
	t.Run("two entries of a name in a zip", func(t *testing.T) {
		data := zip(realpackages.Entry{Name: "manifest.json", Content: "{}"})
		refused(t, packages.ProveLocal(server, saved(t, "a.mcpb", data), bundle("https://h.example/mcp", data)), packages.Broken, "artifact-damaged")
	})
	t.Run("a sparse file that claims to be huge", func(t *testing.T) {
		var out bytes.Buffer
		zipped := gzip.NewWriter(&out)
		w := tar.NewWriter(zipped)
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "package/x", Size: 1 << 50, Mode: 0o600, Typeflag: tar.TypeReg}))
		require.NoError(t, zipped.Close())
		refused(t, packages.ProveLocal(server, saved(t, "a.tgz", out.Bytes()), npm("acme-echo", "1.0.0")), packages.Broken, "artifact-bomb")
	})
}

func TestLocalReadsOnlyFiles(t *testing.T) {
	for _, file := range []string{t.TempDir(), filepath.Join(t.TempDir(), "nowhere.tgz"), os.DevNull} {
		_, err := packages.Local(file, npm("acme-echo", "1.0.0"))
		assert.Equal(t, "artifact-unreadable", refusal.Code(err), "%s: %v", file, err)
	}
}

// What the ecosystem's own tools make has to be understood.
func TestLocalOfRealTools(t *testing.T) {
	h := realpackages.Start(t)
	dir := t.TempDir()
	put := func(name, content string) {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	}
	run := func(argv ...string) {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Dir, cmd.Env = dir, h.Env()
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%v: %s", argv, out)
	}
	put("package.json", `{"name":"@acme/echo","version":"1.0.0","mcpName":"`+server+`","license":"MIT"}`)
	put("Cargo.toml", "[package]\nname = \"acme-echo\"\nversion = \"1.0.0\"\nedition = \"2021\"\nlicense = \"MIT\"\ndescription = \"An echo.\"\nreadme = \"docs/intro.md\"\n")
	put("docs/intro.md", readme)
	put("src/lib.rs", "")
	run("npm", "pack")
	owned(t, packages.ProveLocal(server, filepath.Join(dir, "acme-echo-1.0.0.tgz"), npm("@acme/echo", "1.0.0")))
	run("cargo", "package", "--no-verify", "--allow-dirty", "--offline")
	owned(t, packages.ProveLocal(server, filepath.Join(dir, "target/package/acme-echo-1.0.0.crate"), cargo("acme-echo", "1.0.0")))
}

func FuzzLocal(f *testing.F) {
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"a.tgz", realpackages.NPM("a", "1", server)}, {"a.whl", realpackages.Wheel("a", "1", readme)}, {"a.tar.gz", realpackages.Sdist("a", "1", readme)},
		{"a.crate", realpackages.Crate("a", "1", readme)}, {"a.nupkg", realpackages.Nupkg("a", "1", readme)}, {"a.mcpb", realpackages.Bundle("a", "1")},
	} {
		f.Add(c.name, c.data)
	}
	types := map[string]string{".tgz": "npm", ".whl": "pypi", ".gz": "pypi", ".crate": "cargo", ".nupkg": "nuget", ".mcpb": "mcpb"}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		kind := types[filepath.Ext(name)]
		if kind == "" {
			return
		}
		p := packages.Package{Type: kind, Identifier: "a", Version: "1", FileSHA256: realpackages.SHA256(data)}
		proof := packages.ProveLocal(server, saved(t, "a"+filepath.Ext(name), data), p)
		if proof.State != packages.Owned {
			assert.NotEmpty(t, proof.Code)
			assert.Error(t, proof.Err())
		}
	})
}
