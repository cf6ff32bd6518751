package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// entry is one entry of a server's list.
type entry = mcp.Value

// callFlags are the flags of `tools call` and `prompts get`.
type callFlags struct {
	inspectFlags
	args      string
	unchecked bool
	save      string
}

func (f *callFlags) bind(c *cobra.Command) {
	f.inspectFlags.bind(c)
	c.Flags().StringVar(&f.args, "args", "", "take all arguments from this `JSON`, file, or - for standard input; single ones are laid over")
	c.Flags().BoolVar(&f.unchecked, "unchecked", false, "send names and arguments that the server does not list or that do not fit, too")
	c.Flags().StringVar(&f.save, "save", "", "save what the result holds to a new `FILE`, or into a folder")
}

func (a *app) toolsCallCommand() *cobra.Command {
	var f callFlags
	c := &cobra.Command{
		Use:   "call [flags] URL | NAME  TOOL [NAME=VALUE…]  |  TOOL [NAME=VALUE…] -- COMMAND [ARGS…]",
		Short: "Call one tool and print its result",
		Long: `Call one tool and print its result. Naming the tool is the consent to this call.

  name=text     read as the type that the tool's schema gives the argument
  name:=json    JSON as it is
  name=@file    the content of a file (@- is standard input); name:=@file holds JSON
  a.b=text      a member of an object; a name given again adds to an array
  -             all arguments as a JSON object from standard input

The exit code is 1 when the tool reports an error or the server answers with one, and 4 when the server asks
something that --answer does not answer.`,
		Example: `  mcpctl tools call http://127.0.0.1:3000/mcp get-sum a=1 b=2
  mcpctl tools call echo message=hello -- npx -y @modelcontextprotocol/server-everything stdio
  mcpctl tools call my-server search query=@question.txt filter:='{"year": 2026}' --jq .structuredContent`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.visited(c, args, &f.inspectFlags, 1, -1, func(ctx context.Context, v *visit, rest []string) error {
				return v.callTool(ctx, rest[0], rest[1:], f)
			})
		},
		ValidArgsFunction: a.completeRemote(&f.inspectFlags, toolWords),
	}
	f.bind(c)
	return c
}

// arguments reads the words of a command line.
func (v *visit) arguments(words []string, f callFlags) (inspect.Arguments, error) {
	from := inspect.Sources{Read: func(path string) ([]byte, error) { return v.app.input(path, maxInput) }}
	given, err := inspect.ParseArguments(words, f.args, from)
	if err != nil {
		return given, usagef("%w", err)
	}
	return given, nil
}

func (v *visit) callTool(ctx context.Context, name string, words []string, f callFlags) error {
	given, err := v.arguments(words, f)
	if err != nil {
		return err
	}
	tool, err := v.FindTool(ctx, name)
	if err != nil {
		if !f.unchecked || ctx.Err() != nil {
			return err
		}
		tool = mcp.ValueOf(map[string]any{"name": name})
	}
	arguments, unjudged, err := given.For(tool, f.unchecked)
	if err != nil {
		return err
	}
	if unjudged != nil {
		v.warn("the arguments are sent without being checked: %v", unjudged)
	}
	result, failure := v.CallTool(ctx, tool, arguments)
	if !result.Exists() {
		return failure
	}
	return cmp.Or(failure, v.printCall(ctx, tool, result, f))
}

// printCall prints the result of a tool.
func (v *visit) printCall(ctx context.Context, tool, result mcp.Value, f callFlags) error {
	parts := inspect.ContentParts(result)
	if err := v.print(ctx, result, func(out *bytes.Buffer) {
		for _, p := range parts {
			v.part(out, p)
		}
		if structured := result.Get("structuredContent"); len(parts) == 0 && structured.Exists() {
			fmt.Fprintf(out, "%s\n", inspect.IndentJSON(v.app.redact.Bytes(structured.Raw())))
		}
	}); err != nil {
		return err
	}
	for _, problem := range inspect.CheckOutput(tool, result) {
		v.warn("the result does not fit the tool's outputSchema: %s", problem)
	}
	if err := v.save(f.save, parts); err != nil {
		return err
	}
	if result.Get("isError").True() {
		return &Error{Code: ExitFindings, Err: fmt.Errorf("the tool %s reports an error", tool.Get("name").Text())}
	}
	return nil
}
