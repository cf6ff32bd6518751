package mcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// peer is the server at the far end of the standard streams, and the ways to
// end it.
type peer struct {
	stdin          io.WriteCloser
	stdout, stderr io.ReadCloser
	// pid is the process and its group; 0 for a server within this process.
	pid int
	// wait returns when the server has ended, with code and signal.
	wait func() (code int, signal string)
	// terminate asks the server to end, kill makes it; forced is the name of
	// what was really done.
	terminate, kill func() (forced string)
	// sweep ends what the server has left behind, with patience between its
	// steps. Nothing is signalled after it.
	sweep func(patience time.Duration)
}

// startPeer starts what target names.
func startPeer(ctx context.Context, target Target) (*peer, error) {
	switch {
	case target.Pipe != nil:
		return startPipe(ctx, target)
	case len(target.Command) == 0:
		return nil, &ConnectError{Cause: CauseUsage, What: "there is no command to start", Hint: "Write it after --, as in: -- node server.js"}
	}
	return startProcess(target)
}

// startProcess starts the command in a process group of its own, so that what
// it starts in turn can be ended with it.
func startProcess(target Target) (*peer, error) {
	if err := enterable(target.Dir); err != nil {
		return nil, err
	}
	path, err := lookUp(target)
	if err != nil {
		return nil, notFound(target, err)
	}
	cmd := exec.Command(path, target.Command[1:]...)
	cmd.Args[0] = target.Command[0]
	cmd.Dir, cmd.Env = target.Dir, target.environ()
	ownGroup(cmd)
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	stderr, err3 := cmd.StderrPipe()
	if err := errors.Join(err1, err2, err3); err != nil {
		closeAll(stdin, stdout, stderr)
		return nil, &ConnectError{Cause: CauseUnreachable, What: fmt.Sprintf("cannot start %q: no pipe to it: %v", target.Command[0], err), Err: err}
	}
	if err := cmd.Start(); err != nil {
		return nil, notFound(target, err)
	}
	p := &process{cmd: cmd}
	return &peer{
		stdin: stdin, stdout: stdout, stderr: stderr, pid: cmd.Process.Pid,
		wait: p.wait, terminate: p.terminate, kill: p.kill, sweep: p.sweep,
	}, nil
}

// closeAll closes those that are there.
func closeAll(all ...io.Closer) {
	for _, c := range all {
		if c != nil {
			_ = c.Close() // nothing was or will be written that could be lost
		}
	}
}

// enterable checks the folder for the process first: once it has been started,
// a missing folder and a missing program cannot be told apart.
func enterable(dir string) error {
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "enter", Path: dir, Err: errors.New("not a folder")}
	}
	if err != nil {
		return &ConnectError{Cause: CauseUsage, What: fmt.Sprintf("cannot run the server in its folder: %v", err), Hint: "Name a folder that exists.", Err: err}
	}
	return nil
}

// lookUp finds the program. Like a shell it takes a name with a separator from
// the folder the process will run in, and any other from PATH; unlike some, it
// never takes a bare name from the current folder (exec.ErrDot).
func lookUp(target Target) (string, error) {
	name := target.Command[0]
	if name == "" {
		return "", exec.ErrNotFound
	}
	if filepath.Base(name) != name && !filepath.IsAbs(name) {
		name = filepath.Join(target.Dir, name)
		if !filepath.IsAbs(name) {
			name = "." + string(filepath.Separator) + name
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// notFound says why a command cannot be started.
func notFound(target Target, err error) error {
	name := target.Command[0]
	e := &ConnectError{Cause: CauseNotFound, Err: err}
	why := err.Error()
	switch {
	case errors.Is(err, exec.ErrDot):
		why = "PATH leads to it only in the current folder"
		e.Hint = fmt.Sprintf("Write .%c%s if that is the one you mean.", filepath.Separator, name)
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist):
		why = "no such command"
		e.Hint = "Is it installed, and is it on PATH?"
		if strings.ContainsAny(name, " \t") {
			e.Hint = "No shell splits the command: write it and its arguments as separate words."
		}
	case errors.Is(err, fs.ErrPermission):
		why = "it is not a program that may be run"
		e.Hint = "Make it executable, or write its interpreter before it."
	}
	e.What = fmt.Sprintf("cannot start %q: %s", name, why)
	return e
}

// process is a started command. After sweep its id may belong to somebody
// else, so nothing is signalled any more.
type process struct {
	cmd *exec.Cmd

	mu    sync.Mutex
	swept bool
}

func (p *process) wait() (int, string) {
	// Not cmd.Wait: it would close the streams with text still in them.
	state, err := p.cmd.Process.Wait()
	if err != nil {
		return -1, ""
	}
	return state.ExitCode(), signalName(state)
}

func (p *process) terminate() string { return p.signal(terminateGroup) }

func (p *process) kill() string { return p.signal(killGroup) }

func (p *process) signal(send func(*exec.Cmd) string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.swept {
		return ""
	}
	return send(p.cmd)
}

// sweep ends the rest of the group: a moment to end by itself, the request to,
// then force.
func (p *process) sweep(patience time.Duration) {
	for _, step := range []func(*exec.Cmd) string{nil, terminateGroup, killGroup} {
		if step != nil {
			p.signal(step)
		}
		if p.emptied(patience) {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swept = true
}

// emptied waits for the group to have no members. Nothing tells of that, so it
// has to be asked for.
func (p *process) emptied(patience time.Duration) bool {
	if groupEmpty(p.cmd) {
		return true
	}
	ticker, timer := time.NewTicker(2*time.Millisecond), time.NewTimer(patience)
	defer ticker.Stop()
	defer timer.Stop()
	for {
		select {
		case <-ticker.C:
			if groupEmpty(p.cmd) {
				return true
			}
		case <-timer.C:
			return false
		}
	}
}

// startPipe starts a server within this process. Its context outlives ctx,
// which bounds the opening alone; terminating is cancelling it.
func startPipe(ctx context.Context, target Target) (*peer, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	pipe, err := target.Pipe(ctx)
	if err != nil {
		cancel()
		return nil, &ConnectError{Cause: CauseUnreachable, What: fmt.Sprintf("cannot start the server: %v", err), Err: err}
	}
	p := &peer{stdin: pipe.Stdin, stdout: closer(pipe.Stdout), stderr: closer(pipe.Stderr)}
	p.wait = func() (int, string) {
		if pipe.Wait == nil {
			<-ctx.Done()
			return 0, ""
		}
		_ = pipe.Wait() // how it ended is told for processes alone
		return 0, ""
	}
	p.terminate = func() string {
		if pipe.Terminate == nil {
			cancel()
		} else {
			pipe.Terminate()
		}
		return forcedTerminate
	}
	p.kill = func() string { cancel(); closeAll(p.stdout, p.stderr); return forcedKill }
	p.sweep = func(time.Duration) { cancel() }
	return p, nil
}

// closer gives a reader that may lack one a Close, and none an end.
func closer(r io.Reader) io.ReadCloser {
	if r == nil {
		return io.NopCloser(strings.NewReader(""))
	}
	if rc, ok := r.(io.ReadCloser); ok {
		return rc
	}
	return io.NopCloser(r)
}
