package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/tui"
)

// keeping says what the screen keeps: recordings without secrets, and what the
// tools of servers were.
func (a *app) keeping(o *tui.Options) {
	o.Secrets = secretEnv()
	if state := a.stateFile(); state != "" {
		o.PinFolder = filepath.Join(filepath.Dir(state), "pins")
	}
}

// recordingNamed is the recording that the command line names in place of a
// server, with its file; nil when it names none.
func recordingNamed(c *cobra.Command, args []string) (*tape.Tape, string, error) {
	if len(args) != 1 || c.ArgsLenAtDash() >= 0 || strings.Contains(args[0], "://") || !strings.HasSuffix(args[0], ".mcpl") {
		return nil, "", nil
	}
	t, err := tape.Open(args[0])
	if err != nil {
		return nil, "", usagef("%w", err).hinted("A recording is made with mcpctl record, or with ctrl+r in mcpctl inspect.")
	}
	return t, args[0], nil
}
