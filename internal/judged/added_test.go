package judged_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/add"
	"github.com/mcpctl/mcpctl/scaffold/add/addtest"
	"github.com/mcpctl/mcpctl/scaffold/add/python"
	"github.com/mcpctl/mcpctl/scaffold/add/typescript"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/testservers"
)

// What mcpctl add writes into a project: it passes the project's own tests, types
// and lint, and in each layout the server then has it on the wire. (That in Go is
// held in scaffold/add/golang.)
func TestWhatIsAdded(t *testing.T) {
	dir := testservers.Dir(t)
	modules, python3 := nodeModules(t, dir, everything(t, "typescript")), environment(t, dir, everything(t, "python"))
	have := map[string]func(t *testing.T, p project) testservers.Server{
		"typescript": func(t *testing.T, p project) testservers.Server {
			require.NoError(t, os.Symlink(modules, filepath.Join(p.dir, "node_modules")))
			return p.servedNode(dir)
		},
		"python": func(_ *testing.T, p project) testservers.Server { return p.buildPython(python3) },
	}
	own := map[string]func(t *testing.T, p project){
		"typescript": func(t *testing.T, p project) { p.npm(t, dir, "run", "check"); p.npm(t, dir, "test") },
		"python":     func(t *testing.T, p project) { sound(t, python3, p, "mypy") },
	}
	for id, generator := range map[string]add.Generator{"typescript": typescript.Generator{}, "python": python.Generator{}} {
		for layout, row := range map[string]pack.Row{"lean": nil, "full": {"lifecycle"}} {
			t.Run(id+"/"+layout, func(t *testing.T) {
				t.Parallel()
				p := render(t, open(t, id), row)
				all := addtest.Items(t)
				addTo(t, p, generator, all)
				s := have[id](t, p)
				if layout == "full" {
					own[id](t, p)
				}
				shown(t, mcp.Target{Name: p.name, Command: s.Stdio}, all)
			})
		}
	}
}

func addTo(t *testing.T, p project, generator add.Generator, all map[string]add.Item) {
	t.Helper()
	root, err := os.OpenRoot(p.dir)
	require.NoError(t, err)
	defer func() { assert.NoError(t, root.Close()) }()
	for _, it := range all {
		opened, err := add.Open(root.FS())
		require.NoError(t, err)
		plan, err := add.NewPlan(opened, generator, it, add.Options{})
		require.NoError(t, err)
		require.NoError(t, plan.Apply(t.Context(), root))
	}
}

// shown looks for the items in what a server lists, with the very schemas.
func shown(t *testing.T, target mcp.Target, all map[string]add.Item) {
	t.Helper()
	s, err := mcp.Connect(t.Context(), target, mcp.Options{Revision: mcp.Rev20251125, Limits: mcp.DefaultLimits()})
	require.NoError(t, err)
	defer func() { assert.NoError(t, s.Close(context.WithoutCancel(t.Context()))) }()
	listed := func(method, member, key string) map[string]mcp.Value {
		found := map[string]mcp.Value{}
		x := s.Call(t.Context(), method, nil)
		require.NoError(t, x.Err())
		require.Nil(t, x.RPCError(), method)
		for _, v := range x.Result().Get(member).Items() {
			found[v.Get(key).Text()] = v
		}
		return found
	}
	tools, prompts := listed("tools/list", "tools", "name"), listed("prompts/list", "prompts", "name")
	resources, byTemplate := listed("resources/list", "resources", "uri"), listed("resources/templates/list", "resourceTemplates", "uriTemplate")
	for _, it := range all {
		switch {
		case it.Kind == add.Tool:
			require.Contains(t, tools, it.Name)
			assert.JSONEq(t, string(it.Input), tools[it.Name].Get("inputSchema").String(), it.Name)
			if it.Output != nil {
				assert.JSONEq(t, string(it.Output), tools[it.Name].Get("outputSchema").String(), it.Name)
			}
		case it.Kind == add.Prompt:
			assert.Contains(t, prompts, it.Name)
		case it.Templated():
			assert.Contains(t, byTemplate, it.URI)
		default:
			assert.Contains(t, resources, it.URI)
		}
	}
	x := s.Call(t.Context(), "tools/call", map[string]any{"name": "echo_text", "arguments": map[string]any{"text": "hello"}})
	require.Nil(t, x.RPCError())
	assert.Equal(t, "hello", x.Result().Get("structuredContent").Get("text").Text())
}
