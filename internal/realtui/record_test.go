//go:build unix

package realtui_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/testservers"
)

// A session with a real server is recorded, looked at without the server, and its
// call saved as a test, over both transports.
func TestARealSessionIsRecordedAndLookedAt(t *testing.T) {
	dir := testservers.Dir(t)
	s := testservers.Find(t, dir, "everything")
	for _, transport := range []string{"stdio", "http"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			path, cases := filepath.Join(folder, "a.mcpl"), filepath.Join(folder, "cases", "echo.yaml")
			term := newTerminal(t, 200, 40)
			if transport == "stdio" {
				term.inspect(append([]string{"--"}, s.Stdio...)...)
			} else {
				term.inspect(testservers.StartHTTP(t, s))
			}
			term.see("ready")
			term.keys("C-r")
			term.see("record into the new file")
			term.keys("C-u")
			term.text(path)
			term.keys("Enter")
			term.see("REC 00:0")
			term.text("2")
			term.see("echo")
			term.text("/echo")
			term.keys("Enter", "Enter", "Space")
			term.text("from tmux")
			term.keys("Enter", "Enter")
			term.see("Echo: from tmux")
			term.text("s")
			term.see("save the test in")
			term.keys("C-u")
			term.text(cases)
			term.keys("Enter")
			term.see("saved in")
			term.keys("C-r")
			term.see("recorded into")
			term.keys("q")
			term.ended()
			saved, err := os.ReadFile(cases)
			require.NoError(t, err)
			assert.Contains(t, string(saved), "call: echo")

			term.inspect(path)
			term.see("recording, ")
			term.text("2")
			term.text("/echo")
			term.keys("Enter")
			term.see("Echo: from tmux")
			term.text("r")
			term.see("this is a recording, which answers nothing")
			term.text("5g")
			term.see("initialize")
			for _, size := range [][2]int{{60, 16}, {80, 24}} {
				term.size(size[0], size[1])
				term.see("recording")
			}
			term.keys("q")
			term.ended()
		})
	}
}

// What a command writes to standard error is seen while it starts.
func TestStandardErrorIsSeenAtOnce(t *testing.T) {
	script := filepath.Join(t.TempDir(), "server")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nprintf 'no database\\033[31m yet\\n' >&2\nread line\nread more\n"), 0o700))
	term := newTerminal(t, 100, 30)
	term.inspect("--", script)
	term.see("Overview")
	term.text("6")
	term.see(`no database\x1b[31m yet`)
	term.keys("q")
	term.ended()
}
