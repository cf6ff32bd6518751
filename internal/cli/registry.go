package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/desk"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// registryCommand is the parent of all that asks a registry, or changes what it
// says of an entry.
func (a *app) registryCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "registry",
		Short: "Search and read a registry, log in, set the status of entries, or serve one of your own",
		Args:  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(
		a.registryLoginCommand(),
		a.registryLogoutCommand(),
		a.registrySearchCommand(),
		a.registryShowCommand(),
		a.registryStatusCommand(),
		a.registryServeCommand(),
	)
	return c
}

// registryShelf is a registry as these commands use it: one over HTTP, or a
// folder.
type registryShelf interface {
	Get(ctx context.Context, name, version string) (*registry.Entry, error)
	Versions(ctx context.Context, name string) ([]registry.Entry, error)
	Search(ctx context.Context, q registry.Query) (registry.Page, error)
	Status(ctx context.Context, name, version, status, message, token string) error
}

func bindRegistry(c *cobra.Command, name *string) {
	c.Flags().StringVar(name, "registry", registry.Official, "ask the registry at this `ADDRESS`, or in this folder")
}

// openRegistry opens the registry at an address, or in a folder, which wants no
// login: its base is empty.
func (a *app) openRegistry(name string) (shelf registryShelf, base string, err error) {
	if strings.Contains(name, "://") || name == "official" {
		c, err := a.registryClient(name)
		if err != nil {
			return nil, "", err
		}
		return c, c.Base(), nil
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil, "", &refusal.Refusal{Kind: refusal.Usage, Code: "registry-address", Doing: "opening the registry " + name,
			Why: "there is no such folder, and it is no address", Mend: "Give an address like " + registry.Official + ", or a folder that a registry is in."}
	}
	store, err := desk.Open(name)
	if err != nil {
		return nil, "", err
	}
	return store, "", nil
}

// registryClient is for what needs a registry over HTTP.
func (a *app) registryClient(name string) (*registry.Client, error) {
	if name == "official" {
		name = registry.Official
	}
	return registry.New(name, registry.Options{UserAgent: "mcpctl/" + version()})
}

// entryArg reads NAME or NAME@VERSION.
func entryArg(arg string) (name, version string, err error) {
	name, version, at := strings.Cut(arg, "@")
	if name == "" || at && version == "" || !strings.Contains(name, "/") {
		return "", "", usagef("%q names no server", arg).hinted("Servers have names like io.github.acme/echo, or with a version io.github.acme/echo@1.0.0.")
	}
	return name, version, nil
}

// checkTextOrJSON refuses another format before anything is done.
func checkTextOrJSON(format string) error {
	if format != "text" && format != "json" {
		return usagef("--format %q is none", format).hinted("Choose text or json.")
	}
	return nil
}
