package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// inherited are the variables of the gateway that a child process gets. All
// others may be secrets that are no business of that server; what it needs
// stands in its env.
var inherited = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
	"SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "TEMP", "TMP", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "PROGRAMFILES",
}

// How long a child process has to end by itself once its input has ended, and
// how long after it was told to.
const (
	endsByItself = time.Second
	endsWhenTold = 2 * time.Second
)

// process is an upstream that is a child process.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
}

// startProcess starts the command of s and returns how to talk to it.
func startProcess(s Server, hear func(line string)) (*process, mcp.Transport, error) {
	cmd := exec.Command(s.Command, s.Args...) //nolint:gosec,noctx // the operator names it, and stop ends it together with its children
	cmd.Dir = s.Cwd
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	slices.Sort(cmd.Env)
	inGroup(cmd)
	cmd.Stderr = &lines{hear: hear}
	cmd.WaitDelay = time.Second // should a grandchild keep the streams open

	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("starting %s: %w", s.Command, err)
	}
	// A pipe of our own: that of exec is closed at the exit, with answers in it.
	stdout, theirs, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("starting %s: %w", s.Command, err)
	}
	cmd.Stdout = theirs
	err = cmd.Start()
	_ = theirs.Close() // the child has its own
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("starting %s: %w", s.Command, err), stdout.Close())
	}
	p := &process{cmd, make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended tells less than what it said
		killGroup(cmd) // what it has left behind
		close(p.exited)
	}()
	return p, &mcp.IOTransport{Reader: stdout, Writer: stdin}, nil
}

// stop ends the process, whose input must have ended, and all its children.
func (p *process) stop() {
	if p.wait(endsByItself) {
		return
	}
	endGroup(p.cmd)
	if !p.wait(endsWhenTold) {
		killGroup(p.cmd)
		<-p.exited
	}
}

func (p *process) wait(d time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	select {
	case <-p.exited:
		return true
	case <-ctx.Done():
		return false
	}
}

// lines is a writer that hands on whole lines, and of long ones the beginning.
type lines struct {
	hear func(string)
	rest []byte
}

const maxLine = 4 << 10 // bytes

func (l *lines) Write(p []byte) (int, error) {
	for _, part := range bytes.SplitAfter(p, []byte("\n")) {
		if len(l.rest) < maxLine {
			l.rest = append(l.rest, part...)
		}
		if bytes.HasSuffix(part, []byte("\n")) {
			l.hear(strings.TrimSpace(string(l.rest[:min(len(l.rest), maxLine)])))
			l.rest = l.rest[:0]
		}
	}
	return len(p), nil
}
