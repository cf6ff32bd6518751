//go:build unix

package tape

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup gives the server a process group, so that a signal from the keyboard
// reaches it once, through us, and not twice.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func signalGroup(cmd *exec.Cmd, s os.Signal) {
	if s, ok := s.(syscall.Signal); ok {
		_ = syscall.Kill(-cmd.Process.Pid, s) // it fails when nobody is left, which is the aim
	}
}

// exitCode is the code as a shell tells it.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
