package cli_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/testservers"
)

const realAnswers = `
elicitation:
  - message: provide a random string
    content: {random: mcpctl}
  - message: Please provide inputs*
    content: {name: Ada, check: true, email: ada@example.com, integer: 7, birthdate: 1815-12-10}
  - mode: url
    action: accept
sampling:
  - text: forty-two
roots:
  - uri: file:///work
    name: work
`

// TestRealServers runs the commands on the pinned real servers: what they offer,
// what they ask, and their errors.
func TestRealServers(t *testing.T) {
	dir := testservers.Dir(t)
	answers := filepath.Join(t.TempDir(), "answers.yaml")
	require.NoError(t, os.WriteFile(answers, []byte(realAnswers), 0o600))
	url := map[string]string{}
	for _, name := range []string{"everything", "go-sdk", "python"} {
		url[name] = testservers.StartHTTP(t, testservers.Find(t, dir, name))
	}
	for name, tc := range map[string]struct {
		server  string
		stdio   bool
		command []string
		words   []string
		code    int
		want    string
	}{
		"a list":                   {"everything", true, []string{"tools", "list"}, []string{}, 0, `(?m)^get-sum\(a: number, b: number\)$`},
		"a call":                   {"everything", false, []string{"tools", "call"}, []string{"get-sum", "a=1", "b=2"}, 0, `The sum of 1 and 2 is 3\.`},
		"a structured result":      {"everything", false, []string{"tools", "call"}, []string{"get-structured-content", "location=Chicago", "--jq", ".structuredContent|keys[0]"}, 0, "conditions"},
		"an elicitation":           {"everything", false, []string{"tools", "call"}, []string{"trigger-elicitation-request", "--answer", answers}, 0, "Ada"},
		"an elicitation over pipe": {"everything", true, []string{"tools", "call"}, []string{"trigger-elicitation-request"}, 4, "(?i)cancel"},
		"a sampling":               {"everything", false, []string{"tools", "call"}, []string{"trigger-sampling-request", "prompt=x", "--answer", answers}, 0, "forty-two"},
		"roots":                    {"everything", true, []string{"tools", "call"}, []string{"get-roots-list", "--answer", answers}, 0, "file:///work"},
		"progress gives time":      {"everything", false, []string{"tools", "call"}, []string{"trigger-long-running-operation", "duration=2", "steps=8", "--timeout", "1500ms"}, 0, "completed"},
		"a resource":               {"everything", false, []string{"resources", "read"}, []string{"demo://resource/static/document/features.md"}, 0, "(?i)features"},
		"a completion":             {"everything", false, []string{"complete"}, []string{"completable-prompt", "department", "E"}, 0, "^Engineering\n$"},
		"go: a call":               {"go-sdk", true, []string{"tools", "call"}, []string{"greet", "name=Ada"}, 0, "^Hi Ada\n$"},
		"go: an elicitation":       {"go-sdk", true, []string{"tools", "call"}, []string{"elicit (form)", "--answer", answers}, 0, "mcpctl"},
		"go: a sampling":           {"go-sdk", false, []string{"tools", "call"}, []string{"sample", "--answer", answers}, 0, "forty-two"},
		"go: a prompt":             {"go-sdk", true, []string{"prompts", "list"}, []string{}, 0, "greet"},
		"python: a call":           {"python", true, []string{"tools", "call"}, []string{"add", "left=1", "right=2"}, 0, "3"},
		"python: a call, no state": {"python", false, []string{"tools", "call"}, []string{"--revision", "2026-07-28", "add", "left=1", "right=2"}, 0, "3"},
		"python: progress":         {"python", false, []string{"tools", "call"}, []string{"--revision", "2026-07-28", "count", "steps=2"}, 0, "2"},
		"python: an error":         {"python", false, []string{"tools", "call"}, []string{"fail", "reason=rain"}, 1, "Error executing tool fail"},
		"python: a blob":           {"python", false, []string{"resources", "read"}, []string{"example://pixel"}, 0, `\[resource example://pixel application/octet-stream 4 B\]`},
		"python: a bad argument":   {"python", false, []string{"tools", "call"}, []string{"count", "steps=11"}, 2, "^$"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append(slices.Clone(tc.command), url[tc.server])
			if tc.stdio {
				args = slices.Clone(tc.command)
			}
			args = append(args, tc.words...)
			if tc.stdio {
				args = append(append(args, "--"), testservers.Find(t, dir, tc.server).Stdio...)
			}
			var out, err watched
			code, _ := run(t.Context(), &out, &err, args...)
			assert.Equal(t, tc.code, code, "%v: %s", args, err.text.String())
			assert.Regexp(t, tc.want, out.text.String(), err.text.String())
		})
	}
}
