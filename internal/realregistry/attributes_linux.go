package realregistry

import "syscall"

// attributes have a program run as a user in a group of its own, and end with
// the test even if that is killed.
func attributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: as, Pdeathsig: syscall.SIGINT}
}
