//go:build !unix

package gateway

import "os/exec"

// Without process groups only the process itself can be ended.
func inGroup(*exec.Cmd)       {}
func endGroup(*exec.Cmd)      {}
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
