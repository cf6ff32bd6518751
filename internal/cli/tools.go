package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
)

func (a *app) toolsCommand() *cobra.Command {
	return a.group("tools", "List a server's tools, or call one", a.toolsListCommand(), a.toolsCallCommand())
}

// group is a command that is nothing but others.
func (a *app) group(name, short string, sub ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: name, Short: short, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(sub...)
	return c
}

func (a *app) toolsListCommand() *cobra.Command {
	return a.listCommand(inspect.Tools, "List the tools as signatures", func(v *visit, out *bytes.Buffer, e entry) {
		fmt.Fprintln(out, v.line(inspect.Signature(e)))
		v.describe(out, e)
	})
}

// listCommand is a command that prints a list, all pages of it.
func (a *app) listCommand(k inspect.Kind, short string, print func(*visit, *bytes.Buffer, entry)) *cobra.Command {
	var f inspectFlags
	name := "list"
	if k == inspect.Templates {
		name = "templates"
	}
	c := &cobra.Command{
		Use: name + " [flags] URL | NAME | -- COMMAND [ARGS…]", Short: short,
		RunE: func(c *cobra.Command, args []string) error {
			return a.visited(c, args, &f, 0, 0, func(ctx context.Context, v *visit, _ []string) error {
				entries, failure := v.List(ctx, k)
				if failure != nil && !errors.Is(failure, inspect.ErrEndless) {
					return failure
				}
				err := v.print(ctx, listing(k, entries), func(out *bytes.Buffer) {
					for _, e := range entries {
						print(v, out, e)
					}
				})
				return cmp.Or(failure, err)
			})
		},
		ValidArgsFunction: a.completeRemote(&f, nil),
	}
	f.bind(c)
	return c
}
