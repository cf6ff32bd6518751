package publish_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

func (w *world) withdrawal(status string) publish.Withdrawal {
	return publish.Withdrawal{Name: serverName, Version: "1.0.0", Status: status, Message: "It loses data.", Successor: serverName + "@1.0.1", State: filepath.Join(w.dir, ".mcpctl")}
}

func TestUndo(t *testing.T) {
	w := newWorld(t)
	_, err := w.run(t.Context(), nil)
	require.NoError(t, err)
	w.wire.urls = nil
	withdraw := w.withdrawal(registry.Deleted)
	withdraw.Detach = true
	u, err := publish.NewUndo(t.Context(), withdraw, w.services(), publish.Options{})
	require.NoError(t, err)
	assert.Empty(t, w.wire.writes(), "a plan writes nothing")
	var text bytes.Buffer
	require.NoError(t, u.Print(&text, publish.Style{}))
	assert.Contains(t, text.String(), "It loses data. Use "+serverName+"@1.0.1 instead.")

	require.NoError(t, u.Apply(t.Context()))
	for _, r := range []publish.Registry{w.store, w.folder} {
		e, err := r.Get(t.Context(), serverName, "1.0.0")
		require.NoError(t, err)
		assert.Equal(t, registry.Deleted, e.Status)
		assert.Equal(t, u.Message, e.StatusMessage)
	}
	_, err = attach.Fetch(t.Context(), w.image, attach.Options{Anonymous: true})
	assert.Equal(t, "referrer-missing", refusal.Code(err))

	w.wire.urls = nil
	u, err = publish.NewUndo(t.Context(), withdraw, w.services(), publish.Options{})
	require.NoError(t, err)
	require.NoError(t, u.Apply(t.Context()))
	assert.Empty(t, w.wire.writes(), "twice is as once")
}

// What was signed and attached, but never published, leaves nothing behind.
func TestUndoOfWhatWasNeverPublished(t *testing.T) {
	w := newWorld(t)
	_, err := w.run(t.Context(), func(in *publish.Inputs, _ *publish.Options) { in.Settings.SignOnly = true })
	require.NoError(t, err)
	u, err := publish.NewUndo(t.Context(), w.withdrawal(registry.Deprecated), w.services(), publish.Options{})
	require.NoError(t, err)
	require.NoError(t, u.Apply(t.Context()))
	_, err = attach.Fetch(t.Context(), w.image, attach.Options{Anonymous: true})
	assert.Equal(t, "referrer-missing", refusal.Code(err))
	left, err := os.ReadDir(filepath.Join(w.dir, ".mcpctl", "publish"))
	require.NoError(t, err)
	assert.Len(t, left, 1, "the .gitignore")

	_, err = publish.NewUndo(t.Context(), w.withdrawal(registry.Deprecated), w.services(), publish.Options{})
	assert.Equal(t, "not-found", refusal.Code(err))
}

func TestUndoRefuses(t *testing.T) {
	w := newWorld(t)
	for _, status := range []string{"active", "gone", ""} {
		_, err := publish.NewUndo(t.Context(), w.withdrawal(status), w.services(), publish.Options{})
		assert.Equal(t, "bad-status", refusal.Code(err), status)
	}
	long := w.withdrawal(registry.Deprecated)
	long.Message = string(bytes.Repeat([]byte("x"), 500))
	_, err := publish.NewUndo(t.Context(), long, w.services(), publish.Options{})
	assert.Equal(t, "bad-status", refusal.Code(err))
}
