package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

func (a *app) promptsCommand() *cobra.Command {
	list := a.listCommand(inspect.Prompts, "List the prompts as signatures", func(v *visit, out *bytes.Buffer, e entry) {
		fmt.Fprintln(out, v.line(inspect.PromptSignature(e)))
		v.describe(out, e)
	})
	return a.group("prompts", "List a server's prompts, or get one", list, a.promptsGetCommand())
}

func (a *app) promptsGetCommand() *cobra.Command {
	var f callFlags
	c := &cobra.Command{
		Use:   "get [flags] URL | NAME  PROMPT [NAME=TEXT…]  |  PROMPT [NAME=TEXT…] -- COMMAND [ARGS…]",
		Short: "Get a prompt and print its messages",
		RunE: func(c *cobra.Command, args []string) error {
			return a.visited(c, args, &f.inspectFlags, 1, -1, func(ctx context.Context, v *visit, rest []string) error {
				return v.getPrompt(ctx, rest[0], rest[1:], f)
			})
		},
		ValidArgsFunction: a.completeRemote(&f.inspectFlags, promptWords),
	}
	f.bind(c)
	return c
}

func (v *visit) getPrompt(ctx context.Context, name string, words []string, f callFlags) error {
	given, err := v.arguments(words, f)
	if err != nil {
		return err
	}
	var prompt mcp.Value
	if !f.unchecked {
		all, err := v.List(ctx, inspect.Prompts)
		if err != nil && !errors.Is(err, inspect.ErrEndless) {
			return err
		}
		if prompt, err = inspect.Prompts.Find(all, name); err != nil {
			return err
		}
	}
	arguments, err := given.ForPrompt(prompt, f.unchecked)
	if err != nil {
		return err
	}
	result, failure := v.GetPrompt(ctx, name, arguments)
	if !result.Exists() {
		return failure
	}
	messages := inspect.PromptMessages(result)
	err = v.print(ctx, result, func(out *bytes.Buffer) {
		for _, m := range messages {
			fmt.Fprintf(out, "%s:\n", v.line(m.Role))
			for _, p := range m.Parts {
				v.part(out, p)
			}
		}
	})
	if err == nil {
		var parts []inspect.Part
		for _, m := range messages {
			parts = append(parts, m.Parts...)
		}
		err = v.save(f.save, parts)
	}
	return cmp.Or(failure, err)
}
