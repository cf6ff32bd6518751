package publish_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// planned writes a plan as --plan-out does, and reads it again.
func planned(t *testing.T, w *world) publish.File {
	t.Helper()
	p, err := w.plan(t.Context(), nil)
	require.NoError(t, err)
	b, err := json.Marshal(p.File(publish.Request{Server: "server.json", Registries: []string{w.url}}))
	require.NoError(t, err)
	assert.NotContains(t, string(b), "PRIVATE KEY")
	f, err := publish.ReadFile(b)
	require.NoError(t, err)
	return f
}

func TestAPlanHoldsUntilSomethingChanges(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(w *world, in *publish.Inputs)
		says   string
	}{
		"nothing": {},
		"server.json": {func(w *world, in *publish.Inputs) {
			in.Raw = []byte(strings.Replace(string(in.Raw), description, "Says it louder", 1))
		}, "server.json is sha256:"},
		"only its layout": {func(w *world, in *publish.Inputs) { in.Raw = append(in.Raw, '\n') }, ""},
		"the image behind the reference": {func(w *world, in *publish.Inputs) {
			other := w.oci.Image(w.t, "acme/echo:1.0.0", map[string]string{imageLabel: serverName, "more": "1"})
			in.Raw = []byte(strings.Replace(string(in.Raw), w.image, other, 1))
		}, "server.json is"},
		"a bundle": {func(w *world, in *publish.Inputs) {
			other := append(realpackages.Bundle("echo", "1.0.0"), 0)
			w.hosts.AddFile("/acme/echo/releases/download/v1.0.0/echo.mcpb", other)
			in.Raw = []byte(strings.Replace(string(in.Raw), realpackages.SHA256(realpackages.Bundle("echo", "1.0.0")), realpackages.SHA256(other), 1))
		}, "package mcpb"},
		"one statement more":        {func(w *world, in *publish.Inputs) { in.Surface = []byte(`{"revisions":["2025-11-25"],"entries":[]}`) }, "statement surface is new"},
		"where the attestations go": {func(w *world, in *publish.Inputs) { in.Settings.URL = "https://example.com/a.jsonl" }, "where the attestations go"},
		"who builds": {func(w *world, in *publish.Inputs) {
			in.Build.Commit, in.Build.Source = strings.Repeat("a", 40), "https://example.com/r"
		}, "statement provenance is"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			f := planned(t, w)
			in := w.inputs()
			in.Created = f.Created
			if tc.change != nil {
				tc.change(w, &in)
			}
			r, err := publish.Gather(t.Context(), in, w.services())
			require.NoError(t, err)
			err = f.Holds(r)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, "plan-changed", refusal.Code(err))
			assert.Contains(t, err.Error(), tc.says)
		})
	}
}

// The tag of an image that is moved between plan and apply is noticed.
func TestAMovedTagChangesThePlan(t *testing.T) {
	w := newWorld(t)
	w.server(func(d map[string]any) { first(d)["identifier"] = w.oci.Host + "/acme/echo:1.0.0" })
	f := planned(t, w)
	w.oci.Image(t, "acme/echo:1.0.0", map[string]string{imageLabel: serverName, "moved": "1"})
	in := w.inputs()
	in.Created = f.Created
	r, err := publish.Gather(t.Context(), in, w.services())
	require.NoError(t, err)
	err = f.Holds(r)
	require.Equal(t, "plan-changed", refusal.Code(err))
	assert.Contains(t, err.Error(), "package oci")
}

func TestReadFile(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":        "{",
		"another kind":   `{"schema":"mcpctl.plan/v1"}`,
		"no digest":      `{"schema":"mcpctl.publish-plan/v1","created":"2026-01-01T00:00:00Z","request":{"server":"x"}}`,
		"too large":      `{"schema":"` + strings.Repeat("x", publish.MaxFile) + `"}`,
		"without a time": `{"schema":"mcpctl.publish-plan/v1","digest":"sha256:0","request":{"server":"x"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := publish.ReadFile([]byte(text))
			assert.Equal(t, "plan-unreadable", refusal.Code(err))
		})
	}
}

// The journal is private, kept out of git, and believed only as far as it is
// true.
func TestJournal(t *testing.T) {
	dir := func(w *world) string { return filepath.Join(w.dir, ".mcpctl", "publish", "io.github.acme--echo@1.0.0") }
	t.Run("is private", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.run(t.Context(), nil)
		require.NoError(t, err)
		names, err := os.ReadDir(dir(w))
		require.NoError(t, err)
		require.Len(t, names, 3)
		for _, n := range names {
			info, err := n.Info()
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), n.Name())
		}
		ignore, err := os.ReadFile(filepath.Join(w.dir, ".mcpctl", "publish", ".gitignore"))
		require.NoError(t, err)
		assert.Equal(t, "*\n", string(ignore))
	})
	t.Run("with a bundle that is not the one", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.run(t.Context(), func(_ *publish.Inputs, o *publish.Options) {})
		require.NoError(t, err)
		path := filepath.Join(dir(w), "release.sigstore.json")
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append(b, ' '), 0o600))
		p, err := w.plan(t.Context(), nil)
		require.NoError(t, err)
		require.NoError(t, p.Ready())
		assert.Zero(t, p.Left(), "the entry's own attestations are taken over instead")
	})
	t.Run("that is no journal", func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, os.MkdirAll(dir(w), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir(w), "journal.json"), []byte(`{"schema":"else"}`), 0o600))
		_, err := w.plan(t.Context(), nil)
		assert.Equal(t, "journal-unreadable", refusal.Code(err))
	})
	t.Run("behind a link", func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, os.Symlink(t.TempDir(), filepath.Join(w.dir, ".mcpctl")))
		_, err := w.run(t.Context(), nil)
		assert.Equal(t, "journal-unwritable", refusal.Code(err))
		assert.Empty(t, w.wire.writes())
	})
	t.Run("of other content is begun anew", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.run(t.Context(), func(in *publish.Inputs, _ *publish.Options) { in.Settings.SignOnly, in.Settings.NoImages = true, true })
		require.NoError(t, err)
		w.server(func(d map[string]any) { d["description"] = "Says it louder" })
		p, err := w.plan(t.Context(), nil)
		require.NoError(t, err)
		for _, s := range p.Steps {
			if s.Kind == publish.KindSign {
				assert.Equal(t, publish.Todo, s.State, s.ID)
			}
		}
	})
}

// What `sign` has signed is not signed again by `publish`.
func TestSignThenPublish(t *testing.T) {
	w := newWorld(t)
	p, err := w.run(t.Context(), func(in *publish.Inputs, _ *publish.Options) { in.Settings.SignOnly, in.Settings.NoImages = true, true })
	require.NoError(t, err)
	for _, s := range p.Steps {
		assert.Contains(t, []string{publish.KindSign, publish.KindFiles}, s.Kind)
	}
	_, err = w.run(t.Context(), nil)
	require.NoError(t, err)
	w.settled(statements)
}
