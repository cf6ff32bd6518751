//go:build unix

package realtui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/testservers"
)

// Each of two real servers is looked into over both transports, at the three
// sizes.
func TestRealServersAreLookedInto(t *testing.T) {
	dir := testservers.Dir(t)
	for _, one := range []struct {
		server, tool string
		fill         []string // the form, key by key
		says         string
	}{
		{"everything", "get-tiny", nil, "The image above"},
		{"go-sdk", "greet", []string{"Space", "Ada", "Enter"}, "Hi Ada"},
	} {
		s := testservers.Find(t, dir, one.server)
		for _, transport := range []string{"stdio", "http"} {
			t.Run(one.server+" "+transport, func(t *testing.T) {
				t.Parallel()
				term := newTerminal(t, 120, 36)
				if transport == "stdio" {
					term.inspect(append([]string{"--"}, s.Stdio...)...)
				} else {
					term.inspect(testservers.StartHTTP(t, s))
				}
				term.see("ready")
				term.keys("2")
				term.see(one.tool)
				term.text("/" + one.tool)
				term.keys("Enter", "Enter")
				term.keys(one.fill...)
				term.keys("Enter")
				term.see(one.says)
				term.see("ok")
				term.text("5")
				term.see("tools/list")
				for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 36}} {
					term.size(size[0], size[1])
					term.until("the tab line in one line", func() bool {
						lines := strings.Split(term.screen(), "\n")
						return strings.Contains(lines[1], "5▸Traffic") && strings.Contains(lines[2], "[Traffic")
					})
				}
				term.keys("q")
				term.ended()
			})
		}
	}
}

func TestTheTerminalIsGivenBack(t *testing.T) {
	t.Run("after q", func(t *testing.T) {
		term, pid := inspected(t, 80, 24)
		term.keys("q")
		term.gone("Overview")
		term.line("echo code=$?; stty -a | grep -o ' -*echo '")
		term.see("code=0")
		term.see(" echo ")
		gone(t, pid)
	})
	t.Run("after ctrl+c", func(t *testing.T) {
		term, pid := inspected(t, 80, 24)
		term.keys("C-c")
		term.gone("Overview")
		term.ended()
		gone(t, pid)
	})
	t.Run("after kill -TERM", func(t *testing.T) {
		term, pid := inspected(t, 80, 24)
		out, err := term.tmux("list-panes", "-t", "x", "-F", "#{pane_pid}").Output()
		require.NoError(t, err)
		shell := strings.TrimSpace(string(out))
		program := childOf(t, shell)
		require.NoError(t, syscall.Kill(program, syscall.SIGTERM))
		term.gone("Overview")
		gone(t, program) // until then it may read what is typed
		term.line("echo code=$?; stty -a | grep -o ' -*echo '")
		term.see("code=130")
		term.see(" echo ")
		gone(t, pid)
	})
	t.Run("while it is suspended", func(t *testing.T) {
		term, _ := inspected(t, 80, 24)
		term.keys("C-z")
		term.see("Stopped")
		term.line("echo between")
		term.see("between")
		term.line("fg")
		term.see("1▸Overview")
		term.keys("2")
		term.see("[Tools")
	})
}

func TestAStormOfSizesLeavesAProperScreen(t *testing.T) {
	term, _ := inspected(t, 120, 36)
	for i := range 60 {
		term.size(20+(i*37)%140, 5+(i*13)%40)
	}
	term.size(40, 10)
	term.see("needs 60x16")
	term.size(80, 24)
	term.see("1▸Overview")
	term.keys("2")
	term.see("[Tools")
	assert.NotContains(t, term.screen(), "needs 60x16")
}

func TestColoursAreThoseOfTheTerminal(t *testing.T) {
	colours := regexp.MustCompile(`\x1b\[([0-9]+;)*([34][0-8]|9[0-7])[;m]`).MatchString // 39 and 49 end one
	with, _ := inspected(t, 80, 24)
	with.until("colours", func() bool { return colours(with.coloured()) })
	without, _ := inspected(t, 80, 24, "NO_COLOR=1")
	without.keys("2")
	without.see("[Tools")
	assert.False(t, colours(without.coloured()), "%q", without.coloured())
}

func TestATerminalThatCanShowNothing(t *testing.T) {
	term := newTerminal(t, 100, 24)
	term.line("TERM=dumb")
	term.inspect(append([]string{"--"}, plays(t, asServer)...)...)
	term.see("can show no screen")
	term.line("TERM=xterm")
	self := plays(t, asProgram)
	term.line(self[0] + " " + self[1] + " inspect http://127.0.0.1:1/ < /dev/null; echo code=$?")
	term.see("needs a terminal")
	term.see("code=2")
}

func TestAServerThatDiesInACallIsStartedAgain(t *testing.T) {
	term, first := inspected(t, 100, 30)
	term.text("2/die")
	term.keys("Enter")
	term.text("r")
	term.see("ended before it answered")
	gone(t, first)
	term.see("tools 4") // started again after a second, by itself
	term.keys("Escape") // with the next key at once it would be alt
	term.see("[Tools")
	term.text("/take")
	term.keys("Enter")
	term.text("r")
	term.see("it got")
}

func TestTenMegabytesAreShownAtOnce(t *testing.T) {
	term, _ := inspected(t, 100, 30)
	term.text("2/huge")
	term.keys("Enter")
	term.text("r")
	term.see("a line of ten megabytes")
	term.see("m shows it")
	term.text("mG")
	term.see("100%")
}

func TestArgumentsAreEditedInTheUsersEditor(t *testing.T) {
	term, _ := inspected(t, 100, 30, "EDITOR="+strings.Join(plays(t, asEditor), " "))
	term.text("2/take")
	term.keys("Enter")
	term.text("e")
	term.see("edited outside")
	term.text("r")
	term.see("it got edited outside")
}

func TestACallIsCancelledAndTheProgramGoesOn(t *testing.T) {
	term, _ := inspected(t, 100, 30)
	term.text("2/wait")
	term.keys("Enter")
	term.text("r")
	term.see("runs for 1 s")
	term.keys("C-c")
	term.see("cancelled")
	term.text("q")
	term.ended()
}

// inspected is a terminal in which the inspector has connected to our own server,
// whose process id comes along.
func inspected(t *testing.T, w, h int, env ...string) (*terminal, int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pid")
	term := newTerminal(t, w, h, append(env, "REALTUI_PID="+file)...)
	term.inspect(append([]string{"--"}, plays(t, asServer)...)...)
	term.see("tools 4") // the list is there
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	pid, err := strconv.Atoi(string(data))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, 0), "the server does not run")
	return term, pid
}

// gone waits until a process has ended.
func gone(t *testing.T, pid int) {
	t.Helper()
	(&terminal{t: t}).until(fmt.Sprintf("process %d to end", pid), func() bool { return syscall.Kill(pid, 0) != nil })
}

// childOf is the process that a shell has started.
func childOf(t *testing.T, shell string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("/proc", shell, "task", shell, "children"))
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.Fields(string(data))[0])
	require.NoError(t, err)
	return pid
}
