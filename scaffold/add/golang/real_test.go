package golang_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/add"
	"github.com/mcpctl/mcpctl/scaffold/add/addtest"
	"github.com/mcpctl/mcpctl/templates"
)

// A real project of each layout, everything added to it, its own tests run, and
// what its server then says on the wire.
func TestRealProjects(t *testing.T) {
	all := addtest.Items(t)
	live, err := add.FromLive(t.Context(), mcptest.New().Target(t, mcp.HTTP), mcp.Options{Limits: mcp.DefaultLimits()}, "repeat_text", "echo")
	require.NoError(t, err)
	all["live"] = live
	for name, with := range map[string][]string{"lean": nil, "full": {"lifecycle"}} {
		t.Run(name, func(t *testing.T) {
			dir := newProject(t, with)
			root, err := os.OpenRoot(dir)
			require.NoError(t, err)
			defer func() { assert.NoError(t, root.Close()) }()
			for _, it := range all {
				p, err := plan(root.FS(), it, add.Options{})
				require.NoError(t, err)
				require.NoError(t, p.Apply(t.Context(), root))
			}
			binary := filepath.Join(t.TempDir(), "server")
			for _, args := range [][]string{{"vet", "./..."}, {"test", "./..."}, {"build", "-o", binary, "."}} {
				c := exec.CommandContext(t.Context(), "go", args...)
				c.Dir = dir
				out, err := c.CombinedOutput()
				require.NoError(t, err, "go %v:\n%s", args, out)
			}
			service := newService(t)
			upstreams := "MCP_UPSTREAMS=petstore=" + service.URL + "/v1/,other=http://127.0.0.1:1"
			s, err := mcp.Connect(t.Context(), mcp.Target{Name: name, Command: []string{binary}, Dir: dir, ExtraEnv: []string{upstreams}},
				mcp.Options{Revision: mcp.Rev20251125, Limits: mcp.DefaultLimits()})
			require.NoError(t, err)
			defer func() { assert.NoError(t, s.Close(context.WithoutCancel(t.Context()))) }()
			shows(t, s, all)
			calls(t, s, service)
		})
	}
}

// newProject makes a project of the template as `mcpctl new` does.
func newProject(t *testing.T, with []string) string {
	t.Helper()
	fsys, err := templates.FS("go")
	require.NoError(t, err)
	template, err := scaffold.Load(fsys, scaffold.Builtin, nil)
	require.NoError(t, err)
	answers, err := template.Resolve(scaffold.Given{Name: "sample", Profile: "lean", With: with})
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "sample")
	p, err := scaffold.NewPlan(template, answers, dir)
	require.NoError(t, err)
	require.NoError(t, p.Apply(t.Context()))
	return dir
}

// shows checks that a running server has what was added, with the very schemas.
func shows(t *testing.T, s *mcp.Session, all map[string]add.Item) {
	t.Helper()
	tools := listed(t, s, "tools/list", "tools", "name")
	resources := listed(t, s, "resources/list", "resources", "uri")
	byTemplate := listed(t, s, "resources/templates/list", "resourceTemplates", "uriTemplate")
	prompts := listed(t, s, "prompts/list", "prompts", "name")
	for _, it := range all {
		switch {
		case it.Kind == add.Tool:
			require.Contains(t, tools, it.Name)
			assert.JSONEq(t, string(it.Input), tools[it.Name].Get("inputSchema").String(), it.Name)
			if it.Output != nil {
				assert.JSONEq(t, string(it.Output), tools[it.Name].Get("outputSchema").String(), it.Name)
			}
			assert.Equal(t, it.Description, tools[it.Name].Get("description").Text())
		case it.Kind == add.Prompt:
			assert.Contains(t, prompts, it.Name)
		case it.Templated():
			assert.Contains(t, byTemplate, it.URI)
		default:
			assert.Contains(t, resources, it.URI)
		}
	}
}

// listed is a list of the server's, by the member that names its elements.
func listed(t *testing.T, s *mcp.Session, method, member, key string) map[string]mcp.Value {
	t.Helper()
	all := map[string]mcp.Value{}
	params := map[string]any{}
	for range 20 {
		x := s.Call(t.Context(), method, params)
		require.NoError(t, x.Err())
		require.Nil(t, x.RPCError(), method)
		for _, v := range x.Result().Get(member).Items() {
			all[v.Get(key).Text()] = v
		}
		next := x.Result().Get("nextCursor")
		if !next.Is(mcp.String) {
			break
		}
		params["cursor"] = json.RawMessage(next.Raw())
	}
	return all
}
