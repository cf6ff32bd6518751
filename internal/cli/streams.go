package cli

import (
	"bytes"
	"io"
	"log"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// Streams are a command's way to the outside: what it reads and writes, the
// environment, and what is known of the terminal. Nothing else in mcpctl
// touches the process's own.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Getenv looks an environment variable up.
	Getenv func(string) (string, bool)
	// InTTY says whether a person may be typing, OutTTY and ErrTTY whether one
	// watches; Width is the width of their terminal in columns.
	InTTY, OutTTY, ErrTTY bool
	Width                 int
	// Collect, if it is not nil, has garbage collected more often, for commands
	// that make much of it and keep little.
	Collect func()
}

// frugal is for commands that run long or make much garbage: memory is then the
// scarcer.
func (s Streams) frugal() {
	if s.Collect != nil {
		s.Collect()
	}
}

// collectAt does what GOGC does, unless the user has set that. What is so at the
// start, internal/start has said.
func collectAt(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// OS are the process's own streams. It also settles what belongs to the process
// as a whole. The standard logger is silenced: net/http prints a server's raw
// bytes through it, and has no setting.
func OS() Streams {
	log.SetOutput(io.Discard)
	s := Streams{Collect: func() { collectAt(50) }, In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.LookupEnv, Width: 100}
	s.InTTY, s.OutTTY, s.ErrTTY = terminal(os.Stdin), terminal(os.Stdout), terminal(os.Stderr)
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= 40 {
		s.Width = n
	} else if n := columns(os.Stdout, os.Stderr); n >= 40 {
		s.Width = n
	}
	return s
}

// Test are streams for tests: no terminal, an environment of its own, and
// buffers for what is written.
func Test(env map[string]string) (s Streams, out, err *bytes.Buffer) {
	out, err = new(bytes.Buffer), new(bytes.Buffer)
	getenv := func(k string) (string, bool) { v, ok := env[k]; return v, ok }
	return Streams{In: strings.NewReader(""), Out: out, Err: err, Getenv: getenv, Width: 100}, out, err
}

// env is the value of a variable, "" when it is not set.
func (s Streams) env(name string) string {
	v, _ := s.Getenv(name)
	return v
}

// color says whether a stream that is a terminal, or not, gets colours. See
// no-color.org and the customs of TERM=dumb and FORCE_COLOR.
func (s Streams) color(choice string, tty bool) bool {
	switch choice {
	case "always":
		return true
	case "never":
		return false
	}
	if s.env("NO_COLOR") != "" || s.env("TERM") == "dumb" {
		return false
	}
	return tty || s.env("FORCE_COLOR") != ""
}
