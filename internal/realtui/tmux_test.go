//go:build unix

package realtui_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for something to be seen; machines are busy.
const patience = 60 * time.Second

// terminal is a shell in a tmux of its own.
type terminal struct {
	t      *testing.T
	socket string
	state  string // the folder for what the program remembers
}

// newTerminal starts a shell in a terminal of so many cells. env is added to its
// environment.
func newTerminal(t *testing.T, w, h int, env ...string) *terminal {
	t.Helper()
	_, err := exec.LookPath("tmux")
	require.NoError(t, err, "tmux is needed: install the distribution's own")
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // a socket's path must be short
	require.NoError(t, err)
	term := &terminal{t: t, socket: filepath.Join(dir, "s"), state: t.TempDir()}
	t.Cleanup(func() {
		_ = term.tmux("kill-server").Run() // it may have ended
		_ = os.RemoveAll(dir)              // it is empty but for the socket
	})
	args := []string{"-u", "-f", "/dev/null", "new-session", "-d", "-s", "x", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h)}
	for _, pair := range append([]string{"PS1=shell: ", "XDG_STATE_HOME=" + term.state, "LC_ALL=C.UTF-8", "NO_COLOR=", "EDITOR="}, env...) {
		args = append(args, "-e", pair)
	}
	out, err := term.tmux(append(args, "bash", "--norc", "--noprofile", "-i")...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	term.see("shell:")
	return term
}

func (m *terminal) tmux(args ...string) *exec.Cmd {
	return exec.Command("tmux", append([]string{"-S", m.socket}, args...)...)
}

// run types a command line. Words are quoted for the shell.
func (m *terminal) run(words ...string) {
	m.t.Helper()
	for i, word := range words {
		words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	m.line(strings.Join(words, " "))
}

// inspect starts the inspector.
func (m *terminal) inspect(args ...string) {
	m.t.Helper()
	self, err := os.Executable()
	require.NoError(m.t, err)
	m.run(append([]string{self, asProgram, "inspect"}, args...)...)
}

// line types a line as it is.
func (m *terminal) line(text string) {
	m.t.Helper()
	m.text(text)
	m.keys("Enter")
}

// text types letters, keys presses keys by tmux's names.
func (m *terminal) text(text string) {
	m.t.Helper()
	out, err := m.tmux("send-keys", "-t", "x", "-l", text).CombinedOutput()
	require.NoError(m.t, err, "%s", out)
}

func (m *terminal) keys(names ...string) {
	m.t.Helper()
	out, err := m.tmux(append([]string{"send-keys", "-t", "x"}, names...)...).CombinedOutput()
	require.NoError(m.t, err, "%s", out)
}

// screen is what the terminal shows; coloured is the same with its sequences.
func (m *terminal) screen() string   { return m.capture() }
func (m *terminal) coloured() string { return m.capture("-e") }

func (m *terminal) capture(flags ...string) string {
	m.t.Helper()
	out, err := m.tmux(append([]string{"capture-pane", "-p", "-t", "x"}, flags...)...).Output()
	require.NoError(m.t, err)
	return string(out)
}

// size changes the terminal's size.
func (m *terminal) size(w, h int) {
	m.t.Helper()
	out, err := m.tmux("resize-window", "-t", "x", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h)).CombinedOutput()
	require.NoError(m.t, err, "%s", out)
}

// see waits until a text is on the screen, gone until it no longer is.
func (m *terminal) see(text string) {
	m.t.Helper()
	m.until(fmt.Sprintf("%q", text), func() bool { return strings.Contains(m.screen(), text) })
}

func (m *terminal) gone(text string) {
	m.t.Helper()
	m.until(fmt.Sprintf("%q to go", text), func() bool { return !strings.Contains(m.screen(), text) })
}

// ended waits until the shell answers again: the program is gone, and has written
// what it remembers.
func (m *terminal) ended() {
	m.t.Helper()
	m.see("shell:")
	m.line(`echo the shell is b""ack`)
	m.see("the shell is back")
}

// until looks again and again until something holds.
func (m *terminal) until(what string, holds func() bool) {
	m.t.Helper()
	deadline, again := time.NewTimer(patience), time.NewTicker(50*time.Millisecond)
	defer deadline.Stop()
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-deadline.C:
			require.FailNow(m.t, "waited in vain for "+what, "the terminal shows\n%s", m.screen())
		}
	}
}

// plays is the command that has the test's own program play a part.
func plays(t *testing.T, part string) []string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return []string{self, part}
}
