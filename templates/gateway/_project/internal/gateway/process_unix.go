//go:build unix

package gateway

import (
	"os/exec"
	"syscall"
)

// inGroup gives a process a group of its own: a launcher such as npx or uvx is
// then ended together with what it has started, and ctrl-C reaches the gateway
// alone, which drains before it ends the others.
func inGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// The errors say that the group is gone, which is what is wanted.
func endGroup(cmd *exec.Cmd)  { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
