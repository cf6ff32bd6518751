//go:build unix

package realoci

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mcpctl/mcpctl/testservers"
	"github.com/mcpctl/mcpctl/testservers/loopback"
)

// program is looked for once: the answer costs a shell.
var program = sync.OnceValues(func() (string, error) { return testservers.Program("docker-registry") })

// startDistribution starts the program in a folder of the test's own and answers
// its address once it accepts connections.
func startDistribution(t testing.TB, o Options) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	address, err := loopback.FreeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := loopback.Start(path, t.TempDir(), loopback.Attributes(), os.Environ(), "serve", configure(t, address, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("docker-registry wrote:\n%s", p.Output)
		}
	})
	err = p.Await(t.Context(), func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return conn.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func configure(t testing.TB, address string, o Options) string {
	t.Helper()
	dir := t.TempDir()
	auth := ""
	if o.Private {
		passwords := filepath.Join(dir, "htpasswd")
		write(t, passwords, htpasswd)
		auth = fmt.Sprintf("auth: {htpasswd: {realm: realoci, path: %q}}\n", passwords)
	}
	config := filepath.Join(dir, "config.yml")
	write(t, config, fmt.Sprintf("version: 0.1\nlog: {level: warn, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: %q}, delete: {enabled: %v}}\nhttp: {addr: %q}\n%s",
		filepath.Join(dir, "storage"), !o.KeepAll, address, auth))
	return config
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// quiet is a logger for what only matters when the test fails.
func quiet(t testing.TB) *log.Logger { //nolint:forbidigo // the library takes no other
	written := &loopback.Output{}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the registry wrote:\n%s", written)
		}
	})
	return log.New(written, "", 0) //nolint:forbidigo // it writes to memory
}
