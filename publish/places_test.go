package publish_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Without an image the attestations hang on an artifact of the release's own.
func TestAnArtifactOfItsOwn(t *testing.T) {
	w := newWorld(t)
	w.server(func(d map[string]any) { d["packages"] = d["packages"].([]any)[1:] })
	repo := w.oci.Host + "/acme/echo-release"
	to := func(in *publish.Inputs, _ *publish.Options) { in.Settings.AttachTo = []string{repo} }
	p, err := w.run(t.Context(), to)
	require.NoError(t, err)
	e, err := w.store.Get(t.Context(), serverName, "1.0.0")
	require.NoError(t, err)
	pointer, _, err := attest.PointerOf(e.Server)
	require.NoError(t, err)
	assert.Equal(t, []string{repo + "@" + attach.Artifact(p.Release.Canonical)}, pointer.OCI)
	there, err := attach.Fetch(t.Context(), pointer.OCI[0], attach.Options{Anonymous: true})
	require.NoError(t, err)
	assert.Len(t, there, statements)
	p, err = w.run(t.Context(), to)
	require.NoError(t, err)
	assert.Zero(t, p.Left())
}

// The file of attestations may be put at an address; publishing waits for it.
func TestAnAddressOfTheAttestations(t *testing.T) {
	w := newWorld(t)
	const path = "/acme/echo/releases/download/v1.0.0/echo.sigstore.jsonl"
	at := func(wait time.Duration) func(*publish.Inputs, *publish.Options) {
		return func(in *publish.Inputs, o *publish.Options) {
			in.Settings.URL, in.Settings.NoImages, o.Wait = w.hosts.URL+path, true, wait
		}
	}
	_, err := w.run(t.Context(), at(20*time.Millisecond))
	require.Equal(t, "wait-timeout", refusal.Code(err))
	_, err = w.store.Get(t.Context(), serverName, "1.0.0")
	require.Equal(t, "not-found", refusal.Code(err), "nothing leads to what is not there")

	file, err := os.ReadFile(filepath.Join(w.dir, "dist", publish.LinesName(serverName, "1.0.0")))
	require.NoError(t, err)
	w.hosts.AddFile(path, bytes.ToUpper(file))
	_, err = w.run(t.Context(), at(20*time.Millisecond))
	require.Equal(t, "wait-timeout", refusal.Code(err))
	require.Contains(t, err.Error(), "another file")

	w.hosts.AddFile(path, file)
	_, err = w.run(t.Context(), at(10*time.Second))
	require.NoError(t, err)
	e, err := w.store.Get(t.Context(), serverName, "1.0.0")
	require.NoError(t, err)
	pointer, _, err := attest.PointerOf(e.Server)
	require.NoError(t, err)
	assert.Equal(t, w.hosts.URL+path, pointer.URL)
	assert.Empty(t, pointer.OCI)
	for _, n := range w.counted.times {
		assert.Equal(t, 1, n)
	}
}

// Who may not push hears it before anything is signed.
func TestNoPermissionToAttach(t *testing.T) {
	w := newWorld(t)
	private := realoci.WithReferrers(t, realoci.Options{Private: true})
	_, err := w.run(t.Context(), func(in *publish.Inputs, _ *publish.Options) {
		in.Settings.AttachTo = []string{private.Host + "/acme/echo"}
	})
	known, ok := refusal.Of(err)
	require.True(t, ok)
	assert.Equal(t, refusal.Consent, known.Kind, known.Code)
	assert.Empty(t, w.counted.times)
}

// No two releases have one file name, whatever their versions look like.
func TestFileNames(t *testing.T) {
	seen := map[string]string{}
	for _, id := range [][2]string{
		{"io.github.acme/echo", "1.0.0"}, {"io.github.acme/echo", "1.0/0"}, {"io.github.acme/echo", "1.0_0"}, {"io.github.acme/echo", "../../1"},
		{"io.github.acme/echo", strings.Repeat("9", 255)}, {"io.github.acme/echo", strings.Repeat("9", 254) + "8"}, {"io.github.acme/echo", "1 0"}, {"io.github.acme/echo", "é"},
	} {
		name := publish.LinesName(id[0], id[1])
		assert.Equal(t, filepath.Base(name), name)
		assert.Less(t, len(name), 200)
		assert.Regexp(t, `^[A-Za-z0-9][A-Za-z0-9._@+-]*\.sigstore\.jsonl$`, name)
		assert.Empty(t, seen[name], "%q and %q", id, seen[name])
		seen[name] = strings.Join(id[:], "@")
	}
	assert.Equal(t, "io.github.acme.echo-1.0.0.sigstore.jsonl", publish.LinesName("io.github.acme/echo", "1.0.0"))
}

func FuzzReadFile(f *testing.F) {
	f.Add([]byte(`{"schema":"mcpctl.publish-plan/v1","created":"2026-01-01T00:00:00Z","digest":"sha256:0","request":{"server":"server.json","registries":["a"]},"digests":[{"what":"server.json","digest":"sha256:0"}]}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := publish.ReadFile(b)
		if err != nil {
			require.Equal(t, "plan-unreadable", refusal.Code(err))
			return
		}
		require.NotEmpty(t, file.Request.Server)
		require.False(t, file.Created.IsZero())
	})
}
