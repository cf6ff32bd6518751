package tape

import (
	"os/exec"
	"syscall"
)

// endWithUs asks the kernel to end the server when we are killed. The signal
// follows the thread that starts it, which the caller holds until the server's
// end.
func endWithUs(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM }
