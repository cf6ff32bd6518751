package collect_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

// zipped writes a zip archive with the files of a txtar archive, and with what
// the function adds.
func zipped(t testing.TB, files *txtar.Archive, more func(*zip.Writer)) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files.Files {
		w, err := z.Create(f.Name)
		require.NoError(t, err)
		_, err = w.Write(f.Data)
		require.NoError(t, err)
	}
	if more != nil {
		more(z)
	}
	require.NoError(t, z.Close())
	path := filepath.Join(t.TempDir(), "server.mcpb")
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
	return path
}

func bundleFiles(t testing.TB) *txtar.Archive {
	t.Helper()
	files, err := txtar.ParseFile(filepath.Join("testdata", "bundle.txtar"))
	require.NoError(t, err)
	return files
}

// A bundle tells what is installed in it, and its locks add what they know of
// that, and nothing that is not there.
func TestBundle(t *testing.T) {
	b, err := collect.Path(zipped(t, bundleFiles(t), nil), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, bill.PostBuild, b.Phase)
	assert.Equal(t, []string{
		"weather@1.0.0 required: @s/a@1.0.0 b@2.0.0 httpx@0.28.1",
		"@s/a@1.0.0 required: b@1.0.0",
		"b@1.0.0 required:",
		"b@2.0.0 required:",
		"h11@0.16.0 required:",
		"httpx@0.28.1 required: h11@0.16.0",
	}, graph(b)[:6])
	assert.Equal(t, "Example Weather", b.Root.Supplier)
	assert.Equal(t, []string{"MIT"}, b.Root.Licences)
	require.Len(t, b.Root.Hashes, 1)
	assert.Contains(t, b.Root.PURL, "checksum=sha256:"+b.Root.Hashes[0].Value)
	a := b.Component("pkg:npm/%40s/a@1.0.0")
	assert.True(t, a.Inside)
	assert.Len(t, a.Hashes, 1, "from the lock")
	assert.Equal(t, []string{"Apache-2.0"}, a.Licences)
	assert.Equal(t, "A. Uthor", b.Component("pkg:pypi/httpx@0.28.1").Supplier)
	assert.Nil(t, b.Component("pkg:npm/only-in-lock@1.0.0"))
}

// A bundle that installs later, as those for uv do, is what its lock says.
func TestBundleWithLockOnly(t *testing.T) {
	lock, err := os.ReadFile(filepath.Join("testdata", "uv", "uv.lock"))
	require.NoError(t, err)
	manifest, err := os.ReadFile(filepath.Join("testdata", "uv", "pyproject.toml"))
	require.NoError(t, err)
	files := &txtar.Archive{Files: []txtar.File{
		{Name: "manifest.json", Data: []byte(`{"name": "weather", "version": "1", "server": {"type": "uv"}}`)},
		{Name: "server/uv.lock", Data: lock}, {Name: "server/pyproject.toml", Data: manifest},
	}}
	b, err := collect.Path(zipped(t, files, nil), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, 9, b.Len())
	assert.Equal(t, "server.mcpb!/server/uv.lock", b.Component("pkg:pypi/httpx@0.28.1").Found[0].File)
}

// built is a small program that Go has built.
func built(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	out, err := exec.Command("go", "build", "-o", path, "./testdata/program").CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// A program in a bundle tells its modules.
func TestBundleWithProgram(t *testing.T) {
	program, err := os.ReadFile(built(t))
	require.NoError(t, err)
	path := zipped(t, &txtar.Archive{Files: []txtar.File{{Name: "manifest.json", Data: []byte(`{"name": "w", "version": "1", "server": {"type": "binary"}}`)}}}, func(z *zip.Writer) {
		for name, data := range map[string][]byte{"server/w": program, "server/other": append([]byte("\x7fELF"), make([]byte, 5000)...)} {
			w, err := z.Create(name)
			require.NoError(t, err)
			_, err = w.Write(data)
			require.NoError(t, err)
		}
	})
	b, err := collect.Path(path, collect.Options{})
	require.NoError(t, err)
	sum := sha256.Sum256(program)
	var found bool
	for _, c := range b.Components() {
		if c.Name == "github.com/mcpctl/mcpctl" {
			found = true
			assert.Equal(t, hex.EncodeToString(sum[:]), c.Hashes[0].Value)
			assert.Len(t, b.Needs(c.Ref), 2)
		}
	}
	assert.True(t, found)
	assert.Contains(t, gaps(b), "server/other: it is an executable without Go's build information")
}

func TestGoBinary(t *testing.T) {
	b, err := collect.Path(built(t), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, "github.com/mcpctl/mcpctl", b.Root.Name)
	assert.Len(t, b.Root.Hashes, 1)
	require.Equal(t, 2, b.Len())
	mod, std := b.Components()[0], b.Components()[1]
	assert.Equal(t, "golang.org/x/mod", mod.Name)
	assert.Len(t, mod.Hashes, 1)
	assert.True(t, mod.Opaque)
	assert.Equal(t, "stdlib", std.Name)
	assert.Regexp(t, `^1\.\d+`, std.Version)
	path := filepath.Join(t.TempDir(), "tool")
	require.NoError(t, os.WriteFile(path, append([]byte("MZ"), make([]byte, 100)...), 0o755))
	_, err = collect.Path(path, collect.Options{})
	assert.ErrorContains(t, err, "cannot read tool: it is an executable without Go's build information")
}

// Archives that would not stay where they are unpacked, or grow without end, are
// refused before anything in them is read.
func TestHostileZips(t *testing.T) {
	put := func(name string, mode fs.FileMode, size int64) func(*zip.Writer) {
		return func(z *zip.Writer) {
			h := &zip.FileHeader{Name: name, Method: zip.Deflate}
			h.SetMode(mode)
			w, err := z.CreateHeader(h)
			require.NoError(t, err)
			_, err = io.CopyN(w, zeros{}, size)
			require.NoError(t, err)
		}
	}
	for name, tc := range map[string]struct {
		add  func(*zip.Writer)
		says string
	}{
		"out of it":        {put("../../evil", 0o644, 1), "lead out of the archive"},
		"in the middle":    {put("a/../../evil", 0o644, 1), "lead out of the archive"},
		"absolute":         {put("/etc/evil", 0o644, 1), "lead out of the archive"},
		"a drive":          {put("C:/evil", 0o644, 1), "lead out of the archive"},
		"backslashes":      {put(`..\evil`, 0o644, 1), "lead out of the archive"},
		"a symbolic link":  {put("link", 0o777|fs.ModeSymlink, 1), "is a symbolic link"},
		"a device":         {put("device", fs.ModeDevice, 1), "neither a file nor a folder"},
		"two of a name":    {put("manifest.json", 0o644, 1), "two entries named"},
		"a bomb":           {put("bomb", 0o644, 17<<20), "times its size"},
		"a broken package": {put("server/node_modules/x/package.json", 0o644, 3), "server.mcpb!/server/node_modules/x/package.json:1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			path := zipped(t, bundleFiles(t), tc.add)
			start := time.Now()
			_, err := collect.Path(path, collect.Options{})
			require.ErrorContains(t, err, tc.says)
			assert.Less(t, time.Since(start), time.Minute, "it has no end")
		})
	}
}

// A large file that cannot be pressed is no bomb by its ratio, and is still not
// read as metadata.
func TestLargeMetadata(t *testing.T) {
	_, err := collect.Path(zipped(t, bundleFiles(t), func(z *zip.Writer) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: "server/node_modules/x/package.json", Method: zip.Store})
		require.NoError(t, err)
		_, err = io.CopyN(w, zeros{}, 17<<20)
		require.NoError(t, err)
	}), collect.Options{})
	assert.ErrorContains(t, err, "more than 16777216 bytes")
}

// A size that the archive lies about does not help.
func TestZipThatLies(t *testing.T) {
	path := zipped(t, bundleFiles(t), func(z *zip.Writer) {
		w, err := z.Create("server/node_modules/x/package.json")
		require.NoError(t, err)
		_, err = io.CopyN(w, zeros{}, 10<<20)
		require.NoError(t, err)
	})
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	size := []byte{0, 0, 0xa0, 0} // 10 MiB
	require.NotZero(t, bytes.Count(data, size))
	require.NoError(t, os.WriteFile(path, bytes.ReplaceAll(data, size, []byte{3, 0, 0, 0}), 0o644))
	_, err = collect.Path(path, collect.Options{})
	var own *collect.Error
	require.True(t, errors.As(err, &own), "%v", err)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestBrokenBundles(t *testing.T) {
	path := zipped(t, &txtar.Archive{}, nil)
	_, err := collect.Path(path, collect.Options{})
	assert.ErrorContains(t, err, "nothing that tells", "an empty zip has another mark")
	path = zipped(t, &txtar.Archive{Files: []txtar.File{{Name: "x", Data: []byte("x")}}}, nil)
	_, err = collect.Path(path, collect.Options{})
	assert.ErrorContains(t, err, "server.mcpb!/manifest.json: file does not exist")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data[:len(data)/2], 0o644))
	_, err = collect.Path(path, collect.Options{})
	assert.ErrorContains(t, err, "no whole zip archive")
}

// tarred writes a tar file of names and contents by turns.
func tarred(t testing.TB, files ...string) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1]))}))
		_, err := w.Write([]byte(files[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	path := filepath.Join(t.TempDir(), "image.tar")
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
	return path
}
