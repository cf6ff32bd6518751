//go:build unix

package realtui_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realauth"
)

// Without a target the servers of the configuration files are there to choose
// from, at every size, and a project's command is started after a yes alone.
func TestAServerIsChosenFromTheConfigurations(t *testing.T) {
	home, project := t.TempDir(), t.TempDir()
	pid := filepath.Join(t.TempDir(), "pid")
	write(t, filepath.Join(home, ".cursor", "mcp.json"), `{"mcpServers": {"far": {"url": "http://127.0.0.1:1/mcp"}}}`)
	self := plays(t, asServer)
	entry, err := json.Marshal(map[string]any{"mcpServers": map[string]any{"near": map[string]any{
		"command": self[0], "args": self[1:], "env": map[string]string{"REALTUI_PID": pid},
	}}})
	require.NoError(t, err)
	write(t, filepath.Join(project, ".mcp.json"), string(entry))
	write(t, filepath.Join(project, ".vscode", "mcp.json"), `{"servers": oops`)

	term := newTerminal(t, 120, 36, "HOME="+home, "XDG_CONFIG_HOME="+home)
	term.line("cd " + project)
	term.inspect()
	term.see("[Servers 2]")
	term.see("the file cannot be")
	for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 36}} {
		term.size(size[0], size[1])
		term.until("the tab line in one line", func() bool {
			lines := strings.Split(term.screen(), "\n")
			return strings.Contains(lines[1], "@▸Servers") && strings.Contains(lines[2], "[Servers 2]")
		})
	}
	term.text("/near")
	term.keys("Enter", "Enter")
	term.see("start a command of this project?")
	term.keys("Enter") // is no yes
	term.see("nothing was done")
	assert.NoFileExists(t, pid)
	term.keys("Enter")
	term.see("start a command of this project?")
	term.text("y")
	term.see("tools 4")
	assert.FileExists(t, pid)
	term.text("@")
	term.see("connected")
	term.text("q")
	term.ended()
}

// A server that wants a token is signed in at, in the browser that the user asks
// for, and the token is kept for later.
func TestTheUserSignsIn(t *testing.T) {
	site := realauth.Start(t, realauth.Faults{})
	bin, kept := t.TempDir(), t.TempDir()
	opened := filepath.Join(bin, "opened")
	write(t, filepath.Join(bin, "xdg-open"), "#!/bin/sh\nprintf %s \"$1\" > "+opened+".part && mv "+opened+".part "+opened+"\n")
	write(t, filepath.Join(bin, "open"), "#!/bin/sh\nexec "+filepath.Join(bin, "xdg-open")+" \"$1\"\n")
	for _, name := range []string{"xdg-open", "open"} {
		require.NoError(t, os.Chmod(filepath.Join(bin, name), 0o700))
	}
	term := newTerminal(t, 120, 36, "MCPCTL_CREDENTIALS=file", "MCPCTL_CONFIG_DIR="+kept)
	term.line("PATH=" + bin + ":$PATH") // tmux gives the shell its own
	term.inspect(site.URL())
	term.see("the server wants a token")
	term.keys("Enter")
	term.see("None of them has been asked yet.")
	term.text("y")
	term.see("opens it in your browser")
	assert.NoFileExists(t, opened, "nobody has asked for the browser")
	term.text("o")
	term.until("the browser", func() bool { _, err := os.Stat(opened); return err == nil })
	address, err := os.ReadFile(opened)
	require.NoError(t, err)
	require.NoError(t, realauth.Browser(t.Context(), string(address)))
	term.see("You are signed in.")
	term.see("ready")
	assert.NotRegexp(t, regexp.MustCompile(`at-[A-Z0-9]{20}|rt-[A-Z0-9]{20}`), term.screen())
	term.text("q")
	term.ended()
	term.line("clear")
	term.inspect(site.URL())
	term.see("Authorization: your token")
	term.text("q")
	term.ended()
}

// Leaving in the middle of a sign-in closes the port and gives the terminal back.
func TestASignInIsLeft(t *testing.T) {
	site := realauth.Start(t, realauth.Faults{})
	term := newTerminal(t, 60, 16, "NO_COLOR=1", "MCPCTL_CREDENTIALS=file", "MCPCTL_CONFIG_DIR="+t.TempDir())
	term.inspect(site.URL())
	term.see("the server wants a token")
	term.keys("Enter")
	term.see("None of them has been asked yet.")
	term.text("y")
	term.see("Consent in your browser")
	term.keys("Escape")
	term.see("nothing was kept")
	term.keys("Enter")
	term.see("None of them has been asked yet.")
	assert.NotRegexp(t, regexp.MustCompile(`\x1b\[([0-9]+;)*[34][0-8][;m]`), term.coloured())
	term.text("q")
	term.ended()
	access, refresh := site.Tokens()
	assert.Zero(t, access+refresh)
}

// write writes a file, and the folders above it.
func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}
