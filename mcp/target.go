package mcp

import (
	"context"
	"io"
	"net/http"
	"os"
	"slices"
)

// Target is what to talk to, and how. Exactly one of Command, URL and Pipe is
// set.
type Target struct {
	// Name is how reports call the target.
	Name string
	// Command and its arguments start a server that speaks on its standard
	// streams. It is run without a shell.
	Command []string
	// Dir and Env are the process's folder and environment; nil Env means
	// the caller's own. ExtraEnv is added to either, as "NAME=value".
	Dir      string
	Env      []string
	ExtraEnv []string
	// URL is the endpoint of a server that speaks HTTP.
	URL string
	// Header is sent with every HTTP request, secrets included.
	Header http.Header
	// Authorizer, if set, gives the Authorization header of HTTP requests
	// where Header has none.
	Authorizer Authorizer
	// Client sends HTTP requests; nil means one with safe defaults. Its
	// redirect policy is replaced.
	Client *http.Client
	// Pipe starts a server within this process, as mcptest does.
	Pipe func(context.Context) (Pipe, error)
}

// environ is the environment of the target's process, nil for the caller's
// own as it is.
func (t Target) environ() []string {
	if len(t.ExtraEnv) == 0 {
		return t.Env
	}
	base := t.Env
	if base == nil {
		base = os.Environ()
	}
	return append(slices.Clone(base), t.ExtraEnv...)
}

// Pipe is a server's standard streams. Wait returns when the server has ended.
type Pipe struct {
	Stdin  io.WriteCloser
	Stdout io.Reader
	Stderr io.Reader
	Wait   func() error
	// Terminate asks the server to end, as SIGTERM does a process; nil
	// means that ending the context does.
	Terminate func()
}
