package publish_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish"
)

// statements of the world's release: what belongs together, and provenance.
const statements = 2

func TestAPlanWritesNothing(t *testing.T) {
	w := newWorld(t)
	p, err := w.plan(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, p.Ready())
	assert.Empty(t, w.wire.writes(), "only GET and HEAD")
	assert.NotZero(t, w.wire.counts["GET"])
	for _, name := range []string{".mcpctl", "dist"} {
		_, err = os.Stat(filepath.Join(w.dir, name))
		assert.ErrorIs(t, err, os.ErrNotExist)
	}
	assert.Empty(t, w.counted.times)
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	assert.Equal(t, []string{
		"check", "sign/release", "sign/provenance", "files", "attach/" + w.image, "wait/oci/" + w.image, "wait/mcpb/" + w.bundle,
		"login/" + w.url, "publish/" + w.url, "read-back/" + w.url, "publish/folder", "read-back/folder",
	}, ids)

	var text bytes.Buffer
	require.NoError(t, p.Print(&text, publish.Style{Signer: "with a key"}))
	for _, want := range []string{serverName, p.Release.Digest, w.image, "owned", "push to ", "publish " + serverName, "signed with a key", "12 steps, 2 of them done"} {
		assert.Contains(t, text.String(), want)
	}
	assert.NotContains(t, text.String(), "\x1b")
}

func TestApplyPublishes(t *testing.T) {
	w := newWorld(t)
	_, err := w.run(t.Context(), nil)
	require.NoError(t, err)
	w.settled(statements)

	t.Run("and then there is nothing left", func(t *testing.T) {
		w.wire.urls = nil
		p, err := w.run(t.Context(), nil)
		require.NoError(t, err)
		assert.Zero(t, p.Left())
		assert.Empty(t, w.wire.writes())
		w.settled(statements)
	})
	t.Run("nor from another machine", func(t *testing.T) {
		require.NoError(t, os.RemoveAll(filepath.Join(w.dir, ".mcpctl")))
		w.wire.urls = nil
		p, err := w.run(t.Context(), nil)
		require.NoError(t, err)
		assert.Zero(t, p.Left())
		assert.Empty(t, w.wire.writes())
		assert.NotEmpty(t, p.Release.Notes)
		w.settled(statements)
	})
}
