package packages_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish/packages"
)

func TestCargo(t *testing.T) {
	h := realpackages.Start(t)
	c := checker(h)
	crate := h.AddCrate("acme-echo", "1.0.0", readme)
	h.AddCrate("hidden", "1.0.0", "<!-- mcp-name: "+server+" -->")
	h.AddCrate("stranger", "1.0.0", "mcp-name: io.github.other/echo")
	h.AddCrate("tampered", "1.0.0", readme, realpackages.SHA256([]byte("other bytes")))

	t.Run("owned, by the digest of the crate", func(t *testing.T) {
		proof := c.Prove(t.Context(), server, cargo("acme-echo", "1.0.0"))
		owned(t, proof)
		local, err := packages.Local(saved(t, "acme-echo-1.0.0.crate", crate), cargo("acme-echo", "1.0.0"))
		require.NoError(t, err)
		assert.Equal(t, local, proof.Files)
		assert.Equal(t, realpackages.SHA256(crate), proof.Files[0].Digest["sha256"])
	})
	t.Run("only in a comment", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("hidden", "1.0.0")), packages.Foreign, "ownership-hidden")
	})
	t.Run("another's", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("stranger", "1.0.0")), packages.Foreign, "ownership-other")
	})
	t.Run("not there", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("nowhere", "1.0.0")), packages.NotFound, "package-not-visible")
		refused(t, c.Prove(t.Context(), server, cargo("acme-echo", "1.0.1")), packages.NotFound, "package-not-visible")
	})
	t.Run("another spelling", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("acme_echo", "1.0.0")), packages.NotFound, "package-not-visible")
	})
	t.Run("other bytes than the index names", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("tampered", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("a registry of the user's that replaces nothing", func(t *testing.T) {
		config := fmt.Sprintf("[registries.mine]\nindex = \"sparse+%s/cargo/\"\n\n[registry]\ndefault = \"mine\"\n", h.URL)
		require.NoError(t, os.WriteFile(filepath.Join(h.CargoHome(), "config.toml"), []byte(config), 0o600))
		proof := c.Prove(t.Context(), server, cargo("acme-echo", "1.0.0"))
		owned(t, proof)
		assert.Equal(t, "cargo info acme-echo@1.0.0", proof.Asked)
		refused(t, c.Prove(t.Context(), server, cargo("acme-echo", "1.0.1")), packages.NotFound, "package-not-visible")
		refused(t, c.Prove(t.Context(), server, cargo("acme_echo", "1.0.0")), packages.NotFound, "package-not-visible")
		refused(t, c.Prove(t.Context(), server, cargo("tampered", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("the user's own cache is left alone", func(t *testing.T) {
		_, err := os.Stat(filepath.Join(h.CargoHome(), "registry"))
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
}
