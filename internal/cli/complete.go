package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
)

func (a *app) completeCommand() *cobra.Command {
	var f inspectFlags
	var with []string
	c := &cobra.Command{
		Use:   "complete [flags] URL | NAME  REF ARGUMENT [VALUE]  |  REF ARGUMENT [VALUE] -- COMMAND [ARGS…]",
		Short: "Ask a server for suggestions for an argument of a prompt or template",
		Long: `Ask a server for suggestions for an argument. REF is the name of a prompt or a URI template, which has a colon
or a brace in it; --prompt takes it for a prompt in any case.`,
		Example: `  mcpctl complete http://127.0.0.1:3000/mcp greet language f
  mcpctl complete my-server 'weather://{country}/{city}' city --with country=france`,
		RunE: func(c *cobra.Command, args []string) error {
			settled := map[string]string{}
			for _, word := range with {
				name, value, ok := strings.Cut(word, "=")
				if !ok || name == "" {
					return usagef("--with %q is not like country=france", word)
				}
				settled[name] = value
			}
			prompt, _ := c.Flags().GetBool("prompt") // the flag exists
			return a.visited(c, args, &f, 2, 3, func(ctx context.Context, v *visit, rest []string) error {
				ref := inspect.PromptRef(rest[0])
				if !prompt && strings.ContainsAny(rest[0], ":{") {
					ref = inspect.TemplateRef(rest[0])
				}
				value := ""
				if len(rest) == 3 {
					value = rest[2]
				}
				return v.complete(ctx, ref, rest[1], value, settled)
			})
		},
		ValidArgsFunction: a.completeRemote(&f, completableWords),
	}
	f.bind(c)
	c.Flags().StringArrayVar(&with, "with", nil, "another argument that is settled already, as in `NAME=VALUE`; repeatable")
	c.Flags().Bool("prompt", false, "REF is a prompt, whatever it looks like")
	return c
}

func (v *visit) complete(ctx context.Context, ref map[string]any, argument, value string, settled map[string]string) error {
	result, err := v.Complete(ctx, ref, argument, value, settled)
	if err != nil {
		return err
	}
	completion := result.Get("completion")
	if err := v.print(ctx, result, func(out *bytes.Buffer) {
		for _, item := range completion.Get("values").Items() {
			fmt.Fprintln(out, v.line(item.Text()))
		}
	}); err != nil {
		return err
	}
	if total, ok := completion.Get("total").Int(); completion.Get("hasMore").True() && !v.flags.quiet {
		more := "There are more."
		if ok {
			more = fmt.Sprintf("There are %d in all.", total)
		}
		fmt.Fprintln(v.app.Err, more)
	}
	return nil
}
