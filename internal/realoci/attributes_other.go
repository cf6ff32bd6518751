//go:build unix && !linux

package realoci

import "syscall"

// attributes are none: the cleanup of the test ends the program.
func attributes() *syscall.SysProcAttr { return nil }
