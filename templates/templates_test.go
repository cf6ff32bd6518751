package templates_test

import (
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/templates"
)

func TestEveryTemplateIsListedAndEmbedded(t *testing.T) {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var found []string
	for _, e := range entries {
		if _, err := os.Stat(e.Name() + "/template.yaml"); err == nil {
			found = append(found, e.Name())
		}
	}
	assert.ElementsMatch(t, found, templates.List())
	for _, id := range templates.List() {
		fsys, err := templates.FS(id)
		require.NoError(t, err)
		manifest, err := fs.ReadFile(fsys, "template.yaml")
		require.NoError(t, err)
		assert.Contains(t, string(manifest), "id: "+id+"\n")
	}
}

// Embedding leaves out what the go tool thinks foreign, such as a folder with a
// go.mod; then a project would lack files in releases alone.
func TestNothingIsLeftOut(t *testing.T) {
	for _, id := range templates.List() {
		fsys, err := templates.FS(id)
		require.NoError(t, err)
		require.NoError(t, fs.WalkDir(os.DirFS(id), ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				_, err := fs.Stat(fsys, path)
				assert.NoError(t, err, "%s/%s is not embedded", id, path)
			}
			return err
		}))
	}
}

func TestUnknownTemplate(t *testing.T) {
	for _, id := range []string{"", "goo", ".", "..", "go/_project"} {
		_, err := templates.FS(id)
		assert.ErrorIs(t, err, templates.ErrUnknown, id)
	}
}
