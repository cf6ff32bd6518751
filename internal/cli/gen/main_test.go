package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
)

func TestEveryCommandHasAPage(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, write(dir, "1700000000"))
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		page, err := os.ReadFile(filepath.Join(dir, "man", strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"))
		require.NoError(t, err)
		assert.Contains(t, string(page), "Nov 2023", "the date is that of SOURCE_DATE_EPOCH")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() && sub.Name() != "completion" {
				visit(sub)
			}
		}
	}
	visit(cli.Tree())
}

func TestCompletionsAreWhatBashReads(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, write(dir, ""))
	script := filepath.Join(dir, "completions", "mcpctl.bash")
	out, err := exec.Command("bash", "-n", script).CombinedOutput()
	require.NoError(t, err, string(out))
	for _, name := range []string{"mcpctl.zsh", "mcpctl.fish", "mcpctl.ps1"} {
		body, err := os.ReadFile(filepath.Join(dir, "completions", name))
		require.NoError(t, err)
		assert.Contains(t, string(body), "mcpctl", name)
	}
}

func TestTwoRunsWriteTheSameBytes(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	require.NoError(t, write(one, "1700000000"))
	require.NoError(t, write(two, "1700000000"))
	out, err := exec.Command("diff", "-r", one, two).CombinedOutput()
	assert.NoError(t, err, string(out))
}

func TestADateThatIsNoneIsRefused(t *testing.T) {
	assert.ErrorContains(t, write(t.TempDir(), "yesterday"), "SOURCE_DATE_EPOCH")
}
