package tui

import (
	"io"

	"github.com/charmbracelet/colorprofile"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/mcp"
)

// Options say what to inspect, and on what terminal.
type Options struct {
	Target  mcp.Target
	Inspect inspect.Options // Tell is the inspector's own
	// Config is the file that Target is a name from, where commands have to be
	// told of it; "" otherwise.
	Config string
	In     io.Reader
	Out    io.Writer
	// Getenv looks a variable of the environment up; Environ is all of it.
	Getenv  func(string) (string, bool)
	Environ []string
	// Plain draws with ASCII alone; Still lets nothing move by itself; NoMouse
	// leaves the mouse to the terminal.
	Plain, Still, NoMouse bool
	// StateFile remembers what was shown last; "" remembers nothing.
	StateFile string
	// Tape is a recording to look at in place of Target, and TapeName its file;
	// nil looks at Target.
	Tape     *tape.Tape
	TapeName string
	// Secrets are kept out of recordings, with those that the target carries.
	Secrets []string
	// PinFolder remembers what the tools of servers were; "" remembers nothing.
	PinFolder string
	// Redact takes secrets out of what is copied; nil takes none.
	Redact func(string) string

	// Judging judges what crosses; the zero Judging judges nothing.
	Judging Judging
	// Servers are those that can be chosen; the zero Catalogue has none.
	Servers Catalogue
	// Rules weigh what changed between two sides; nil only tell that it did.
	Rules compare.Rules
	// SignIn signs in at servers; the zero SigningIn cannot.
	SignIn SigningIn

	light   bool
	profile colorprofile.Profile
	bare    bool
}

func (o Options) look(dark, basic bool) look {
	return look{dark: dark, basic: basic, ascii: o.Plain, bare: o.bare, reducedMotion: o.Still}
}

// sixteen reports whether the terminal has sixteen colours, or fewer.
func (o Options) sixteen() bool {
	return o.profile != colorprofile.TrueColor && o.profile != colorprofile.ANSI256
}
