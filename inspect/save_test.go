package inspect_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
)

func TestSave(t *testing.T) {
	image := inspect.Part{Kind: "image", Binary: true, Data: []byte("png"), MIME: "image/png"}
	hostile := inspect.Part{Kind: "resource", URI: "file:///../../etc/passwd\x00\x1b[2J", Text: "x", MIME: "text/html"}
	dots := inspect.Part{Kind: "resource", URI: "x://a/..", Text: "x"}
	dir := t.TempDir()
	got, err := inspect.Save(filepath.Join(dir, "new")+"/", []inspect.Part{{Kind: "text", Text: "no file"}, image, hostile, dots})
	require.NoError(t, err)
	assert.Equal(t, []string{"01-image.png", "02-passwd---2J.html", "03-resource.txt"}, below(t, filepath.Join(dir, "new"), got))
	_, err = inspect.Save(filepath.Join(dir, "new"), []inspect.Part{image})
	assert.ErrorContains(t, err, "nothing is overwritten")
	one := filepath.Join(dir, "one.png")
	got, err = inspect.Save(one, []inspect.Part{image})
	require.NoError(t, err)
	assert.Equal(t, []string{one}, got)
	_, err = inspect.Save(one, []inspect.Part{image})
	assert.ErrorContains(t, err, "nothing is overwritten")
	_, err = inspect.Save(filepath.Join(dir, "two"), []inspect.Part{image, hostile})
	assert.ErrorContains(t, err, "name a folder")
	require.NoError(t, os.Symlink(one, filepath.Join(dir, "link")))
	_, err = inspect.Save(filepath.Join(dir, "link"), []inspect.Part{image})
	assert.Error(t, err, "a link that is there is not followed")
	got, err = inspect.Save(one, nil)
	require.NoError(t, err)
	assert.Empty(t, got)
	content, err := os.ReadFile(one)
	require.NoError(t, err)
	assert.Equal(t, "png", string(content))
}

// below are paths without their folder; each must lie in it.
func below(t *testing.T, dir string, paths []string) (names []string) {
	t.Helper()
	for _, p := range paths {
		require.Equal(t, dir, filepath.Dir(p))
		names = append(names, filepath.Base(p))
	}
	return names
}
