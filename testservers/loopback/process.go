//go:build unix

// Package loopback runs what tests need on this machine alone: programs that end
// with the test, and a proxy behind which one handler is every host of the world.
// Only tests, and what tests start services with, import it.
package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const (
	startIn = 60 * time.Second // on a machine that does much else
	stopIn  = 10 * time.Second // after being asked to; then it is killed
)

// Process is a program that runs until it is stopped. Its methods may be called
// from several goroutines.
type Process struct {
	// Output is the last that it wrote.
	Output *Output

	name   string
	cmd    *exec.Cmd
	exited chan struct{}
}

// Start starts a program in dir with env and nothing else of ours; as are its
// attributes, Attributes or based on them.
func Start(program, dir string, as *syscall.SysProcAttr, env []string, args ...string) (*Process, error) {
	p := &Process{name: filepath.Base(program), cmd: exec.Command(program, args...), Output: &Output{}, exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env, p.cmd.SysProcAttr = dir, env, as
	p.cmd.Stdout, p.cmd.Stderr = p.Output, p.Output
	p.cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		defer close(p.exited)
		// Where a child ends with its parent, the parent is the thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // ended by our own signal, or noticed by Await
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", p.name, err)
	}
	return p, nil
}

// Await returns as soon as ready has no error, and fails when the program ends
// or takes longer than a minute.
func (p *Process) Await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startIn)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("%s ended before it was ready; it wrote:\n%s", p.name, p.Output)
		case <-ctx.Done():
			return fmt.Errorf("%s was not ready in time: %w; it wrote:\n%s", p.name, err, p.Output)
		case <-again.C:
		}
	}
}

// Stop ends the program's group: politely first, then for certain. PostgreSQL
// would let its clients finish if it were asked any other way.
func (p *Process) Stop() {
	group := p.cmd.Process.Pid
	_ = syscall.Kill(-group, syscall.SIGINT) // gone already is fine
	select {
	case <-p.exited:
	case <-time.After(stopIn):
	}
	_ = syscall.Kill(-group, syscall.SIGKILL) // what outlived the leader
	<-p.exited
}

// FreePorts answers n ports of the loopback interface where nobody listens.
func FreePorts(ctx context.Context, n int) ([]string, error) {
	var ports []string
	for range n {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }() // held until all are chosen
		at, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			return nil, errors.New("a TCP listener has no TCP address")
		}
		ports = append(ports, strconv.Itoa(at.Port))
	}
	return ports, nil
}

// FreeAddress answers a loopback address, HOST:PORT, where nobody listens.
func FreeAddress(ctx context.Context) (string, error) {
	ports, err := FreePorts(ctx, 1)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort("127.0.0.1", ports[0]), nil
}
