package cli

import "github.com/spf13/cobra"

// publishCommand is the parent of all that brings a server to a registry.
func (a *app) publishCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "publish",
		Short: "Prepare a server's registry entry: write and check server.json",
		Args:  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(a.serverJSONCommands()...)
	return c
}
