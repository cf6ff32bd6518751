package arch_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// automation answers action.yml and the workflows, parsed.
func automation(t *testing.T) map[string]*yaml.Node {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.y*ml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	parsed := map[string]*yaml.Node{}
	for _, file := range append(files, filepath.Join(root, "action.yml")) {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		var doc yaml.Node
		require.NoError(t, yaml.Unmarshal(body, &doc), file)
		parsed[filepath.Base(file)] = &doc
	}
	return parsed
}

func TestActionsArePinned(t *testing.T) {
	for file, doc := range automation(t) {
		eachField(doc, func(key string, value *yaml.Node) {
			if key == "uses" {
				assert.Empty(t, unpinned(value.Value, value.LineComment), "%s:%d: %s", file, value.Line, value.Value)
			}
		})
	}
}

func TestScriptsTakeNoExpressions(t *testing.T) {
	scripts := 0
	for file, doc := range automation(t) {
		eachField(doc, func(key string, value *yaml.Node) {
			if key == "run" {
				scripts++
				assert.Empty(t, injectable(value.Value), "%s:%d", file, value.Line)
			}
		})
	}
	assert.Positive(t, scripts)
}

func TestWorkflowsMayOnlyRead(t *testing.T) {
	for file, doc := range automation(t) {
		if file == "action.yml" {
			continue // a composite action has its caller's permissions
		}
		var top struct {
			Permissions map[string]string `yaml:"permissions"`
		}
		require.NoError(t, doc.Decode(&top))
		assert.Equal(t, map[string]string{"contents": "read"}, top.Permissions, "%s: jobs that need more say so themselves", file)
	}
}

func TestTheAutomationRules(t *testing.T) {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	assert.Empty(t, unpinned("actions/checkout@"+sha, "# v6.0.2"))
	assert.Empty(t, unpinned("./", ""))
	assert.NotEmpty(t, unpinned("actions/checkout@v6", "# v6"))
	assert.NotEmpty(t, unpinned("actions/checkout@"+sha[:12], "# v6"))
	assert.NotEmpty(t, unpinned("actions/checkout@main", ""))
	assert.NotEmpty(t, unpinned("docker://alpine:3", ""))
	assert.NotEmpty(t, unpinned("actions/checkout@"+sha, ""), "nobody can review a bare number")

	assert.Empty(t, injectable(`mcpctl test "$TARGET"`))
	assert.NotEmpty(t, injectable(`mcpctl test ${{ inputs.target }}`))
	assert.NotEmpty(t, injectable("echo ${{github.event.issue.title}}"))
}

// unpinned answers why somebody else could change what this reference runs.
func unpinned(uses, comment string) string {
	switch {
	case strings.HasPrefix(uses, "./"):
		return ""
	case !regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`).MatchString(uses):
		return "pin it by the 40 digits of its commit: a tag can be moved"
	case !regexp.MustCompile(`^# v\d`).MatchString(comment):
		return "name its version in a comment behind the commit"
	}
	return ""
}

// injectable answers why somebody else's text could become part of the script.
func injectable(script string) string {
	if strings.Contains(script, "${{") {
		return "pass the value by env and use it quoted: an expression is pasted into the script before the shell reads it"
	}
	return ""
}

func eachField(n *yaml.Node, visit func(key string, value *yaml.Node)) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			visit(n.Content[i].Value, n.Content[i+1])
		}
	}
	for _, child := range n.Content {
		eachField(child, visit)
	}
}
