package mcp

import (
	"os"
	"os/exec"
)

// ownGroup does nothing: Windows has no process groups in this sense. Only the
// server's own process is ended there; what it has started must end by itself
// when its standard streams close.
func ownGroup(*exec.Cmd) {}

// terminateGroup kills: Windows offers no request that a process without
// a console would hear.
func terminateGroup(cmd *exec.Cmd) string { return killGroup(cmd) }

func killGroup(cmd *exec.Cmd) string {
	_ = cmd.Process.Kill() // it fails when the process has ended, which is the aim
	return forcedKill
}

// groupEmpty is asked only after the process itself has ended.
func groupEmpty(*exec.Cmd) bool { return true }

func signalName(*os.ProcessState) string { return "" }
