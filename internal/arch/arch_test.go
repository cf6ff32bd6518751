package arch_test

import (
	"encoding/json"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImportsGoDown(t *testing.T) {
	for _, s := range sources(t) {
		for _, problem := range violations(importing{pkg: s.pkg, test: s.test, imports: s.imports(t)}) {
			t.Errorf("%s: %s", s.path, problem)
		}
	}
}

// The rule itself: each line is an import that must be let through or refused,
// with the words of the refusal.
func TestTheRule(t *testing.T) {
	house := func(pkg string) string { return module + "/" + pkg }
	for name, tc := range map[string]struct {
		pkg, imports string
		test         bool
		refusal      string // empty: allowed
	}{
		"down one floor":            {pkg: "conformance", imports: house("mcp/mcptest")},
		"down to the ground":        {pkg: "internal/cli", imports: house("internal/term")},
		"the standard library":      {pkg: "mcp", imports: "encoding/json"},
		"up":                        {pkg: "mcp", imports: house("conformance"), refusal: "imports go down only"},
		"up, from a parent":         {pkg: "conformance", imports: house("conformance/checks"), refusal: "imports go down only"},
		"a stranger":                {pkg: "conformance/checks", imports: house("conformance/report"), refusal: "strangers"},
		"another stranger":          {pkg: "inspect", imports: house("publish"), refusal: "strangers"},
		"a room on no floor":        {pkg: "pkg/util", imports: "fmt", refusal: "on no floor: add it"},
		"importing one":             {pkg: "mcp", imports: house("pkg/util"), refusal: "on no floor"},
		"from outside":              {pkg: "internal/cli", imports: house("testservers"), refusal: "outside the house"},
		"a generator":               {pkg: "internal/cli", imports: house("conformance/schema/gen"), refusal: "outside the house"},
		"outside may import":        {pkg: "bench", imports: house("internal/cli")},
		"cobra in the hall":         {pkg: "internal/cli", imports: "github.com/spf13/cobra"},
		"cobra elsewhere":           {pkg: "conformance", imports: "github.com/spf13/cobra", refusal: "only internal/cli may"},
		"flags of cobra":            {pkg: "cmd/mcpctl", imports: "github.com/spf13/pflag", refusal: "only internal/cli may"},
		"Bubble Tea in the TUI":     {pkg: "inspect/tui", imports: "charm.land/bubbletea/v2"},
		"Bubble Tea elsewhere":      {pkg: "internal/cli", imports: "charm.land/lipgloss/v2", refusal: "only inspect/tui may"},
		"schemas in their room":     {pkg: "conformance/schema", imports: "github.com/santhosh-tekuri/jsonschema/v5"},
		"schemas elsewhere":         {pkg: "conformance/checks", imports: "github.com/santhosh-tekuri/jsonschema/v5", refusal: "may"},
		"schemas in a fake":         {pkg: "mcp/mcptest", imports: "github.com/santhosh-tekuri/jsonschema/v5"},
		"YAML for baselines":        {pkg: "conformance", imports: "go.yaml.in/yaml/v3"},
		"YAML elsewhere":            {pkg: "mcp", imports: "go.yaml.in/yaml/v3", refusal: "may"},
		"an unknown guest":          {pkg: "mcp", imports: "example.com/handy", refusal: "docs/dependencies.md"},
		"testify outside tests":     {pkg: "mcp", imports: "github.com/stretchr/testify/assert", refusal: "docs/dependencies.md"},
		"a test with testify":       {pkg: "mcp", imports: "github.com/stretchr/testify/assert", test: true},
		"a test with mcptest":       {pkg: "mcp", imports: house("mcp/mcptest"), test: true},
		"a test of its own package": {pkg: "mcp", imports: house("mcp"), test: true},
		"a test with a neighbour":   {pkg: "conformance/checks", imports: house("conformance/report"), test: true},
		"a test with real servers":  {pkg: "internal/cli", imports: house("testservers"), test: true},
		"a test with a schema":      {pkg: "conformance/report", imports: "github.com/santhosh-tekuri/jsonschema/v5", test: true},
		"a test that looks up":      {pkg: "mcp", imports: house("conformance/checks"), test: true, refusal: "imports go down only"},
		"a test of a homeless room": {pkg: "pkg/util", imports: "fmt", test: true, refusal: "on no floor: add it"},
	} {
		t.Run(name, func(t *testing.T) {
			got := violations(importing{pkg: tc.pkg, test: tc.test, imports: []string{tc.imports}})
			if tc.refusal == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Contains(t, got[0], tc.refusal)
		})
	}
}

func TestFilesAreShort(t *testing.T) {
	const most = 400
	for _, s := range sources(t) {
		if !ast.IsGenerated(s.syntax) && s.lines > most {
			t.Errorf("%s has %d lines, more than %d: one file, one subject; split it", s.path, s.lines, most)
		}
	}
}

func TestMainIsADoor(t *testing.T) {
	body, err := os.ReadFile(filepath.Join(root, "cmd/mcpctl/main.go"))
	require.NoError(t, err)
	assert.Less(t, strings.Count(string(body), "\n"), 20, "cmd/mcpctl/main.go: what it does belongs in internal/cli")
}

// Everything else gets its streams, arguments and end as values, so that a test
// can run the whole program in its own process.
func TestOnlyTheHallTouchesTheProcess(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || isOutside(s.pkg) || slices.Contains([]string{"internal/cli", "cmd/mcpctl"}, s.pkg) {
			continue
		}
		for _, name := range s.selectors(t, "os") {
			if slices.Contains([]string{"Exit", "Stdin", "Stdout", "Stderr", "Args"}, name) {
				t.Errorf("%s uses os.%s: take a value instead; internal/cli passes it in", s.path, name)
			}
		}
	}
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	require.NoError(t, json.Unmarshal(out, &mod))
	reasons, err := os.ReadFile(filepath.Join(root, "docs/dependencies.md"))
	require.NoError(t, err)
	for _, r := range mod.Require {
		if !r.Indirect {
			assert.Contains(t, string(reasons), "`"+r.Path+"`", "docs/dependencies.md must say why mcpctl needs it")
		}
	}
}
