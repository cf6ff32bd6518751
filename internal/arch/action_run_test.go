//go:build unix

package arch_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// The action's script, run with a stand-in for mcpctl that writes down its
// arguments: whatever the inputs hold must arrive as it is and run nothing.
func TestTheActionPassesArgumentsAsTheyAre(t *testing.T) {
	reports := func(temp string) []string {
		var args []string
		for _, r := range []string{"json=report.json", "sarif=report.sarif", "junit=report.xml", "markdown=report.md"} {
			format, file, _ := strings.Cut(r, "=")
			args = append(args, "--report", format+"="+filepath.Join(temp, "mcpctl-report", file))
		}
		return append([]string{"test", "--format", "github"}, args...)
	}
	for name, tc := range map[string]struct {
		env  []string
		want []string
	}{
		"a command": {
			[]string{"COMMAND=node\ndist/my server.js\n--port=0\n"},
			[]string{"--", "node", "dist/my server.js", "--port=0"},
		},
		"an address, flags and a baseline": {
			[]string{"URL=http://127.0.0.1:1/mcp", "ARGS=--strict\n--check\ntools/*\n", "BASELINE=a b.yaml"},
			[]string{"--strict", "--check", "tools/*", "--baseline", "a b.yaml", "http://127.0.0.1:1/mcp"},
		},
		"hostile text": {
			[]string{"COMMAND=$(touch owned)\n`touch owned`\n\"; touch owned; \"\n${HOME}\n*"},
			[]string{"--", "$(touch owned)", "`touch owned`", `"; touch owned; "`, "${HOME}", "*"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			require.NoError(t, runAction(t, temp, 0, tc.env))
			got, err := os.ReadFile(filepath.Join(temp, "arguments"))
			require.NoError(t, err)
			assert.Equal(t, append(reports(temp), tc.want...), strings.Split(strings.TrimSuffix(string(got), "\x00"), "\x00"))
			assert.NoFileExists(t, filepath.Join(temp, "owned"))
		})
	}
}

func TestTheActionEndsAsMcpctlDoes(t *testing.T) {
	temp := t.TempDir()
	err := runAction(t, temp, 3, []string{"COMMAND=x"})
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 3, exit.ExitCode())
	outputs, err := os.ReadFile(filepath.Join(temp, "outputs"))
	require.NoError(t, err)
	assert.Contains(t, string(outputs), "exit-code=3\n")

	for _, env := range [][]string{nil, {"COMMAND=x", "URL=y"}} {
		require.ErrorAs(t, runAction(t, t.TempDir(), 0, env), &exit, "one target, no less and no more")
		assert.Equal(t, 2, exit.ExitCode())
	}
}

// runAction runs the step that calls mcpctl, as the runner would, in temp.
func runAction(t *testing.T, temp string, code int, env []string) error {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(root, "action.yml"))
	require.NoError(t, err)
	var action struct {
		Runs struct {
			Steps []struct{ ID, Run string }
		}
	}
	require.NoError(t, yaml.Unmarshal(body, &action))
	script := ""
	for _, step := range action.Runs.Steps {
		if step.ID == "test" {
			script = step.Run
		}
	}
	require.NotEmpty(t, script)

	fake := filepath.Join(temp, "mcpctl-bin", "mcpctl")
	require.NoError(t, os.Mkdir(filepath.Dir(fake), 0o700))
	require.NoError(t, os.WriteFile(fake, []byte("#!/bin/sh\nprintf '%s\\0' \"$@\" >\"$RUNNER_TEMP/arguments\"\nexit $FAKE_CODE\n"), 0o700))
	cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script)
	cmd.Dir = temp
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + temp, "RUNNER_TEMP=" + temp,
		"GITHUB_OUTPUT=" + filepath.Join(temp, "outputs"), "GITHUB_STEP_SUMMARY=" + filepath.Join(temp, "summary"),
		"FAKE_CODE=" + string(rune('0'+code)),
	}, env...)
	return cmd.Run()
}
