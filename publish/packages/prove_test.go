package packages_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

const readme = "# Echo\n\nmcp-name: " + server + "\n"

// checker asks the hosts with the real clients, which have to be installed.
func checker(h *realpackages.Hosts) *packages.Checker {
	return &packages.Checker{Env: h.Env(), Timeout: time.Minute}
}

func npm(name, version string) packages.Package {
	return packages.Package{Type: packages.NPM, Identifier: name, Version: version}
}

func pypi(name, version string) packages.Package {
	return packages.Package{Type: packages.PyPI, Identifier: name, Version: version}
}

func cargo(name, version string) packages.Package {
	return packages.Package{Type: packages.Cargo, Identifier: name, Version: version}
}

// saved writes an artefact where Local can read it.
func saved(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, data, 0o600))
	return file
}

func owned(t *testing.T, proof packages.Proof) {
	t.Helper()
	require.Equal(t, packages.Owned, proof.State, "%s: %s", proof.Code, proof.Why)
	assert.Empty(t, proof.Code)
	assert.NotEmpty(t, proof.Why)
	assert.NotEmpty(t, proof.Asked)
	assert.NoError(t, proof.Err())
}

func refused(t *testing.T, proof packages.Proof, state packages.State, code string) {
	t.Helper()
	require.Equal(t, code, proof.Code, "%s", proof.Why)
	assert.Equal(t, state, proof.State)
	assert.NotEmpty(t, proof.Why)
	assert.NotEmpty(t, proof.Mend)
	assert.Equal(t, code, refusal.Code(proof.Err()))
}

func TestNPM(t *testing.T) {
	h := realpackages.Start(t)
	c := checker(h)
	tarball := h.AddNPM("acme-echo", "1.0.0", server)
	h.AddNPM("@acme/echo", "1.0.0", server)
	h.AddNPM("stranger", "1.0.0", "io.github.other/echo")
	h.AddNPM("cased", "1.0.0", "io.github.Acme/Echo")
	h.AddNPM("silent", "1.0.0", "")

	t.Run("owned, by the digest of the file", func(t *testing.T) {
		proof := c.Prove(t.Context(), server, npm("acme-echo", "1.0.0"))
		owned(t, proof)
		local, err := packages.Local(saved(t, "acme-echo-1.0.0.tgz", tarball), npm("acme-echo", "1.0.0"))
		require.NoError(t, err)
		assert.Equal(t, local, proof.Files)
		assert.Len(t, proof.Files[0].Digest["sha512"], 128)
		digests, err := c.Digests(t.Context(), npm("acme-echo", "1.0.0"))
		require.NoError(t, err)
		assert.Equal(t, local, digests)
	})
	t.Run("scoped", func(t *testing.T) { owned(t, c.Prove(t.Context(), server, npm("@acme/echo", "1.0.0"))) })
	t.Run("another's", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, npm("stranger", "1.0.0")), packages.Foreign, "ownership-other")
	})
	t.Run("another case", func(t *testing.T) {
		proof := c.Prove(t.Context(), server, npm("cased", "1.0.0"))
		refused(t, proof, packages.Foreign, "ownership-other")
		assert.Contains(t, proof.Why, "case")
	})
	t.Run("nobody's", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, npm("silent", "1.0.0")), packages.Foreign, "ownership-missing")
	})
	t.Run("not there", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, npm("nowhere", "1.0.0")), packages.NotFound, "package-not-visible")
	})
	t.Run("visible after a while", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, npm("acme-echo", "2.0.0")), packages.NotFound, "package-not-visible")
		h.AddNPM("acme-echo", "2.0.0", server)
		owned(t, c.Prove(t.Context(), server, npm("acme-echo", "2.0.0")))
	})
	t.Run("private", func(t *testing.T) {
		h.Handle("/npm/private", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
		refused(t, c.Prove(t.Context(), server, npm("private", "1.0.0")), packages.Unchecked, "package-denied")
	})
	t.Run("host is ill", func(t *testing.T) {
		h.Handle("/npm/ill", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
		refused(t, c.Prove(t.Context(), server, npm("ill", "1.0.0")), packages.Unchecked, "client-failed")
	})
	t.Run("no usable digest", func(t *testing.T) {
		h.Handle("/npm/odd", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `{"name":"odd","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"odd","version":"1.0.0","mcpName":"`+server+`","dist":{"shasum":"da39a3ee","integrity":"sha512-AAAA"}}}}`)
		})
		refused(t, c.Prove(t.Context(), server, npm("odd", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("host keeps silent", func(t *testing.T) {
		silent, stop := context.WithCancel(t.Context())
		h.Handle("/npm/slow", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-silent.Done():
			case <-r.Context().Done():
			}
		})
		defer stop()
		hasty := checker(h)
		hasty.Timeout = 2 * time.Second
		refused(t, hasty.Prove(t.Context(), server, npm("slow", "1.0.0")), packages.Unchecked, "client-slow")
	})
}
