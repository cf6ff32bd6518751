package scaffold_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

func plan(t testing.TB, dest string, given scaffold.Given) *scaffold.Plan {
	t.Helper()
	tmpl := small(t)
	p, err := scaffold.NewPlan(tmpl, resolve(t, tmpl, given), dest)
	require.NoError(t, err)
	return p
}

func TestPlanRecordsItself(t *testing.T) {
	p := plan(t, "x", scaffold.Given{})
	config := text(t, p.Tree, scaffold.ProjectName)
	assert.Contains(t, config, "  weather-bot:\n", "mcpctl test weather-bot starts the server")
	project, err := scaffold.ReadProject([]byte(config))
	require.NoError(t, err)
	assert.Len(t, project.Files, len(p.Tree)-1)
	assert.NotContains(t, project.Files, scaffold.ProjectName)
	assert.Equal(t, []string{"go test ./...", "mcpctl test weather-bot"}, p.Next)
}

// A template's own mcpctl.yaml is kept; the record is added to it.
func TestPlanKeepsTheTemplatesConfiguration(t *testing.T) {
	tmpl, err := load(tiny(map[string]string{"mcpctl.yaml": "# ours\nservers:\n  acme-server: {command: ./run}\n#mcpctl:if a\ntest: {skip: [x]}\n#mcpctl:end\n"}))
	require.NoError(t, err)
	p, err := scaffold.NewPlan(tmpl, resolve(t, tmpl, scaffold.Given{}), "x")
	require.NoError(t, err)
	config := text(t, p.Tree, scaffold.ProjectName)
	assert.True(t, strings.HasPrefix(config, "# ours\nservers:\n  weather-bot: {command: ./run}\n"), config)
	assert.NotContains(t, config, "skip")
	assert.Contains(t, config, "template:\n  id: tiny\n")
}

func TestPrint(t *testing.T) {
	var b strings.Builder
	p := plan(t, "some/where", scaffold.Given{With: []string{"redis"}})
	require.NoError(t, p.Print(&b))
	for _, want := range []string{
		"some/where from template small 1.2.0 (builtin)\n",
		"  profile        production\n",
		"  owner          example\n",
		"  features       base cache redis scripts\n",
		"                 base is on because cache requires it\n",
		"\n0755  ", "  scripts/run.sh\n",
		"10 files, ", "Nothing was written.\n",
	} {
		assert.Contains(t, b.String(), want)
	}
	f, _ := p.Tree.Lookup("go.mod")
	assert.Contains(t, b.String(), "0644  "+strings.TrimPrefix(f.Hash(), "sha256:")[:8]+"  ")
}

func TestPrintJSON(t *testing.T) {
	var b strings.Builder
	p := plan(t, "x", scaffold.Given{Profile: "lean"})
	require.NoError(t, p.PrintJSON(&b, true))
	var got struct {
		Schema  string
		Written bool
		Answers struct {
			Name   string
			Values map[string]string
		}
		Files []struct{ Path, Mode, Digest string }
	}
	require.NoError(t, json.Unmarshal([]byte(b.String()), &got))
	assert.Equal(t, scaffold.PlanSchema, got.Schema)
	assert.True(t, got.Written)
	assert.Equal(t, "weather-bot", got.Answers.Name)
	assert.Equal(t, "warm", got.Answers.Values["tone"])
	assert.Len(t, got.Files, len(p.Tree))
}

func TestDiff(t *testing.T) {
	p := plan(t, "x", scaffold.Given{Profile: "lean"})
	same := fstest.MapFS{"not/ours": {Data: []byte("x")}}
	for _, f := range p.Tree {
		same[f.Path] = &fstest.MapFile{Data: f.Data}
	}
	var b strings.Builder
	changed, err := p.Diff(&b, same)
	require.NoError(t, err)
	assert.Zero(t, changed)
	assert.Empty(t, b.String())

	same["go.mod"] = &fstest.MapFile{Data: []byte("module example.com/mine\n\ngo 1.26\n")}
	same["icon.bin"] = &fstest.MapFile{Data: []byte{0, 1}}
	delete(same, "README.md")
	changed, err = p.Diff(&b, same)
	require.NoError(t, err)
	assert.Equal(t, 3, changed)
	assert.Contains(t, b.String(), "-module example.com/mine\n+module example.com/weather-bot\n")
	assert.Contains(t, b.String(), "--- /dev/null\n+++ b/README.md\n")
	assert.Contains(t, b.String(), "binary file icon.bin differs\n")

	delete(same, "go.mod")
	same["go.mod/x"] = &fstest.MapFile{}
	b.Reset()
	_, err = p.Diff(&b, same)
	require.NoError(t, err)
	assert.Contains(t, b.String(), "go.mod is a folder, and would be a file\n")
}

// git can apply the diff, and the folder then is the project.
func TestDiffApplies(t *testing.T) {
	dir := t.TempDir()
	p := plan(t, dir, scaffold.Given{Profile: "lean"})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/mine\n"), 0o600))
	f, _ := p.Tree.Lookup("icon.bin")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "icon.bin"), f.Data, 0o600))
	var b strings.Builder
	_, err := p.Diff(&b, os.DirFS(dir))
	require.NoError(t, err)
	apply := exec.CommandContext(t.Context(), "git", "apply", "-p1")
	apply.Dir, apply.Stdin = dir, strings.NewReader(b.String())
	out, err := apply.CombinedOutput()
	require.NoError(t, err, "%s", out)
	changed, err := p.Diff(&b, os.DirFS(dir))
	require.NoError(t, err)
	assert.Zero(t, changed)
}

// The engine cannot reach a network: it does not even link what could.
func TestNoNetwork(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	assert.Contains(t, deps, "go/format", "the list is the real one")
	for _, d := range deps {
		assert.False(t, d == "net" || strings.HasPrefix(d, "net/") && d != "net/url" && d != "net/netip" || d == "os/exec" || d == "plugin", "%s is linked", d)
	}
}
