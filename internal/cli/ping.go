package cli

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/mcp"
)

func (a *app) pingCommand() *cobra.Command {
	var f inspectFlags
	c := &cobra.Command{
		Use:   "ping [flags] URL | NAME | -- COMMAND [ARGS…]",
		Short: "Ask a server for a sign of life and print how long it took",
		RunE: func(c *cobra.Command, args []string) error {
			return a.visited(c, args, &f, 0, 0, func(ctx context.Context, v *visit, _ []string) error {
				took, err := v.Ping(ctx)
				if err != nil {
					return err
				}
				ms := float64(took.Round(10*time.Microsecond)) / float64(time.Millisecond)
				result := mcp.ValueOf(map[string]any{"ms": ms, "revision": v.Revision(), "transport": v.Session().Kind()})
				return v.print(ctx, result, func(out *bytes.Buffer) {
					fmt.Fprintf(out, "answered in %.2f ms over %s in %s\n", ms, v.Session().Kind(), v.Revision())
				})
			})
		},
		ValidArgsFunction: a.completeRemote(&f, nil),
	}
	f.bind(c)
	return c
}
