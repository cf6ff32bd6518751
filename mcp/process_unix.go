//go:build unix

package mcp

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes the process the leader of a new group. The kernel's signal on
// the parent's death (Pdeathsig) is left out on purpose: it follows the
// parent's thread, and Go ends threads at will.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminateGroup(cmd *exec.Cmd) string {
	return signalGroup(cmd, syscall.SIGTERM, forcedTerminate)
}

func killGroup(cmd *exec.Cmd) string { return signalGroup(cmd, syscall.SIGKILL, forcedKill) }

func signalGroup(cmd *exec.Cmd, s syscall.Signal, name string) string {
	_ = syscall.Kill(-cmd.Process.Pid, s) // it fails when nobody is left, which is the aim
	return name
}

// groupEmpty reports whether nobody that may be signalled is in the group. A
// process that took a session of its own (setsid) has left it and is not
// found.
func groupEmpty(cmd *exec.Cmd) bool { return syscall.Kill(-cmd.Process.Pid, 0) != nil }

// signalName is the name of the signal that ended a process, "" for none.
func signalName(state *os.ProcessState) string {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return ""
	}
	switch s := status.Signal(); s {
	case syscall.SIGHUP:
		return "SIGHUP"
	case syscall.SIGINT:
		return "SIGINT"
	case syscall.SIGQUIT:
		return "SIGQUIT"
	case syscall.SIGILL:
		return "SIGILL"
	case syscall.SIGTRAP:
		return "SIGTRAP"
	case syscall.SIGABRT:
		return "SIGABRT"
	case syscall.SIGBUS:
		return "SIGBUS"
	case syscall.SIGFPE:
		return "SIGFPE"
	case syscall.SIGKILL:
		return "SIGKILL"
	case syscall.SIGSEGV:
		return "SIGSEGV"
	case syscall.SIGPIPE:
		return "SIGPIPE"
	case syscall.SIGALRM:
		return "SIGALRM"
	case syscall.SIGTERM:
		return "SIGTERM"
	default:
		return fmt.Sprintf("signal %d", int(s))
	}
}
