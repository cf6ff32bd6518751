//go:build unix && !linux

package realsigstore

import "syscall"

// attributes have a program run in a group of its own.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// apart is nil: there are no networks of a program's own here.
func apart() *syscall.SysProcAttr { return nil }
