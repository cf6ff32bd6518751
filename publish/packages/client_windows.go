package packages

import "os/exec"

// ownGroup does nothing: Windows has no process groups in this sense.
func ownGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
