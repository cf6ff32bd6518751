package loopback

import "syscall"

// Attributes have a program run in a group of its own, and end with the test even
// if that is killed.
func Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
}
