package judged_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/testservers"
)

// Each template is judged at both ends: with nothing but what every server has,
// and with all that it can have.
func TestWhatTheTemplatesMake(t *testing.T) {
	dir := testservers.Dir(t)
	for _, id := range []string{"go", "gateway"} {
		tmpl := open(t, id)
		for name, row := range map[string]pack.Row{"lean": tmpl.Manifest.Profiles["lean"], "everything": pack.Cover(tmpl.Manifest.Features)[0]} {
			t.Run(id+"/"+name, func(t *testing.T) {
				t.Parallel()
				judge(t, dir, tmpl, row)
			})
		}
	}
}

func judge(t *testing.T, dir string, tmpl *scaffold.Template, row pack.Row) {
	p, url, s := meets(t, tmpl, row, mcp.Timeline())
	t.Run("mcpscore", func(t *testing.T) { scores(t, dir, url) })
	t.Run("the official inspector", func(t *testing.T) {
		inspected(t, dir, []string{"--transport", "http", url})
		inspected(t, dir, s.Stdio)
	})
	fixtures := testservers.StartHTTP(t, project{p.name, withFixtures(t, p.dir)}.build(t))
	for _, revision := range eras() {
		t.Run("the official suite, "+string(revision), func(t *testing.T) { required(t, dir, fixtures, revision) })
	}
}

// meets holds a row to the protocol, as its own tests and mcpctl judge it, and
// answers where it listens and how it is started.
func meets(t *testing.T, tmpl *scaffold.Template, row pack.Row, revisions []mcp.Revision) (project, string, testservers.Server) {
	p := render(t, tmpl, row)
	t.Run("its own tests", func(t *testing.T) {
		run(t, p.dir, nil, "go", "test", "-vet=all", "./...")
		run(t, p.dir, nil, "go", "mod", "tidy", "-diff")
	})
	s := p.build(t)
	t.Run("mcpctl over stdio", func(t *testing.T) {
		judgedIn(t, mcp.Target{Name: p.name, Command: s.Stdio}, revisions, 40, conformance.DefaultOptions())
	})
	url := testservers.StartHTTP(t, s)
	t.Run("mcpctl over HTTP", func(t *testing.T) {
		judgedIn(t, mcp.Target{Name: p.name, URL: url}, revisions, 40, conformance.DefaultOptions())
	})
	t.Run("hostile requests", func(t *testing.T) { hostile(t, url) })
	return p, url, s
}

// Between the ends, every pair of settings is judged: by its own tests and by
// mcpctl, which looks at the whole protocol, in both eras. What else the ends are judged by asks
// for lists and one call, or calls the same fixtures whatever the features are.
// Features that only add files about the server, and not to it, are at home in
// the rows of `mcpctl template lint`; here they are left out.
func TestEveryPairOfFeatures(t *testing.T) {
	for _, id := range []string{"go", "gateway"} {
		tmpl := open(t, id)
		for i, row := range pack.Cover(within(tmpl.Manifest.Features))[2:] { // the ends are judged above
			t.Run(fmt.Sprintf("%s, row %d", id, i+1), func(t *testing.T) {
				t.Parallel()
				t.Logf("with %s", row)
				meets(t, tmpl, row, eras())
			})
		}
	}
}

// A gateway conforms whatever stands behind it: here servers of three makers,
// of which two answer in one era only.
func TestTheGatewayInFrontOfRealServers(t *testing.T) {
	dir := testservers.Dir(t)
	tmpl := open(t, "gateway")
	config := filepath.Join(t.TempDir(), "mcp.json")
	upstreams := map[string]any{}
	for _, name := range []string{"everything", "go-sdk", "python"} {
		s := testservers.Find(t, dir, name)
		upstreams[name] = map[string]any{"command": s.Stdio[0], "args": s.Stdio[1:]}
	}
	text, err := json.Marshal(map[string]any{"mcpServers": upstreams})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(config, text, 0o600))
	for name, row := range map[string]pack.Row{"lean": tmpl.Manifest.Profiles["lean"], "everything": pack.Cover(tmpl.Manifest.Features)[0]} {
		t.Run(name, func(t *testing.T) {
			p := render(t, tmpl, row)
			s := p.build(t, "MCP_GATEWAY_CONFIG="+config)
			url := testservers.StartHTTP(t, s)
			listed := inspect(t, dir, []string{"--transport", "http", url}, "--method", "tools/list")
			for _, tool := range []string{"everything__echo", "go-sdk__greet", "python__"} {
				assert.Contains(t, string(listed), `"`+tool)
			}
			// What an upstream says in its errors is passed on, of however many lines.
			conforms(t, mcp.Target{Name: p.name, URL: url}, "errors/object/message-concise")
		})
	}
}

// within are the features that change the program.
func within(features []scaffold.Feature) []scaffold.Feature {
	return slices.DeleteFunc(slices.Clone(features), func(f scaffold.Feature) bool { return f.Group == "delivery" })
}

// The probes see what they are for: the SDK alone leaves holes.
func TestTheProbesFindHoles(t *testing.T) {
	s := testservers.Find(t, testservers.Dir(t), "go-sdk")
	wrong, err := refusals(t.Context(), testservers.StartHTTP(t, s))
	require.NoError(t, err)
	require.NotEmpty(t, wrong)
	assert.Contains(t, wrong[0], "a foreign Origin was answered with")
	assert.Contains(t, wrong[len(wrong)-1], "an ordinary request was not served", "it speaks one era over HTTP")
}
