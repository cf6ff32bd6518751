package cli

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect/tui"
)

// screenFlags are the flags of `inspect`.
type screenFlags struct {
	inspectFlags
	plain, still, noMouse bool
}

func (a *app) inspectCommand() *cobra.Command {
	var f screenFlags
	c := &cobra.Command{
		Use:   "inspect [flags] URL | NAME | -- COMMAND [ARGS…]",
		Short: "Look inside a server: call its tools, read its resources, see every message",
		Long: `Look inside a server on the terminal. The screen opens at once and connects in the background; no tool is called
before you say so. Press ? for the keys of where you are, : for everything that can be done.

It needs a terminal. For scripts the same powers are commands: tools, resources, prompts, complete, discover, ping.`,
		Example: `  mcpctl inspect http://127.0.0.1:3000/mcp
  mcpctl inspect my-server
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
}

func (a *app) runInspect(c *cobra.Command, args []string, f screenFlags) error {
	a.frugal()
	if !a.InTTY || !a.OutTTY {
		return usagef("mcpctl inspect needs a terminal, and standard input or output is none").
			hinted("Scripts use: mcpctl tools list|call, resources list|read, prompts list|get, complete, discover, ping, each with --format json.")
	}
	if a.env("TERM") == "dumb" {
		return usagef("this terminal (TERM=dumb) can show no screen").
			hinted("Use mcpctl tools, resources and prompts, or set TERM to what the terminal is.")
	}
	target, _, err := a.target(c, args, f.targetFlags)
	if err != nil {
		return err
	}
	o, err := f.options(a)
	if err != nil {
		return err
	}
	return tui.Show(c.Context(), tui.Options{
		Target: target, Inspect: o, In: a.In, Out: a.Out, Getenv: a.Getenv,
		Plain: f.plain || a.env("MCPCTL_PLAIN") != "", Still: f.still || a.env("MCPCTL_REDUCED_MOTION") != "", NoMouse: f.noMouse,
		StateFile: a.stateFile(), Redact: a.redact.String, Judging: a.judging(),
	})
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
