//go:build unix

package realoci

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mcpctl/mcpctl/testservers"
)

const (
	startIn = 20 * time.Second
	stopIn  = 3 * time.Second // after SIGTERM; then it is killed
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
	address := freeAddress(t)
	cmd := exec.Command(path, "serve", configure(t, address, o))
	written := &output{}
	cmd.Stdout, cmd.Stderr = written, written
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = time.Second
	exited := start(t, cmd)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // gone already is fine
		select {
		case <-exited:
		case <-time.After(stopIn):
			_ = cmd.Process.Kill()
			<-exited
		}
		if t.Failed() {
			t.Logf("docker-registry wrote:\n%s", written)
		}
	})
	if err := accepts(t.Context(), address, exited); err != nil {
		t.Fatalf("docker-registry at %s: %v; it wrote:\n%s", address, err, written)
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

// start runs the program from a thread that lives as long: where a child ends
// with its parent, the parent is the thread.
func start(t testing.TB, cmd *exec.Cmd) <-chan struct{} {
	t.Helper()
	started, exited := make(chan error), make(chan struct{})
	go func() {
		defer close(exited)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // ended by our own signal, or noticed by accepts
		}
	}()
	if err := <-started; err != nil {
		t.Fatalf("cannot start %s: %v", cmd.Path, err)
	}
	return exited
}

func accepts(ctx context.Context, address string, exited <-chan struct{}) error {
	dialer := net.Dialer{Timeout: time.Second}
	deadline := time.NewTimer(startIn)
	defer deadline.Stop()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-exited:
			return errors.New("it ended before it accepted a connection")
		case <-deadline.C:
			return fmt.Errorf("it accepted no connection within %v: %w", startIn, err)
		case <-again.C:
		}
	}
}

func freeAddress(t testing.TB) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

// quiet is a logger for what only matters when the test fails.
func quiet(t testing.TB) *log.Logger { //nolint:forbidigo // the library takes no other
	written := &output{}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the registry wrote:\n%s", written)
		}
	})
	return log.New(written, "", 0) //nolint:forbidigo // it writes to memory
}

// output keeps the last that a program wrote.
type output struct {
	mu   sync.Mutex
	kept []byte
}

var _ io.Writer = (*output)(nil)

const outputCap = 64 << 10 // bytes

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = append(o.kept, b...)
	if over := len(o.kept) - outputCap; over > 0 {
		o.kept = bytes.Clone(o.kept[over:])
	}
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.kept)
}
