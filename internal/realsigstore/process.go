//go:build unix

package realsigstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/testservers"
)

const (
	startIn = 60 * time.Second // on a machine that does much else
	stopIn  = 5 * time.Second  // after being asked to; then it is killed
)

// process is a program that runs until it is stopped.
type process struct {
	name   string
	cmd    *exec.Cmd
	output output
	exited chan struct{}
}

// start starts one of the pinned programs in dir, with env and little else.
func start(name, dir string, as *syscall.SysProcAttr, env []string, args ...string) (*process, error) {
	program, err := testservers.Program(name)
	if err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: exec.Command(program, args...), exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env, p.cmd.SysProcAttr = dir, append([]string{"HOME=" + dir, "TMPDIR=" + dir}, env...), as
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		defer close(p.exited)
		// A child that ends with its parent ends with the parent's thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // ended by our own signal, or noticed by await
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", name, err)
	}
	return p, nil
}

// await returns as soon as address answers a GET with 200.
func (p *process) await(address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startIn)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		_, err := get(ctx, address)
		if err == nil {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("%s ended before it was ready; it wrote:\n%s", p.name, &p.output)
		case <-ctx.Done():
			return fmt.Errorf("%s was not ready in time: %w; it wrote:\n%s", p.name, err, &p.output)
		case <-again.C:
		}
	}
}

// stop ends the program's group: politely first, then for certain.
func (p *process) stop() {
	group := p.cmd.Process.Pid
	_ = syscall.Kill(-group, syscall.SIGTERM) // gone already is fine
	select {
	case <-p.exited:
	case <-time.After(stopIn):
	}
	_ = syscall.Kill(-group, syscall.SIGKILL) // what outlived the leader
	<-p.exited
}

// get answers the body of a document.
func get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(nil, resp.Body, 1<<20)); err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s: %s", address, resp.Status, &body)
	}
	return body.Bytes(), nil
}

// freePorts answers ports of the loopback interface where nobody listens.
func freePorts(n int) ([]string, error) {
	var ports []string
	for range n {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }() // held until all are chosen
		ports = append(ports, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	return ports, nil
}

// lock makes this the only process that holds path, and waits its turn.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	deadline := time.NewTimer(10 * time.Minute)
	defer deadline.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		select {
		case <-deadline.C:
			return nil, errors.Join(fmt.Errorf("%s is held by another test: %w", path, err), f.Close())
		case <-again.C:
		}
	}
}

// output keeps the last that a program wrote.
type output struct {
	mu   sync.Mutex
	kept []byte
}

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
