package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/mcp"
)

// version is the version that this binary was built from, as Go's own build
// information has it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and the protocol revisions that it speaks",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(a.Out, "mcpctl %s (%s, %s/%s)\nrevisions:", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			for _, r := range mcp.Timeline() {
				fmt.Fprintf(a.Out, " %s", r)
			}
			fmt.Fprintln(a.Out)
			return nil
		},
	}
}
