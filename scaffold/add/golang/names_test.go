package golang_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

// Names that Go or its tools would take for something else.
func TestFileNames(t *testing.T) {
	for name, want := range map[string][2]string{ // full, lean
		"type":         {"internal/tools/type.go", "tool_type.go"},
		"getHTTPProxy": {"internal/tools/get_http_proxy.go", "tool_get_http_proxy.go"},
		"run_test":     {"internal/tools/run_test_tool.go", "tool_run_test_tool.go"},
		"list_windows": {"internal/tools/list_windows_tool.go", "tool_list_windows_tool.go"},
		"boot-arm64":   {"internal/tools/boot_arm64_tool.go", "tool_boot_arm64_tool.go"},
		"a.b":          {"internal/tools/a_b.go", "tool_a_b.go"},
	} {
		for i, full := range []bool{true, false} {
			it, err := add.New(add.Tool, name)
			require.NoError(t, err)
			got, err := plan(project(full, nil), it, add.Options{})
			require.NoError(t, err, name)
			assert.Equal(t, want[i], got.Steps[0].Path)
		}
	}
}

func TestNamesInUse(t *testing.T) {
	for name, tc := range map[string]struct {
		full       bool
		path, text string
		kind       add.Kind
		problem    string
	}{
		"the same tool elsewhere":     {true, "internal/app/more.go", `package app; var t = &mcp.Tool{Title: "x", Name: "get_it"}`, add.Tool, "is in internal/app/more.go already"},
		"the same tool in a test":     {true, "internal/app/more_test.go", `package app; var t = &mcp.Tool{Name: "get_it"}`, add.Tool, ""},
		"a prompt of that name":       {true, "internal/app/more.go", `package app; var t = &mcp.Prompt{Name: "get_it"}`, add.Tool, ""},
		"the same prompt":             {true, "internal/app/more.go", `package app; var t = &mcp.Prompt{Name: "get_it"}`, add.Prompt, "already"},
		"the same resource template":  {false, "more.go", `package main; var t = mcp.ResourceTemplate{Name: "get_it"}`, add.Resource, "already"},
		"an identifier":               {false, "more.go", "package main\nfunc handleGetIt() {}", add.Tool, "handleGetIt, which more.go declares"},
		"a type":                      {true, "internal/tools/more.go", "package tools\ntype GetItInput struct{}", add.Tool, "GetItInput"},
		"a method is no identifier":   {false, "more.go", "package main\ntype x int\nfunc (x) handleGetIt() {}", add.Tool, ""},
		"another package's":           {true, "internal/prompts/more.go", "package prompts\nfunc handleGetIt() {}", add.Tool, ""},
		"a constant in the same test": {false, "more_test.go", "package main\nconst getItInputSchema = 1", add.Tool, "getItInputSchema"},
		"code that is no Go":          {false, "more.go", "package", add.Tool, "put that right first"},
		"not in vendor":               {false, "vendor/x/more.go", "package", add.Tool, ""},
	} {
		t.Run(name, func(t *testing.T) {
			it, err := add.New(tc.kind, "get_it")
			require.NoError(t, err)
			_, err = plan(project(tc.full, map[string]string{tc.path: tc.text}), it, add.Options{})
			if tc.problem == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.problem)
		})
	}
}

func TestModules(t *testing.T) {
	for text, problem := range map[string]string{
		"module \"example.com/quoted\"\n": "",
		"// nothing\n":                    "names no module",
		"module \"a b\"\n":                "no module that can be imported",
	} {
		it, err := add.New(add.Tool, "get_it")
		require.NoError(t, err)
		got, err := plan(project(true, map[string]string{"go.mod": text}), it, add.Options{})
		if problem != "" {
			require.ErrorContains(t, err, problem)
			continue
		}
		require.NoError(t, err)
		assert.Contains(t, string(got.Steps[len(got.Steps)-1].Data), `"example.com/quoted/internal/tools"`)
	}
}
