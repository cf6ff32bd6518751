package pack_test

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
)

func TestParse(t *testing.T) {
	commit := strings.Repeat("a1", 20)
	for name, want := range map[string]scaffold.Source{
		"go":                                  scaffold.Builtin,
		"./mine":                              scaffold.DirSource("./mine"),
		"/srv/templates/x":                    scaffold.DirSource("/srv/templates/x"),
		".":                                   scaffold.DirSource("."),
		"git+https://example.org/t@" + commit: scaffold.GitSource("https://example.org/t", commit),
		"git+git@example.org:t#sub@" + commit: scaffold.GitSource("git@example.org:t#sub", commit),
	} {
		got, err := pack.Parse(name)
		require.NoError(t, err, name)
		assert.Equal(t, want, got)
	}
	for name, why := range map[string]string{
		"got":                            `mcpctl has no template "got"`,
		"git+https://example.org/t":      "names no commit",
		"git+https://example.org/t@main": "does not name a whole commit",
		"git+--upload-pack=x@" + commit:  "begins with a dash",
		"git+ext::sh -c true@" + commit:  "transport helper",
	} {
		_, err := pack.Parse(name)
		assert.ErrorContains(t, err, why, name)
	}
}

// repository makes a git repository of a template and answers its commit.
func repository(t *testing.T, prepare func(dir string)) (dir, commit string) {
	t.Helper()
	dir = t.TempDir()
	for name, f := range small(nil) {
		at := filepath.Join(dir, "templates/small", name)
		require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o755))
		require.NoError(t, os.WriteFile(at, f.Data, 0o644))
	}
	prepare(dir)
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "x"}, {"config", "uploadpack.allowAnySHA1InWant", "true"}} {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	out, err := exec.Command("git", "-C", dir, "rev-parse", "HEAD").Output()
	require.NoError(t, err)
	return dir, strings.TrimSpace(string(out))
}

func TestOpenAFolderAndACommitGiveTheSameTemplate(t *testing.T) {
	dir, commit := repository(t, func(string) {})
	folder, err := pack.Open(t.Context(), filepath.Join(dir, "templates/small"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "templates/small/_project/main.go"), []byte("later"), 0o644))
	pinned, err := pack.Open(t.Context(), "git+"+dir+"#templates/small@"+commit)
	require.NoError(t, err)
	assert.Equal(t, folder.Digest, pinned.Digest)
	assert.Equal(t, scaffold.GitSource(dir+"#templates/small", commit), pinned.Source)
}

func TestAHostileRepository(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(dir string)
		why     string
	}{
		"a link in it": {func(dir string) { _ = os.Symlink("/etc/passwd", filepath.Join(dir, "templates/small/_project/x")) }, "a link or a special file"},
		"no template":  {func(dir string) { _ = os.Remove(filepath.Join(dir, "templates/small/template.yaml")) }, "has no template.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, commit := repository(t, tc.prepare)
			_, err := pack.Open(t.Context(), "git+"+dir+"#templates/small@"+commit)
			assert.ErrorContains(t, err, tc.why)
		})
	}
	_, err := pack.Open(t.Context(), "git+"+t.TempDir()+"@"+strings.Repeat("0", 40))
	assert.ErrorContains(t, err, "git fetch")
}

func TestAFolderThatLeadsElsewhere(t *testing.T) {
	dir, _ := repository(t, func(dir string) { _ = os.Symlink("/etc", filepath.Join(dir, "templates/small/_project/etc")) })
	_, err := pack.Open(t.Context(), filepath.Join(dir, "templates/small"))
	assert.ErrorContains(t, err, "symbolic link")
}

// FuzzUntar: whatever an archive says, only plain files below it come out.
func FuzzUntar(f *testing.F) {
	var good bytes.Buffer
	w := tar.NewWriter(&good)
	_ = w.WriteHeader(&tar.Header{Name: "a/b", Size: 1, Mode: 0o644, Typeflag: tar.TypeReg})
	_, _ = w.Write([]byte("x"))
	_ = w.Close()
	f.Add(good.Bytes())
	f.Add(bytes.Replace(good.Bytes(), []byte("a/b"), []byte("../"), 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := pack.Untar(bytes.NewReader(data))
		if err != nil {
			return
		}
		for name := range files {
			assert.True(t, filepath.IsLocal(name), name)
		}
	})
}
