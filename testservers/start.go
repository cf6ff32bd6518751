//go:build unix

package testservers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startIn = 30 * time.Second // a cold Node or Python start on a busy machine
	stopIn  = 3 * time.Second  // after SIGTERM; then the group is killed
	logCap  = 64 << 10         // bytes of the server's own output that are kept
)

// StartHTTP starts s with Streamable HTTP on a free loopback port and answers
// the endpoint's URL once it accepts connections. When the test ends the whole
// process group is stopped; if the test failed, what the server wrote is logged.
func StartHTTP(t testing.TB, s Server) string {
	t.Helper()
	return start(t, s, s.HTTP, s.HTTPPath, "Streamable HTTP")
}

// StartSSE is StartHTTP for the HTTP+SSE transport of 2024-11-05.
func StartSSE(t testing.TB, s Server) string {
	t.Helper()
	return start(t, s, s.SSE, s.SSEPath, "HTTP+SSE")
}

func start(t testing.TB, s Server, command func(int) []string, path, transport string) string {
	t.Helper()
	if command == nil {
		t.Fatalf("%s does not speak %s", s.Name, transport)
	}
	port := FreePort(t)
	argv := command(port)
	cmd := exec.Command(argv[0], argv[1:]...)
	// A group of its own, so that a server's children can be stopped with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	output := &tail{}
	cmd.Stdout, cmd.Stderr = output, output
	if s.Stderr != nil {
		cmd.Stderr = io.MultiWriter(output, s.Stderr)
	}
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("cannot start %s: %v", s.Name, err)
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait() // ended by our own signal, or noticed by whoever talks to it
	}()
	t.Cleanup(func() {
		stop(cmd.Process.Pid, exited)
		if t.Failed() {
			t.Logf("%s wrote:\n%s", s.Name, output)
		}
	})
	if err := accepts(port, exited); err != nil {
		t.Fatalf("%s over %s at port %d: %v; it wrote:\n%s", s.Name, transport, port, err, output)
	}
	return fmt.Sprintf("http://%s:%d%s", s.Host, port, path)
}

// accepts answers nil as soon as the port takes a connection.
func accepts(port int, exited <-chan struct{}) error {
	deadline := time.NewTimer(startIn)
	defer deadline.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := net.DialTimeout("tcp", Loopback(port), time.Second)
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

// stop ends the process group: politely first, then for certain.
func stop(group int, exited <-chan struct{}) {
	_ = syscall.Kill(-group, syscall.SIGTERM) // already gone is fine
	select {
	case <-exited:
	case <-time.After(stopIn):
	}
	_ = syscall.Kill(-group, syscall.SIGKILL) // children that outlived the leader
	<-exited
}

// FreePort answers a loopback port that is free, from a range below the one that
// systems give out by themselves: what a slow server is to listen on must not go
// to another program while it starts.
func FreePort(t testing.TB) int {
	t.Helper()
	const first, count, tries = 20_000, 10_000, 100
	for range tries {
		port := first + rand.IntN(count)
		if l, err := net.Listen("tcp", Loopback(port)); err == nil {
			_ = l.Close() // it only tried the number
			return port
		}
	}
	t.Fatalf("found no free loopback port from %d to %d", first, first+count)
	return 0
}

// tail keeps the last logCap bytes written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

var _ io.Writer = (*tail)(nil)

func (w *tail) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept = append(w.kept, p...)
	if over := len(w.kept) - logCap; over > 0 {
		w.kept = bytes.Clone(w.kept[over:])
	}
	return len(p), nil
}

func (w *tail) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.kept)
}
