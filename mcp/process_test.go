//go:build unix

package mcp

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requireGone asserts that nobody is left in the process group pid.
func requireGone(t *testing.T, pid int) {
	t.Helper()
	if pid == 0 {
		return
	}
	require.Eventually(t, func() bool { return syscall.Kill(-pid, 0) == syscall.ESRCH },
		within10, 5*time.Millisecond, "a process is left in group %d", pid)
}

// leaveGroup gives the process a session, and so a group, of its own.
func leaveGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// quick makes every stage of ending short, for servers that need them all.
func quick() Limits {
	limits := stdioLimits()
	limits.Exit = 150 * time.Millisecond
	return limits
}

// closing closes the transport and returns how the process ended, after having
// checked that it took no longer than promised.
func closing(t *testing.T, tr *stdio) Exit {
	t.Helper()
	began := time.Now()
	require.NoError(t, tr.Close(t.Context()))
	assert.Less(t, time.Since(began), 3*tr.limits.Exit+3*time.Second)
	exit, ok := tr.Exit()
	require.True(t, ok)
	return exit
}

func TestProcessEndsWithItsInput(t *testing.T) {
	tr, _ := play(t, "plain", stdioLimits())
	require.NoError(t, ask(t, tr, 1).Err())
	_, ok := tr.Exit()
	assert.False(t, ok, "it is running")
	exit := closing(t, tr)
	assert.Equal(t, Exit{Code: 0, After: exit.After}, exit)
	assert.Positive(t, exit.After)
	assert.ErrorIs(t, tr.Log().Ended(), ErrClosed)
}

func TestProcessExitsAtOnce(t *testing.T) {
	tr, _ := play(t, "exit", stdioLimits())
	x, err := start(tr, 1, Request{Method: "initialize"})
	if err == nil {
		finish(t, x)
		err = x.Err()
	}
	require.ErrorIs(t, err, ErrClosed)
	exit, ok := tr.Exit()
	require.True(t, ok, "how it ended is known when the exchange is over")
	assert.Equal(t, Exit{Code: 3, Stderr: []byte("fatal: no configuration\n")}, exit)
	_, err = start(tr, 2, Request{Method: "ping"})
	assert.ErrorIs(t, err, ErrClosed)
}

func TestProcessDiesBySignal(t *testing.T) {
	tr, _ := play(t, "crash", stdioLimits())
	x := ask(t, tr, 1)
	assert.ErrorIs(t, x.Err(), ErrClosed)
	exit, ok := tr.Exit()
	require.True(t, ok)
	assert.Equal(t, Exit{Code: -1, Signal: "SIGKILL"}, exit)
}

func TestProcessClosesOutputAndStays(t *testing.T) {
	tr, _ := play(t, "hush", quick())
	x, err := start(tr, 1, Request{Method: "ping"})
	if err == nil {
		finish(t, x)
		err = x.Err()
	}
	assert.ErrorIs(t, err, ErrClosed)
	assert.Equal(t, forcedTerminate, closing(t, tr).Forced)
}

func TestProcessIgnoresEverything(t *testing.T) {
	tr, _ := play(t, "stubborn", quick())
	require.NoError(t, ask(t, tr, 1).Err()) // by now it ignores signals
	exit := closing(t, tr)
	assert.Equal(t, Exit{Code: -1, Signal: "SIGKILL", Forced: forcedKill, After: exit.After}, exit)
	assert.GreaterOrEqual(t, exit.After, 2*tr.limits.Exit)
}

func TestProcessTerminates(t *testing.T) {
	tr, _ := play(t, "deaf", quick())
	exit := closing(t, tr)
	assert.Equal(t, Exit{Code: -1, Signal: "SIGTERM", Forced: forcedTerminate, After: exit.After}, exit)
}

func TestProcessKilledWhenContextEnds(t *testing.T) {
	tr, _ := play(t, "stubborn", stdioLimits())
	require.NoError(t, ask(t, tr, 1).Err())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	require.NoError(t, tr.Close(ctx))
	assert.Less(t, time.Since(began), tr.limits.Exit, "no stage is waited for")
	exit, _ := tr.Exit()
	assert.Equal(t, forcedKill, exit.Forced)
}

func TestProcessClosedByMany(t *testing.T) {
	tr, _ := play(t, "stubborn", quick())
	require.NoError(t, ask(t, tr, 1).Err())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { assert.NoError(t, tr.Close(t.Context())) })
	}
	all.Wait()
	exit, ok := tr.Exit()
	assert.True(t, ok)
	assert.Equal(t, "SIGKILL", exit.Signal)
}

// TestProcessChildrenGoToo: a child that ignores SIGHUP and holds the streams
// open hangs nothing and does not stay, whether its parent ended before it was
// asked to or after.
func TestProcessChildrenGoToo(t *testing.T) {
	t.Run("the parent answers", func(t *testing.T) {
		tr, _ := play(t, "parent", stdioLimits())
		require.NoError(t, ask(t, tr, 1).Err())
		exit := closing(t, tr)
		assert.Equal(t, Exit{Code: 0, After: exit.After}, exit)
	})
	t.Run("the parent leaves", func(t *testing.T) {
		tr, _ := play(t, "abandon", stdioLimits())
		x, err := start(tr, 1, Request{Method: "ping"})
		if err == nil {
			finish(t, x) // though the child holds standard output open
			err = x.Err()
		}
		assert.ErrorIs(t, err, ErrClosed)
		assert.Zero(t, closing(t, tr).Code)
	})
}

// TestProcessChildThatEscapes: a child that left the group is out of reach, but
// though it holds the streams open, it hangs nothing.
func TestProcessChildThatEscapes(t *testing.T) {
	tr, _ := play(t, "escape", stdioLimits())
	m, err := untilFrame(t, tr, "escaped").Message()
	require.NoError(t, err)
	pid, ok := m.Params().Get("pid").Int()
	require.True(t, ok)
	assert.Zero(t, closing(t, tr).Code)
	assert.NoError(t, syscall.Kill(int(pid), syscall.SIGKILL), "it is still there")
}

func TestProcessWritesAnEndlessLine(t *testing.T) {
	for _, scenario := range []string{"endless", "drip"} {
		t.Run(scenario, func(t *testing.T) {
			tr, _ := play(t, scenario, stdioLimits())
			before := allocated()
			x := ask(t, tr, 1)
			require.ErrorIs(t, x.Err(), ErrTooLong)
			assert.ErrorIs(t, tr.Log().Ended(), ErrTooLong)
			assert.Less(t, allocated()-before, uint64(16*tr.limits.Frame))
			frames := outputOf(tr)
			require.Len(t, frames, 1)
			assert.True(t, frames[0].Cut())
			assert.Greater(t, frames[0].Size, tr.limits.Frame)
			assert.Len(t, frames[0].Data, headBytes)
			exit := closing(t, tr)
			assert.Equal(t, "SIGKILL", exit.Signal)
			assert.Equal(t, forcedKill, exit.Forced)
		})
	}
}

func TestProcessFloods(t *testing.T) {
	tr, _ := play(t, "flood", stdioLimits())
	x := ask(t, tr, 1)
	require.ErrorIs(t, x.Err(), ErrTooLong)
	assert.LessOrEqual(t, len(tr.Log().Frames()), tr.limits.Frames)
	assert.Positive(t, tr.Log().Dropped())
	assert.Equal(t, forcedKill, closing(t, tr).Forced)
}

func TestProcessWritesMuchToStderr(t *testing.T) {
	tr, _ := play(t, "loud", stdioLimits())
	before := allocated()
	x := ask(t, tr, 1)
	require.NoError(t, x.Err())
	assert.Less(t, allocated()-before, uint64(4<<20))
	require.NoError(t, tr.Close(t.Context()))
	total, valid := tr.StderrMeasure()
	assert.EqualValues(t, 64<<20, total)
	assert.False(t, valid)
	assert.Len(t, tr.Stderr(), tr.limits.Stderr)
	assert.Equal(t, strings.Repeat("\xff!", tr.limits.Stderr/2), string(tr.Stderr()))
}

func TestProcessDoesNotRead(t *testing.T) {
	limits := quick()
	limits.Call = 300 * time.Millisecond
	tr, _ := play(t, "deaf", limits)
	began := time.Now()
	_, err := start(tr, nil, Request{Raw: make([]byte, 4<<20), Notification: true})
	require.ErrorIs(t, err, ErrTimeout)
	assert.ErrorContains(t, err, "does not read its standard input")
	_, err = start(tr, 1, Request{Method: "ping", Timeout: 100 * time.Millisecond})
	require.ErrorIs(t, err, ErrTimeout, "the next one waits behind")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	x := newExchange(Request{Method: "ping"}, []byte("{}"), Value{})
	tr.Log().open(x)
	require.ErrorIs(t, tr.Send(ctx, x), context.Canceled)
	assert.Less(t, time.Since(began), within10)
	assert.Equal(t, forcedTerminate, closing(t, tr).Forced)
}

func TestProcessThatCannotStart(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(plain, []byte("text"), 0o600))
	local := filepath.Join(dir, "local")
	require.NoError(t, os.WriteFile(local, []byte("#!/bin/sh\n"), 0o700))
	t.Chdir(dir)
	t.Setenv("PATH", "."+string(os.PathListSeparator)+os.Getenv("PATH"))
	tests := map[string]struct {
		target Target
		cause  Cause
		what   string
		hint   string
		err    error
	}{
		"nothing":          {Target{}, CauseUsage, "there is no command", "after --", nil},
		"empty":            {Target{Command: []string{""}}, CauseNotFound, "no such command", "PATH", exec.ErrNotFound},
		"unknown":          {Target{Command: []string{"no-such-command-anywhere"}}, CauseNotFound, `cannot start "no-such-command-anywhere": no such command`, "PATH", exec.ErrNotFound},
		"one word":         {Target{Command: []string{"node server.js"}}, CauseNotFound, "no such command", "separate words", exec.ErrNotFound},
		"not there":        {Target{Command: []string{"./none"}}, CauseNotFound, "no such command", "", os.ErrNotExist},
		"no program":       {Target{Command: []string{plain}}, CauseNotFound, "not a program that may be run", "interpreter", os.ErrPermission},
		"only in this one": {Target{Command: []string{"local"}}, CauseNotFound, "only in the current folder", "./local", exec.ErrDot},
		"no such folder":   {Target{Command: []string{local}, Dir: filepath.Join(dir, "gone")}, CauseUsage, "in its folder", "exists", os.ErrNotExist},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := dialStdio(t.Context(), test.target, Options{Limits: stdioLimits()}, func(Message, *Exchange) {})
			var refusal *ConnectError
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, test.cause, refusal.Cause)
			assert.Contains(t, refusal.What, test.what)
			assert.Contains(t, refusal.Hint, test.hint)
			assert.NotContains(t, refusal.What, "\n")
			if test.err != nil {
				assert.ErrorIs(t, err, test.err)
			}
		})
	}
}

// TestProcessIsFoundFromItsFolder: a relative path is meant from the folder
// that the process runs in, as with cd and then the command.
func TestProcessIsFoundFromItsFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "server"), []byte("#!/bin/sh\necho '{\"method\":\"here\"}'\n"), 0o700))
	tr, _ := dial(t, Target{Command: []string{"./server"}, Dir: dir}, stdioLimits())
	untilFrame(t, tr, "here")
	t.Chdir(dir)
	tr, _ = dial(t, Target{Command: []string{"./server"}}, stdioLimits())
	untilFrame(t, tr, "here")
}
