package realsigstore

import (
	"os"
	"syscall"

	"github.com/mcpctl/mcpctl/testservers/loopback"
)

// apart are attributes with a network of the program's own besides, where the
// system lets one have it: ports that it insists on are nobody else's there.
func apart() *syscall.SysProcAttr {
	a := loopback.Attributes()
	a.Cloneflags = syscall.CLONE_NEWNET
	if os.Geteuid() != 0 {
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	return a
}
