package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
)

// The demo is the README's first command: it really makes, builds, judges, signs,
// publishes and proves.
func TestDemo(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "kept")
	s, out, said := cli.Test(map[string]string{"PATH": os.Getenv("PATH")})
	require.Equal(t, cli.ExitFine, cli.Main(t.Context(), s, []string{"demo", "--keep", keep}), "%s%s", out, said)
	assert.Regexp(t, `(?m)^new     8 files from template go \S+, profile lean, 0 of \d+ features  \(.*s\)$`, out.String())
	assert.Regexp(t, `(?m)^build   one program, [\d.]+ MB  \(.*s\)$`, out.String())
	assert.Regexp(t, `(?m)^start   tools/list answers with [1-9]\d* tools?  \(.*s\)$`, out.String())
	assert.Regexp(t, `(?m)^test    5 revisions over stdio: \d{3,} passed, 0 failed, `, out.String())
	assert.Regexp(t, `(?m)^sbom    [1-9]\d* components in a bundle of [\d.]+ MB  \(.*s\)$`, out.String())
	assert.Regexp(t, `(?m)^publish io\.modelcontextprotocol\.anonymous/tide-table 1\.0\.0, signed, at a registry on this machine  \(.*s\)$`, out.String())
	assert.Regexp(t, `(?m)^verify  1\d checks hold: `, out.String())
	assert.Regexp(t, `(?m)^tamper  one byte of the bundle changed: refused \[package-digest\]  \(.*s\)$`, out.String())
	assert.FileExists(t, filepath.Join(keep, "mcpctl.yaml"))

	s, _, said = cli.Test(map[string]string{"PATH": os.Getenv("PATH")})
	assert.Equal(t, cli.ExitUsage, cli.Main(t.Context(), s, []string{"demo", "--keep", keep}))
	assert.Contains(t, said.String(), "kept", "it overwrites nothing")
}

// A template whose own tests fail is told apart from one that is sound.
func TestTemplateTest(t *testing.T) {
	s, out, _ := cli.Test(map[string]string{"PATH": os.Getenv("PATH")})
	require.Equal(t, cli.ExitFindings, cli.Main(t.Context(), s, []string{"template", "test", "./testdata/template", "--judge=false"}), out)
	assert.Regexp(t, `(?m)^ok    1/2  shout  \(`, out.String())
	assert.Regexp(t, `(?m)^FAIL  2/2  no feature  \(`, out.String())
	assert.Contains(t, out.String(), "it does not speak up")
	assert.Contains(t, out.String(), "1 of 2 combinations are sound")
}

// What can be rendered and read may still not build.
func TestTemplateLintBuilds(t *testing.T) {
	s, _, said := cli.Test(map[string]string{"PATH": os.Getenv("PATH")})
	require.Equal(t, cli.ExitFine, cli.Main(t.Context(), s, []string{"template", "lint", "./testdata/template"}), said)

	broken := filepath.Join(t.TempDir(), "broken")
	require.NoError(t, os.CopyFS(broken, os.DirFS("testdata/template")))
	require.NoError(t, os.WriteFile(filepath.Join(broken, "_project/main.go"), []byte("package main\n\nvar moods = []string{\n\t//mcpctl:if shout\n\tloud,\n\t//mcpctl:end\n}\n\nfunc main() {}\n"), 0o600))
	s, out, _ := cli.Test(map[string]string{"PATH": os.Getenv("PATH")})
	assert.Equal(t, cli.ExitFindings, cli.Main(t.Context(), s, []string{"template", "lint", broken}))
	assert.Contains(t, out.String(), "with shout: ")
	assert.Contains(t, out.String(), "undefined: loud")
	assert.NotContains(t, out.String(), "with no feature")

	t.Setenv("PATH", t.TempDir())
	s, _, said = cli.Test(map[string]string{"PATH": os.Getenv("PATH")})
	assert.Equal(t, cli.ExitEnvironment, cli.Main(t.Context(), s, []string{"template", "lint", "./testdata/template"}))
	assert.Contains(t, said.String(), "building needs Go 1.26")
}
