//go:build unix

package realregistry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/mcpctl/mcpctl/testservers"
	"github.com/mcpctl/mcpctl/testservers/loopback"
)

// startPostgres makes a database in dir, a folder yet to be made, and serves
// it. It answers the database's address. It promises nothing about a crash of
// the machine, which makes it fast.
func startPostgres(ctx context.Context, dir string) (address string, stop func(), err error) {
	server, err := testservers.Program("postgres")
	if err != nil {
		return "", nil, err
	}
	as, err := databaseUser()
	if err != nil {
		return "", nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", nil, err
	}
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return "", nil, err
		}
	}
	env := []string{"HOME=" + dir, "LC_ALL=C", "TZ=UTC"}
	beside := filepath.Dir(server)
	initdb := exec.CommandContext(ctx, filepath.Join(beside, "initdb"), "-D", dir, "-U", "mcp", "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.Env, initdb.SysProcAttr = dir, env, &syscall.SysProcAttr{Credential: as}
	if said, err := initdb.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w; it wrote:\n%s", err, said)
	}

	listen, err := loopback.FreeAddress(ctx)
	if err != nil {
		return "", nil, err
	}
	host, port, _ := net.SplitHostPort(listen)
	attributes := loopback.Attributes()
	attributes.Credential = as
	p, err := loopback.Start(server, dir, attributes, env,
		"-D", dir, "-h", host, "-p", port,
		"-k", "", // no Unix socket: its path has a limit that temporary folders break
		"-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB",
	)
	if err != nil {
		return "", nil, err
	}
	err = p.Await(ctx, func(ctx context.Context) error {
		return exec.CommandContext(ctx, filepath.Join(beside, "pg_isready"), "-q", "-h", host, "-p", port).Run()
	})
	if err != nil {
		p.Stop()
		return "", nil, err
	}
	return "postgres://mcp@" + listen + "/postgres?sslmode=disable", p.Stop, nil
}

// databaseUser is the user postgres for root, whom PostgreSQL refuses, and
// nobody in particular else.
func databaseUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user for it: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}
