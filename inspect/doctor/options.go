package doctor

import (
	"crypto/x509"
	"time"

	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
)

// Options say how to examine. The zero Options start and ask nothing.
type Options struct {
	// Allow says whether a server may be started or asked; nil is no.
	Allow func(servers.Server) bool
	// Look finds the values of references; nil has none.
	Look servers.Lookup
	// Target makes a target of a server; nil is Server.Target.
	Target func(servers.Server, servers.Lookup) (mcp.Target, []string, error)
	// Disabled also examines servers that their client does not use.
	Disabled bool
	// Guess tries other paths of the same origin when there is no MCP at an
	// address.
	Guess bool
	// Revisions finds out every revision that a server speaks, which starts a
	// command once for each.
	Revisions bool
	// Timeout bounds the examination of one server up to its end, whose
	// process is then given some seconds more. 30 seconds by default.
	Timeout time.Duration
	// Parallel is how many servers are examined at once; 4 by default.
	Parallel int
	// Pings is how many signs of life are timed; 5 by default.
	Pings int
	// Roots are certificate authorities; nil are the system's.
	Roots *x509.CertPool
	// OS is the system that commands are judged for, as runtime.GOOS.
	OS string
}

const (
	defaultTimeout  = 30 * time.Second
	defaultParallel = 4
	defaultPings    = 5
	// maxCall is how long one request may take once the session is open.
	maxCall = 10 * time.Second
	// maxNetwork bounds each of looking up, dialling and TLS.
	maxNetwork = 5 * time.Second
	// patience is how long each stage of ending a process may take.
	patience = 3 * time.Second
	// maxWidth is how much of one line is kept.
	maxWidth = 300
	// maxLines is how many lines of evidence are kept.
	maxLines = 5
)

func (o Options) settled() Options {
	if o.Allow == nil {
		o.Allow = func(servers.Server) bool { return false }
	}
	if o.Look == nil {
		o.Look = func(servers.Ref) (string, bool) { return "", false }
	}
	if o.Target == nil {
		o.Target = servers.Server.Target
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Parallel <= 0 {
		o.Parallel = defaultParallel
	}
	if o.Pings <= 0 {
		o.Pings = defaultPings
	}
	return o
}

// limits bound what a server can make us wait for and keep.
func (o Options) limits() mcp.Limits {
	l := mcp.DefaultLimits()
	l.Start, l.Call, l.Exit = o.Timeout, o.Timeout, patience
	l.Log, l.Frames = 1<<20, 2000
	l.Stderr = 16 << 10
	return l
}
