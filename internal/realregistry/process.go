//go:build unix

package realregistry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// process is a program that runs until it is stopped.
type process struct {
	name   string
	cmd    *exec.Cmd
	output *output
	exited chan struct{}
}

// startProcess starts a program as a user, or as oneself, in a group of its own.
func startProcess(program string, args, env []string, dir string, as *syscall.Credential) (*process, error) {
	p := &process{name: filepath.Base(program), cmd: exec.Command(program, args...), output: &output{}, exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = dir, env
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.WaitDelay = time.Second
	p.cmd.SysProcAttr = attributes(as)
	started := make(chan error)
	go func() {
		defer close(p.exited)
		// Where a child ends with its parent, the parent is the thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // ended by our own signal, or noticed by await
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", p.name, err)
	}
	return p, nil
}

// await returns as soon as ready has no error, and fails when the program ends
// or takes too long.
func (p *process) await(ctx context.Context, ready func(context.Context) error) error {
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
			return fmt.Errorf("%s ended before it was ready; it wrote:\n%s", p.name, p.output)
		case <-ctx.Done():
			return fmt.Errorf("%s was not ready in time: %w; it wrote:\n%s", p.name, err, p.output)
		case <-again.C:
		}
	}
}

// stop ends the program's group: politely first, then for certain.
func (p *process) stop() {
	group := p.cmd.Process.Pid
	_ = syscall.Kill(-group, syscall.SIGINT) // gone already is fine
	select {
	case <-p.exited:
	case <-time.After(10 * time.Second):
	}
	_ = syscall.Kill(-group, syscall.SIGKILL) // what outlived the leader
	<-p.exited
}

// freeAddress answers a loopback address where nobody listens.
func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := l.Addr().String()
	return address, errors.Join(l.Close())
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
