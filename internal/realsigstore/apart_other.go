//go:build unix && !linux

package realsigstore

import "syscall"

// apart is nil: there are no networks of a program's own here.
func apart() *syscall.SysProcAttr { return nil }
