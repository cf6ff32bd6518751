//go:build unix && !linux

package realregistry

import "syscall"

// attributes have a program run as a user in a group of its own.
func attributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: as}
}
