package update_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/update"
)

func archive(t *testing.T, from *scaffold.Template) []byte {
	t.Helper()
	data, err := update.Archive(from)
	require.NoError(t, err)
	return data
}

func TestArchive(t *testing.T) {
	one, two := demo(t, "1.0.0"), demo(t, "2.0.0")
	r := update.Released{FS: fstest.MapFS{
		"demo-1.0.0.tar.gz":           {Data: archive(t, one)},
		"demo-2.0.0.tar.gz":           {Data: archive(t, two)},
		"demo-3.0.0.tar.gz":           {Data: archive(t, one)},
		"two-words-1.0.0-rc.1.tar.gz": {Data: nil},
		"README.md":                   {},
		"demo-latest.tar.gz":          {},
	}}
	all, err := r.List()
	require.NoError(t, err)
	assert.Equal(t, []update.Release{{"demo", "1.0.0"}, {"demo", "2.0.0"}, {"demo", "3.0.0"}, {"two-words", "1.0.0-rc.1"}}, all)

	got, err := r.Open("demo", "1.0.0")
	require.NoError(t, err)
	assert.Equal(t, one, got, "digest, files and manifest are those of the template itself")
	assert.Equal(t, archive(t, one), archive(t, got), "the same template, the same bytes")

	_, err = r.Open("demo", "4.0.0")
	require.ErrorIs(t, err, update.ErrNotReleased)
	_, err = r.Open("../demo", "1.0.0")
	require.ErrorIs(t, err, update.ErrNotReleased)
	_, err = r.Open("demo", "3.0.0")
	require.ErrorContains(t, err, "the archive holds demo 1.0.0")
	_, err = r.Open("two-words", "1.0.0-rc.1")
	require.ErrorIs(t, err, io.EOF)
}

func TestUnpackRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		header tar.Header
		size   int
		want   string
	}{
		"a link":               {tar.Header{Typeflag: tar.TypeSymlink, Name: "_project/x", Linkname: "/etc/passwd"}, 0, "no regular file"},
		"a folder":             {tar.Header{Typeflag: tar.TypeDir, Name: "_project/"}, 0, "no regular file"},
		"a way out":            {tar.Header{Typeflag: tar.TypeReg, Name: "_project/../../x"}, 0, "cannot be one of a template"},
		"an absolute path":     {tar.Header{Typeflag: tar.TypeReg, Name: "/x"}, 0, "cannot be one of a template"},
		"a huge file":          {tar.Header{Typeflag: tar.TypeReg, Name: "_project/x"}, scaffold.MaxFileSize + 1, "larger than"},
		"a file that is there": {tar.Header{Typeflag: tar.TypeReg, Name: "template.yaml"}, 0, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			zipped := gzip.NewWriter(&out)
			w := tar.NewWriter(zipped)
			require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "template.yaml"}))
			tc.header.Size = int64(tc.size)
			require.NoError(t, w.WriteHeader(&tc.header))
			_, err := w.Write(make([]byte, tc.size))
			require.NoError(t, err)
			require.NoError(t, w.Close())
			require.NoError(t, zipped.Close())
			_, err = update.Unpack(&out)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// No archive, however made, yields anything but small files with proper names.
func FuzzUnpack(f *testing.F) {
	template, err := scaffold.Load(fstest.MapFS{
		"template.yaml": {Data: []byte("id: x\nversion: 1.0.0\ntitle: x\nlanguage: go\n")},
		"_project/a.go": {Data: []byte("package a\n")},
	}, scaffold.Builtin, nil)
	require.NoError(f, err)
	seed, err := update.Archive(template)
	require.NoError(f, err)
	f.Add(seed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys, err := update.Unpack(bytes.NewReader(data))
		if err != nil {
			return
		}
		require.NoError(t, fs.WalkDir(fsys, ".", func(name string, _ fs.DirEntry, err error) error {
			assert.True(t, name == "." || scaffold.CheckPath(strings.TrimPrefix(name, "_project/")) == nil, name)
			return err
		}))
	})
}
