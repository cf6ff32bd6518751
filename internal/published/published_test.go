//go:build unix

package published_test

import (
	"context"
	"net/http"
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
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sbom"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// A package of npm, an image and a bundle, signed keyless, attested with
// provenance and a bill of materials, attached to the image and to an artifact
// of its own, uploaded with npm's client, published at the official registry,
// which checks who owns each package: cut off three times on the way, and gone
// on with.
func TestARelease(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			w := newWorld(t, kind.Start)
			for _, cut := range []func(*http.Request) bool{
				func(r *http.Request) bool {
					return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/")
				},
				func(r *http.Request) bool {
					return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/publish")
				},
			} {
				w.cutRun(t, cut)
			}
			p := w.plan(t)
			require.NoError(t, p.Ready())
			require.NoError(t, p.Apply(t.Context()))
			w.settled(t)

			w.route.seen = nil
			p = w.plan(t)
			assert.Zero(t, p.Left(), "there is nothing left to do")
			require.NoError(t, p.Apply(t.Context()))
			for _, request := range w.route.seen {
				assert.Regexp(t, "^(GET|HEAD) ", request)
			}
			w.undone(t)
		})
	}
}

func (w *world) plan(t *testing.T) *publish.Plan {
	t.Helper()
	in := w.inputs(t)
	in.Bills = func(at time.Time) ([][]byte, error) {
		b, err := collect.Path(w.dir, collect.Options{})
		if err != nil {
			return nil, err
		}
		text, err := sbom.CycloneDX(b, sbom.Options{Tool: "mcpctl", ToolVersion: "test", Time: at})
		return [][]byte{text}, err
	}
	s := w.services(t)
	r, err := publish.Gather(t.Context(), in, s)
	require.NoError(t, err)
	p, err := publish.NewPlan(t.Context(), r, s, publish.Options{Pause: 20 * time.Millisecond, Wait: time.Minute})
	require.NoError(t, err)
	return p
}

// cutRun ends a run at a request that was carried out, without an answer.
func (w *world) cutRun(t *testing.T, at func(*http.Request) bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := w.plan(t)
	require.NoError(t, p.Ready())
	cut := false
	w.route.cutAt = func(r *http.Request) bool {
		if cut || !at(r) {
			return false
		}
		cut = true
		return true
	}
	w.route.cut = cancel
	err := p.Apply(ctx)
	require.Error(t, err)
	require.True(t, cut, "it failed before: %v", err)
	w.route.cutAt = nil
}

// settled asserts what a consumer finds.
func (w *world) settled(t *testing.T) {
	t.Helper()
	client, err := registry.New(w.registry.URL, registry.Options{})
	require.NoError(t, err)
	e, err := client.Get(t.Context(), name, version)
	require.NoError(t, err)
	assert.Equal(t, registry.Active, e.Status)
	digest, err := attest.Digest(e.Server)
	require.NoError(t, err)
	pointer, ok, err := attest.PointerOf(e.Server)
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, digest, pointer.Subject, "what the real registry gives back has the digest that was signed")
	require.Len(t, pointer.OCI, 2)

	trust, err := sign.LoadTrust(w.sigstore.TrustedRoot)
	require.NoError(t, err)
	policy := sign.Policy{Issuer: "https://token.actions.githubusercontent.com", Subject: "https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v1.0.0"}
	for _, ref := range pointer.OCI {
		bundles, err := attach.Fetch(t.Context(), ref, attach.Options{Transport: w.route, Anonymous: true})
		require.NoError(t, err)
		require.Len(t, bundles, 3, ref)
		var types []string
		for _, b := range bundles {
			v, err := trust.Verify(b, policy)
			require.NoError(t, err)
			s, err := attest.Parse(v.Statement)
			require.NoError(t, err)
			types = append(types, s.PredicateType)
			assert.Len(t, s.Subject, 4, "server.json and three packages")
		}
		assert.ElementsMatch(t, []string{attest.TypeRelease, attest.TypeProvenance, attest.TypeCycloneDX}, types)
	}
	assert.Equal(t, 3, w.signed, "nothing was signed twice")
}

// undone takes the release back.
func (w *world) undone(t *testing.T) {
	t.Helper()
	withdraw := publish.Withdrawal{Name: name, Version: version, Status: registry.Deprecated, Message: "It loses data.", Successor: name + "@1.0.1", State: filepath.Join(w.dir, ".mcpctl")}
	u, err := publish.NewUndo(t.Context(), withdraw, w.services(t), publish.Options{})
	require.NoError(t, err)
	require.NoError(t, u.Apply(t.Context()))
	client, err := registry.New(w.registry.URL, registry.Options{})
	require.NoError(t, err)
	e, err := client.Get(t.Context(), name, version)
	require.NoError(t, err)
	assert.Equal(t, registry.Deprecated, e.Status)
	assert.Equal(t, "It loses data. Use "+name+"@1.0.1 instead.", e.StatusMessage)
}
