package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/add"
	"github.com/mcpctl/mcpctl/scaffold/add/golang"
	"github.com/mcpctl/mcpctl/scaffold/add/openapi"
	addpython "github.com/mcpctl/mcpctl/scaffold/add/python"
	"github.com/mcpctl/mcpctl/scaffold/add/typescript"
)

// addFlags are the flags of `mcpctl add`, as typed.
type addFlags struct {
	targetFlags
	schema, openapi, operation string
	from, tool                 string
	title, description         string
	uri, mime                  string
	arguments                  []string
	dir                        string
	regenerate, dryRun         bool
}

// generators are the languages that items can be added in.
func generators() map[string]add.Generator {
	return map[string]add.Generator{"go": golang.Generator{}, "typescript": typescript.Generator{}, "python": addpython.Generator{}}
}

func (a *app) addCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "add tool|resource|prompt NAME",
		Short: "Add a tool, a resource or a prompt to a project",
		Long: `Add a tool, a resource or a prompt to a project that mcpctl new made: a typed
handler, its test, and its registration through a generated index.

What you wrote stays: a handler is written once, and --regenerate rewrites nothing
but the schema and the types beside it.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%q cannot be added", args[0]).hinted("%s", didYouMean(args[0], kindNames(), "A tool, a resource or a prompt can."))
			}
			return c.Help()
		},
	}
	for _, k := range add.Kinds() {
		c.AddCommand(a.addKindCommand(k))
	}
	return c
}

func kindNames() []string {
	var names []string
	for _, k := range add.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func (a *app) addKindCommand(k add.Kind) *cobra.Command {
	var f addFlags
	c := &cobra.Command{
		Use:   fmt.Sprintf("%s [flags] NAME", k),
		Short: fmt.Sprintf("Add a %s", k),
		RunE:  func(c *cobra.Command, args []string) error { return a.add(c, k, args, f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.dir, "dir", ".", "the `FOLDER` of the project")
	flags.StringVar(&f.title, "title", "", "the `TITLE` that people see")
	flags.StringVar(&f.description, "description", "", "the `TEXT` that tells a model what it is for")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print what would be written, and stop")
	flags.BoolVar(&f.regenerate, "regenerate", false, "rewrite the generated files of what was added before; handler and test stay")
	switch k {
	case add.Tool:
		c.Use += " [-- COMMAND [ARGS…]]"
		c.Example = `  mcpctl add tool get_forecast
  mcpctl add tool get_forecast --schema forecast.json
  mcpctl add tool get_pet --openapi petstore.yaml --operation getPetById
  mcpctl add tool search_docs --from https://mcp.example.com/mcp --tool search
  mcpctl add tool search_docs --tool search -- npx -y some-server`
		flags.StringVar(&f.schema, "schema", "", "take the arguments from a JSON Schema, or all from a tool as tools/list shows it, in `FILE`")
		flags.StringVar(&f.openapi, "openapi", "", "take an operation of the OpenAPI 3 description in `FILE`")
		flags.StringVar(&f.operation, "operation", "", "the operation's `ID`, or 'METHOD /path'")
		flags.StringVar(&f.from, "from", "", "take a tool of the live server at `TARGET`, a URL or a name from the configuration")
		flags.StringVar(&f.tool, "tool", "", "the `NAME` of the live server's tool; by default the same")
		f.bind(c)
	case add.Resource:
		flags.StringVar(&f.uri, "uri", "", "its `URI`, or a URI template with {variables}")
		flags.StringVar(&f.mime, "mime", "", "its media `TYPE`; by default text/plain")
	case add.Prompt:
		flags.StringVar(&f.schema, "schema", "", "take the arguments from the properties of a JSON Schema in `FILE`")
		flags.StringArrayVar(&f.arguments, "argument", nil, "an argument, as in `'NAME=what it is'`, or NAME? when it may be left out; repeatable")
	}
	return c
}

// add is the command: item → plan → print → apply.
func (a *app) add(c *cobra.Command, k add.Kind, args []string, f addFlags) error {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return usagef("opening the project: %w", err)
	}
	defer func() { _ = root.Close() }() // it holds nothing
	project, err := add.Open(root.FS())
	if err != nil {
		return usagef("%w", err)
	}
	language, err := project.Language()
	if err != nil {
		return usagef("%w", err)
	}
	generator, ok := generators()[language]
	if !ok {
		return usagef("the project is written in %s, which mcpctl add does not write", language)
	}
	item, err := a.item(c, k, args, f)
	if err != nil {
		return err
	}
	plan, err := add.NewPlan(project, generator, item, add.Options{Regenerate: f.regenerate})
	if err != nil {
		return usagef("%w", err)
	}
	if err := plan.Print(a.Out); err != nil || f.dryRun {
		return err
	}
	if err := plan.Apply(c.Context(), root); err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("adding the %s %s: %w", k, item.Name, err)}
	}
	return nil
}

// item makes the item that the flags describe.
func (a *app) item(c *cobra.Command, k add.Kind, args []string, f addFlags) (add.Item, error) {
	var none add.Item
	words, command := args, []string(nil)
	if dash := c.ArgsLenAtDash(); dash >= 0 {
		words, command = args[:dash], args[dash:]
	}
	if len(words) != 1 {
		return none, usagef("%d names are given; a %s has one", len(words), k).hinted("As in: %s get_forecast", c.CommandPath())
	}
	if err := f.check(k, command); err != nil {
		return none, err
	}
	item, err := a.source(c, k, words[0], command, f)
	if err != nil {
		return item, err
	}
	if f.title != "" {
		item.Title = f.title
	}
	if f.description != "" {
		item.Description = f.description
	}
	if f.mime != "" {
		item.MIMEType = f.mime
	}
	if f.uri != "" {
		if err := item.SetURI(f.uri); err != nil {
			return item, err
		}
	}
	for _, text := range f.arguments {
		if err := item.AddArgument(text); err != nil {
			return item, err
		}
	}
	return item, nil
}

// check refuses flags that contradict one another.
func (f *addFlags) check(k add.Kind, command []string) error {
	var sources []string
	for name, given := range map[string]bool{"--schema": f.schema != "", "--openapi": f.openapi != "", "--from": f.from != "", "a command": len(command) > 0} {
		if given {
			sources = append(sources, name)
		}
	}
	live := f.from != "" || len(command) > 0
	switch {
	case len(sources) > 1:
		return usagef("%d sources are given; a %s has one: --schema, --openapi, --from or a command", len(sources), k)
	case (f.openapi == "") != (f.operation == ""):
		return usagef("--openapi and --operation belong together").hinted("As in: --openapi petstore.yaml --operation getPetById")
	case f.tool != "" && !live:
		return usagef("--tool names a tool of a live server, and none is given").hinted("Give it with --from TARGET, or as a command after --.")
	case len(command) > 0 && k != add.Tool:
		return usagef("a %s cannot be taken from a live server", k)
	}
	return nil
}

// source makes the item from what the flags name.
func (a *app) source(c *cobra.Command, k add.Kind, name string, command []string, f addFlags) (add.Item, error) {
	switch {
	case f.schema != "":
		data, err := readSource(f.schema, 1<<20)
		if err != nil {
			return add.Item{}, err
		}
		item, err := add.FromSchemaFile(k, name, data)
		return item, inFile(f.schema, err)
	case f.openapi != "":
		data, err := readSource(f.openapi, openapi.MaxBytes)
		if err != nil {
			return add.Item{}, err
		}
		item, err := add.FromOperation(name, data, f.operation)
		return item, inFile(f.openapi, err)
	case f.from != "" || len(command) > 0:
		return a.live(c, name, command, f)
	}
	return add.New(k, name)
}

// live takes a tool from a running server.
func (a *app) live(c *cobra.Command, name string, command []string, f addFlags) (add.Item, error) {
	target := mcp.Target{}
	if len(command) > 0 {
		target.Name, target.Command = command[0], command
		if err := a.addHeaders(&target, f.targetFlags, func(string) {}); err != nil {
			return add.Item{}, err
		}
	} else {
		found, _, err := a.target(c, []string{f.from}, f.targetFlags)
		if err != nil {
			return add.Item{}, err
		}
		target = found
	}
	switch f.transport {
	case "", string(mcp.HTTP), string(mcp.SSE):
	default:
		return add.Item{}, usagef("--transport %q is none", f.transport).hinted("Choose http or sse; a command always speaks stdio.")
	}
	tool := f.tool
	if tool == "" {
		tool = name
	}
	return add.FromLive(c.Context(), target, mcp.Options{Transport: mcp.TransportKind(f.transport), Limits: mcp.DefaultLimits()}, name, tool)
}

// inFile names the file that an error is about.
func inFile(file string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// readSource reads a file that the user named.
func readSource(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usagef("%w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, usagef("reading %s: %w", path, err)
	}
	if int64(len(data)) > limit {
		return nil, usagef("reading %s: it is larger than %d bytes", path, limit)
	}
	return data, nil
}
