package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect/tui"
)

// screenFlags are the flags of `inspect`.
type screenFlags struct {
	inspectFlags
	plain, still, noMouse bool
	drive                 string
}

func (a *app) inspectCommand() *cobra.Command {
	var f screenFlags
	c := &cobra.Command{
		Use:   "inspect [flags] [URL | NAME | FILE.mcpl | -- COMMAND [ARGS…]]",
		Short: "Look inside a server: call its tools, read its resources, see every message",
		Long: `Look inside a server on the terminal. The screen opens at once and connects in the background; no tool is called
before you say so. Press ? for the keys of where you are, : for everything that can be done.

Without a target it opens with the servers of mcpctl.yaml and of the configuration files of your clients, or of --config,
to choose from. It asks before it starts a command of a project's file. A server that wants a token can be signed in at.

A FILE.mcpl is a recording, of mcpctl record or made here with ctrl+r: it is looked at without a server.

It needs a terminal. For scripts the same powers are commands: tools, resources, prompts, complete, discover, ping.`,
		Example: `  mcpctl inspect
  mcpctl inspect http://127.0.0.1:3000/mcp
  mcpctl inspect my-server
  mcpctl inspect session.mcpl
  mcpctl inspect -- npx -y @modelcontextprotocol/server-everything stdio`,
		RunE: func(c *cobra.Command, args []string) error { return a.runInspect(c, args, f) },
	}
	f.bindScreen(c)
	return c
}

// bindScreen binds the flags that make sense on a screen.
func (f *screenFlags) bindScreen(c *cobra.Command) {
	f.bind(c)
	for _, name := range []string{"format", "jq", "verbose", "quiet"} {
		_ = c.Flags().MarkHidden(name) // the flag exists
	}
	flags := c.Flags()
	flags.BoolVar(&f.plain, "plain", false, "draw with ASCII alone")
	flags.BoolVar(&f.still, "reduced-motion", false, "let nothing move by itself")
	flags.BoolVar(&f.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	flags.StringVar(&f.drive, "drive", "", "play the script in `FILE` instead of a terminal's keys, and print what the screen shows as an asciicast")
}

func (a *app) runInspect(c *cobra.Command, args []string, f screenFlags) error {
	a.frugal()
	if err := a.canShow(); err != nil && f.drive == "" {
		return err
	}
	recording, name, err := recordingNamed(c, args)
	if err != nil {
		return err
	}
	if recording != nil {
		args = nil
	}
	target, aboard, err := a.screenTarget(c, args, f)
	if err != nil {
		return err
	}
	o, err := f.options(a)
	if err != nil {
		return err
	}
	screen := tui.Options{
		Target: target, Inspect: o, In: a.In, Out: a.Out, Getenv: a.Getenv,
		Plain: f.plain || a.env("MCPCTL_PLAIN") != "", Still: f.still || a.env("MCPCTL_REDUCED_MOTION") != "", NoMouse: f.noMouse,
		StateFile: a.stateFile(), Redact: aboard.secrets.String, Judging: a.judging(), Rules: contractRules(),
		Servers: aboard.catalogue(), SignIn: aboard.signingIn(), Tape: recording, TapeName: name,
	}
	if c.ArgsLenAtDash() < 0 && len(args) == 1 && !strings.Contains(args[0], "://") {
		screen.Config = f.config
	}
	a.keeping(&screen)
	if f.drive != "" {
		return a.drive(c, screen, f.drive)
	}
	return tui.Show(c.Context(), screen)
}

// canShow says why the streams can show no screen, if they cannot.
func (a *app) canShow() error {
	if !a.InTTY || !a.OutTTY {
		return usagef("mcpctl inspect needs a terminal, and standard input or output is none").
			hinted("Scripts use: mcpctl tools list|call, resources list|read, prompts list|get, complete, discover, ping, each with --format json.")
	}
	if a.env("TERM") == "dumb" {
		return usagef("this terminal (TERM=dumb) can show no screen").
			hinted("Use mcpctl tools, resources and prompts, or set TERM to what the terminal is.")
	}
	return nil
}

// drive plays a script on the screen. It remembers nothing and begins with
// nothing remembered, so that a script shows the same on every machine.
func (a *app) drive(c *cobra.Command, screen tui.Options, name string) error {
	script, err := os.Open(name)
	if err != nil {
		return usagef("reading the script: %v", err)
	}
	defer func() { _ = script.Close() }() // it was only read
	screen.StateFile, screen.PinFolder = "", ""
	return tui.Drive(c.Context(), screen, script, a.Out)
}

// stateFile is where the screen is remembered: the user's folder for state, as
// the XDG base directories have it; "" when there is no home.
func (a *app) stateFile() string {
	folder := a.env("XDG_STATE_HOME")
	if !filepath.IsAbs(folder) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		folder = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(folder, "mcpctl", "inspect.json")
}
