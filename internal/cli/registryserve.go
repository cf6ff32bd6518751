package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/desk"
)

// serving is what `registry serve` prints as JSON once it is ready.
type serving struct {
	Schema    string `json:"schema"`
	URL       string `json:"url"`
	Folder    string `json:"folder"`
	Temporary bool   `json:"temporary"` // the folder goes with the registry
}

// serveFlags are those of `registry serve`.
type serveFlags struct {
	address      string
	format       string
	anyNamespace bool
	verbose      bool
}

func (a *app) registryServeCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve [DIR]",
		Short: "Serve a registry of your own from a folder, to this machine",
		Long: `Serve a registry of your own from a folder, to this machine.

It has the API of the official registry and keeps to its rules, except that it
does not ask package hosts who owns a package. The folder has one readable file
for each version. Without DIR the registry is gone once you stop it with ctrl-C.

Whoever can reach it may log in with the method none and publish as
io.modelcontextprotocol.anonymous/*; with --any-namespace, under every name.`,
		Example: `  mcpctl registry serve ./registry --address 127.0.0.1:8080 --any-namespace
  mcpctl registry login --registry http://127.0.0.1:8080 --method none
  mcpctl publish --registry http://127.0.0.1:8080`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkTextOrJSON(f.format); err != nil {
				return err
			}
			dir := ""
			if len(args) > 0 {
				dir = args[0]
			}
			return a.serveRegistry(c.Context(), dir, f)
		},
	}
	c.Flags().StringVar(&f.address, "address", "127.0.0.1:0", "listen at this `ADDRESS` of this machine; port 0 is any that is free")
	c.Flags().BoolVar(&f.anyNamespace, "any-namespace", false, "let everybody on this machine publish under every name")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "print a line for each request to standard error")
	c.Flags().StringVar(&f.format, "format", "text", "print where it is as `FORMAT`: text, json")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

// serveRegistry serves until the context ends.
func (a *app) serveRegistry(ctx context.Context, dir string, f serveFlags) error {
	a.frugal()
	listener, err := desk.Listen(ctx, f.address)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // serving has closed it already
	temporary := dir == ""
	if temporary {
		if dir, err = os.MkdirTemp("", "mcpctl-registry-"); err != nil {
			return &Error{Code: ExitEnvironment, Err: fmt.Errorf("making a folder for the registry: %w", err)}
		}
		defer func() { _ = os.RemoveAll(dir) }()
	}
	store, err := desk.Create(dir)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	options := desk.Options{AnyNamespace: f.anyNamespace, Version: version()}
	if f.verbose {
		options.Log = slog.New(slog.NewTextHandler(a.Err, nil))
	}
	ready := serving{Schema: "mcpctl.registry-serve/v1", URL: "http://" + listener.Addr().String(), Folder: dir, Temporary: temporary}
	if err := a.printServing(ready, f.format); err != nil {
		return err
	}
	return desk.Serve(ctx, listener, desk.Handler(store, options))
}

func (a *app) printServing(s serving, format string) error {
	var err error
	if format == "json" {
		err = json.NewEncoder(a.Out).Encode(s)
	} else {
		folder := s.Folder
		if s.Temporary {
			folder = "a temporary one, " + folder
		}
		_, err = fmt.Fprintf(a.Out, "Registry: %s\nFolder:   %s\n", s.URL, a.safe(folder))
	}
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("printing where the registry is: %w", err)}
	}
	return nil
}
