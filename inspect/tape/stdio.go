package tape

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Stdio stands between a client and a server on standard streams.
type Stdio struct {
	Command []string
	// Env is the server's environment, nil for this process's own.
	Env []string
	// In, Out and Err are the client's ends.
	In       io.Reader
	Out, Err io.Writer
	// Signals are passed on to the server's process group.
	Signals <-chan os.Signal
}

// drain is how long the streams of a server that has ended are still read: a
// process that it left behind may hold them open for ever.
const drain = time.Second

// Run starts the server and passes everything on, byte for byte, until the
// server ends; then it answers the exit code, 128 and more for a signal, as a
// shell would. The server ends as it would without a stranger in between: by
// the end of its input, by a signal, or by itself. An error means that it was
// never started.
func (s Stdio) Run(r *Recorder) (code int, err error) {
	cmd := exec.Command(s.Command[0], s.Command[1:]...)
	cmd.Env = s.Env
	ownGroup(cmd)
	endWithUs(cmd)
	runtime.LockOSThread() // see endWithUs
	defer runtime.UnlockOSThread()
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	stderr, err3 := cmd.StderrPipe()
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, fmt.Errorf("cannot make pipes to the server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return 0, notStarted(s.Command[0], err)
	}
	ended := make(chan struct{})
	passed := make(chan struct{}, 2)
	go func() {
		client := &lines{to: r, direction: mcp.Sent, channel: mcp.ChannelStdin}
		_ = client.pass(in, s.In) // either side has ended
		_ = in.Close()
	}()
	server := func(from io.Reader, to io.Writer, l *lines) {
		_ = l.pass(to, from) // likewise
		passed <- struct{}{}
	}
	go server(out, s.Out, &lines{to: r, direction: mcp.Received, channel: mcp.ChannelStdout})
	go server(stderr, s.Err, &lines{to: r, direction: mcp.Received, channel: "stderr"})
	go s.forward(cmd, ended)
	// Not cmd.Wait: it would close the streams with text still in them.
	state, err := cmd.Process.Wait()
	timer := time.NewTimer(drain)
	defer timer.Stop()
	for left := 2; left > 0; left-- {
		select {
		case <-passed:
		case <-timer.C:
			left = 0
		}
	}
	close(ended)
	_, _, _ = in.Close(), out.Close(), stderr.Close() // nothing more is expected of them
	if err != nil {
		return 0, fmt.Errorf("cannot tell how the server ended: %w", err)
	}
	return exitCode(state), nil
}

// forward passes signals on.
func (s Stdio) forward(cmd *exec.Cmd, ended <-chan struct{}) {
	for {
		select {
		case got := <-s.Signals:
			signalGroup(cmd, got)
		case <-ended:
			return
		}
	}
}

// notStarted says why a command cannot be started.
func notStarted(name string, err error) error {
	e := &mcp.ConnectError{Cause: mcp.CauseNotFound, Err: err, What: fmt.Sprintf("cannot start %q: %v", name, err)}
	switch {
	case errors.Is(err, exec.ErrDot):
		e.Hint = "PATH leads to it only in the current folder: write ./ before it if that is the one you mean."
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		e.Hint = "Is it installed, and is it on PATH?"
	}
	return e
}
