package verify_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish/packages"
)

// The digests of packages are asked for through the real clients of npm and PyPI,
// and a host that exchanges a package after its release is found out.
func TestPackagesAsTheirClientsSeeThem(t *testing.T) {
	s := newScene(t)
	listed := []packages.Package{{Type: "npm", Identifier: "acme-echo", Version: "1.0.0"}, {Type: "pypi", Identifier: "acme-echo", Version: "1.0.0"}}
	host := func(readme string) *packages.Checker {
		hosts := realpackages.Start(t)
		hosts.AddNPM("acme-echo", "1.0.0", acme)
		hosts.AddPyPI("acme-echo", "1.0.0", readme)
		return &packages.Checker{Env: hosts.Env()}
	}
	released := host("mcp-name: " + acme)
	var entry []any
	s.packages = nil
	for _, p := range listed {
		files, err := released.Digests(t.Context(), p)
		require.NoError(t, err)
		s.packages = slices.Concat(s.packages, files)
		entry = append(entry, map[string]any{"registryType": p.Type, "identifier": p.Identifier, "version": p.Version, "transport": map[string]any{"type": "stdio"}})
	}
	require.Len(t, s.packages, 3, "a wheel and a source archive, and what npm has")
	s.server["packages"] = entry
	s.atHand(t)
	s.parts.Packages = released
	assert.Contains(t, line(s.holds(t), "package").Subject, "npm acme-echo@1.0.0")

	s.parts.Packages = host("mcp-name: " + acme + "\n\nNow with more.")
	r := s.verify(t)
	assert.Equal(t, []string{"package-differs"}, codes(r))
	assert.Equal(t, "pypi acme-echo@1.0.0", line(r, "package-differs").Subject)

	s.parts.Packages = &packages.Checker{Env: realpackages.Start(t).Env()}
	assert.Equal(t, []string{"package-not-visible", "package-not-visible"}, codes(s.verify(t)))
}
