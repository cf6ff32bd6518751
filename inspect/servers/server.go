package servers

import (
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// Scope tells whose word a configuration is.
type Scope string

// The scopes. A project's file comes with the project, from whoever wrote that;
// a user's file is the user's own.
const (
	User    Scope = "user"
	Project Scope = "project"
)

// Server is one entry of a client's file, as it is written there.
type Server struct {
	Name   string
	Client string // as a person calls it, such as "Claude Code"
	Scope  Scope
	File   string
	Line   int // where the entry begins, from 1

	// Command and Args start the server, without a shell, in Dir.
	Command string
	Args    []string
	Env     []Setting
	EnvFile string
	Dir     string

	// URL is the address of a server that speaks HTTP.
	URL     string
	Headers []Setting

	// Transport is what the file says, "" when it leaves that open.
	Transport mcp.TransportKind
	// Disabled is why the client does not use the entry, "" when it does.
	Disabled string
	// Problems are what is wrong with the entry itself.
	Problems []Problem

	forwarded []string // variables that the client hands on (Codex)
	dialect   dialect
	folder    string // what ${workspaceFolder} is
	home      string
	within    bool // the client uses it in that folder alone
}

// Setting is a variable or a header.
type Setting struct {
	Name  string
	Value string
	// From is the environment variable that the value is taken from, with Value
	// before it; "" when Value is all there is.
	From string
}

// Problem is something in a file that is wrong, or not as it seems.
type Problem struct {
	File         string
	Line, Column int // from 1; 0 when there is no position
	What         string
	Mend         string
	// Minor problems are oddities that a client may get along with.
	Minor bool
}

// Position is where the problem is, as file:line:column.
func (p Problem) Position() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Error is position and problem in one line.
func (p Problem) Error() string { return p.Position() + ": " + p.What }

// Position is where the server is written, as file:line.
func (s Server) Position() string { return fmt.Sprintf("%s:%d", s.File, s.Line) }

// Local reports whether the server is a command, not an address.
func (s Server) Local() bool { return s.Command != "" }

// problem notes something wrong with the entry.
func (s *Server) problem(line int, minor bool, what, mend string) {
	s.Problems = append(s.Problems, Problem{File: s.File, Line: line, What: what, Mend: mend, Minor: minor})
}
