package checks_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func rootsTwins() []twin {
	allow := []string{"roots"}
	const changed = "notifications/roots/list_changed"
	return []twin{{
		Check: "roots/request/shape", Allow: allow, Want: "must be an object, not a string",
		Break: with(onQuestion(asksRoots, func(q map[string]any) { q["params"] = "all" })),
	}, {
		Check: "roots/capability/required", Allow: allow, Want: "does not declare roots",
		Break: without(mcptest.SkipCapability),
	}, {
		Check: "roots/answer/error", Allow: allow, Want: "after error -32603",
		Break: with(exitOn(`"code":-32603`)),
	}, {
		Check: "roots/answer/unavailable", Allow: allow, Want: "after a root that does not exist",
		Break: with(exitOn("mcpctl-no-such-folder")),
	}, {
		Check: "roots/changed/tolerated", Allow: allow, Want: "got no answer",
		Break: with(exitOn(changed)),
	}, {
		Check: "roots/changed/tolerated", Allow: allow, On: mcp.HTTP, Want: "was refused",
		Break: with(mcptest.Status(mcptest.OnMethod(changed), http.StatusBadRequest)),
	}, {
		Check: "roots/changed/tolerated", Allow: allow, Want: "was answered with an error",
		Break: with(mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
			e := map[string]any{"code": -32601, "message": "what?"}
			return []any{map[string]any{"jsonrpc": "2.0", "error": e}}, m.Method() == changed
		}}),
	}, {
		Check: "roots/boundaries/outside", Allow: []string{"read"}, Want: "named by its absolute path",
		Prepare: reading(within), Break: reading(func(_, _ string) bool { return true }),
	}, {
		Check: "roots/boundaries/traversal", Allow: []string{"read"}, Want: "named by a path with .. in it",
		Prepare: reading(within), Break: reading(func(root, path string) bool { return strings.HasPrefix(path, root) }),
	}, {
		Check: "roots/boundaries/traversal", Allow: []string{"read"}, Want: "named by a symbolic link",
		Prepare: reading(within),
		Break:   reading(func(root, path string) bool { return strings.HasPrefix(filepath.Clean(path), root) }),
	}}
}

// within looks where a path really leads.
func within(root, path string) bool {
	real, err := filepath.EvalSymlinks(path)
	return err == nil && strings.HasPrefix(real, root+string(filepath.Separator))
}

// reading gives the server a tool that reads files for which permitted holds.
func reading(permitted func(root, path string) bool) func(*mcptest.Server) {
	read := func(c *mcptest.Call) (map[string]any, error) {
		answer, err := c.Ask("roots", asksRoots, nil)
		if err != nil {
			return nil, err
		}
		for _, root := range answer.Get("roots").Items() {
			u, err := url.Parse(root.Get("uri").Text())
			if err != nil || !permitted(filepath.FromSlash(u.Path), c.Text("path")) {
				continue
			}
			text, err := os.ReadFile(c.Text("path"))
			if err != nil {
				return nil, err
			}
			return mcptest.Content(mcptest.Text(string(text))), nil
		}
		return nil, errors.New("that is no file of yours")
	}
	return func(s *mcptest.Server) {
		s.Tools = []mcptest.Tool{{Name: "read", Call: read, Descriptor: map[string]any{
			"description": "Reads a file.",
			"inputSchema": map[string]any{"type": "object", "properties": map[string]any{"path": map[string]any{"type": "string"}}, "required": []any{"path"}},
		}}}
	}
}

// TestRootsAllows holds what the suite must not flag.
func TestRootsAllows(t *testing.T) {
	// The requests of a session are numbered from 1; ping is the second.
	asksAt := func(id string) func(*mcptest.Server) {
		return with(mcptest.Faults{Encode: func(c *mcptest.Context, raw []byte) [][]byte {
			if c.In.ID().String() == id {
				return [][]byte{[]byte(`{"jsonrpc":"2.0","id":"r","method":"roots/list"}`), raw}
			}
			return [][]byte{raw}
		}})
	}
	for _, trap := range []struct {
		name, check string
		allow       []string
		server      func(*mcptest.Server)
		want        conformance.Verdict
		in          mcp.Revision
	}{
		{"nothing asks for roots", "roots/answer/error", []string{"echo"}, nothing, conformance.Unproven, mcp.Rev20251125},
		{"roots are asked for as the session opens", "roots/answer/error", nil, asksAt("2"), conformance.Pass, mcp.Rev20251125},
		{"roots are asked for once, whatever else goes on", "roots/answer/error", []string{"echo"}, asksAt("4"), conformance.Unproven, mcp.Rev20251125},
		{"params with _meta", "roots/request/shape", []string{"roots"}, with(onQuestion(asksRoots, func(q map[string]any) {
			q["params"] = map[string]any{"_meta": map[string]any{}}
		})), conformance.Pass, mcp.Rev20260728},
		{"no tool reads files", "roots/boundaries/outside", []string{"roots"}, nothing, conformance.Unproven, mcp.Rev20260728},
		{"a tool that refuses every file", "roots/boundaries/outside", []string{"read"}, reading(func(_, _ string) bool { return false }), conformance.Unproven, mcp.Rev20251125},
	} {
		t.Run(trap.name, func(t *testing.T) {
			t.Parallel()
			f := allowedVerdict(t, trap.check, trap.allow, place{trap.in, mcp.Stdio}, trap.server)
			assert.Equal(t, trap.want, f.Verdict, "%s", f.Message)
		})
	}
}
