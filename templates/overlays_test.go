package templates_test

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/templates"
)

// project is where a template keeps its files.
const project = "_project"

var update = flag.Bool("update", false, "rewrite the lists of overlays")

// A file that lies over one of the base's does not follow it by itself: whoever
// changes the base's has to look at the other one too, and says so with -update.
func TestOverlaysWereLookedAt(t *testing.T) {
	checked := 0
	for _, id := range templates.List() {
		over, err := templates.FS(id)
		require.NoError(t, err)
		text, err := fs.ReadFile(over, "template.yaml")
		require.NoError(t, err)
		var manifest struct{ Base string }
		require.NoError(t, yaml.Unmarshal(text, &manifest))
		if manifest.Base == "" {
			continue
		}
		base, err := templates.FS(manifest.Base)
		require.NoError(t, err)
		now, err := overlays(over, base)
		require.NoError(t, err)
		list := id + "/overlays.txt"
		if *update {
			require.NoError(t, os.WriteFile(list, []byte(now), 0o644))
			continue
		}
		then, err := os.ReadFile(list)
		require.NoError(t, err)
		assert.Equal(t, string(then), now, "%s: files of %s have changed that %s replaces: carry over what concerns it, then run this with -update",
			list, manifest.Base, id)
		checked++
	}
	assert.True(t, *update || checked > 0, "no template has a base")
}

func TestOverlaysFollowTheBaseAlone(t *testing.T) {
	tree := func(files ...string) fs.FS {
		m := fstest.MapFS{}
		for i := 0; i < len(files); i += 2 {
			m[path.Join(project, files[i])] = &fstest.MapFile{Data: []byte(files[i+1])}
		}
		return m
	}
	list := func(over, base fs.FS) string {
		text, err := overlays(over, base)
		require.NoError(t, err)
		return text
	}
	then := list(tree("a", "ours", "b/own", "ours"), tree("a", "theirs", "c", "theirs"))
	assert.Regexp(t, `^[0-9a-f]{64}  a\n$`, then)
	assert.Equal(t, then, list(tree("a", "changed", "b/own", "ours"), tree("a", "theirs", "c", "changed")))
	assert.NotEqual(t, then, list(tree("a", "ours"), tree("a", "changed")))
	assert.NotEqual(t, then, list(tree("a", "ours", "c", "ours"), tree("a", "theirs", "c", "theirs")), "a new overlay")
	assert.Empty(t, list(tree("a", "ours"), tree("c", "theirs")), "nothing lies over anything")
}

// overlays lists the files of base that over replaces, by path, each with the
// sum of what the base has.
func overlays(over, base fs.FS) (string, error) {
	var list strings.Builder
	err := fs.WalkDir(over, project, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(base, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(data), strings.TrimPrefix(name, project+"/"))
		return err
	})
	return list.String(), err
}
