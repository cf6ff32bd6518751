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

// What the program carries is what lies here: no more, no less, no older.
func TestPackedIsWhatLiesHere(t *testing.T) {
	const mend = "run go generate ./templates"
	for _, id := range templates.List() {
		fsys, err := templates.FS(id)
		require.NoError(t, err)
		assert.Equal(t, files(t, os.DirFS(id)), files(t, fsys), mend)
	}
}

// files are the contents of a tree by path.
func files(t *testing.T, fsys fs.FS) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, path)
		all[path] = string(data)
		return err
	}))
	return all
}

func TestUnknownTemplate(t *testing.T) {
	for _, id := range []string{"", "goo", ".", "..", "go/_project"} {
		_, err := templates.FS(id)
		assert.ErrorIs(t, err, templates.ErrUnknown, id)
	}
}
