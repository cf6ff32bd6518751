//go:build unix && !linux

package loopback

import "syscall"

// Attributes have a program run in a group of its own.
func Attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
