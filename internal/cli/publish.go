package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// publishCommand brings a server to registries; what prepares that and takes it
// back lies below it.
func (a *app) publishCommand() *cobra.Command {
	var f publishFlags
	c := &cobra.Command{
		Use:   "publish [DIR|server.json] [flags]",
		Short: "Publish a server to registries: checked, signed, attested, and read back",
		Long: `Publish the server of a server.json to one registry or several.

First everything is looked at: server.json, the packages and who owns them, their digests. Then the plan
is shown: what is signed, where it is attached, what each registry gets. --dry-run stops there, and
nothing was written anywhere. Otherwise you are asked, or say --yes before.

The release may be broken off at any moment: the same command goes on from there. What is published
already is compared, and is a success if it is the same. docs/publish.md tells all of it.`,
		Example: `  mcpctl publish --dry-run
  mcpctl publish --artifact npm=acme-echo-1.0.0.tgz --upload
  mcpctl publish --plan-out plan.json
  mcpctl publish --apply plan.json --yes
  mcpctl publish --registry ./registry --key cosign.key --key-passphrase-env COSIGN_PASSWORD`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("publish takes one folder or server.json")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := misspelled(c, args); err != nil {
				return err
			}
			return a.publish(c, args, f)
		},
	}
	f.bind(c)
	c.AddCommand(a.serverJSONCommands()...)
	c.AddCommand(a.publishUndoCommand())
	return c
}

// publish is the command: gather, plan, print, and apply.
// misspelled refuses what is no path but nearly a sub-command.
func misspelled(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	if nearest.Word(args[0], names) == "" {
		return nil
	}
	return unknownCommand(c, args[0])
}

func (a *app) publish(c *cobra.Command, args []string, f publishFlags) error {
	style, err := a.planStyle(f.format, f.color)
	if err != nil {
		return err
	}
	request, file, err := a.publishRequest(c, args, f)
	if err != nil {
		return err
	}
	run := releaseRun{app: a, request: request, sign: f.sign, style: style, format: f.format, dryRun: f.dryRun || f.planOut != "", yes: f.yes, state: f.state}
	run.style.Signer, run.style.Documents = f.sign.words(a), f.verbose
	if run.services, err = a.services(c.Context(), request, f); err != nil {
		return err
	}
	run.options = publish.Options{Wait: f.wait, Tell: a.telling(f.quiet)}
	plan, err := run.plan(c, file)
	if err != nil {
		return err
	}
	if f.planOut != "" {
		if err := a.writePlan(f.planOut, plan.File(request)); err != nil {
			return err
		}
	}
	return run.finish(c.Context(), plan, "Publish")
}

// publishRequest is what the flags ask for, or the plan's file.
func (a *app) publishRequest(c *cobra.Command, args []string, f publishFlags) (publish.Request, *publish.File, error) {
	if f.apply == "" {
		request, err := f.request(args)
		request.Registries = f.registries
		if len(request.Registries) == 0 {
			request.Registries = []string{registry.Official}
		}
		request.Settings.URL, request.Settings.Upload = f.url, f.upload
		return request, nil, err
	}
	for _, name := range releasedFlags() {
		if c.Flags().Changed(name) {
			return publish.Request{}, nil, usagef("--%s is of the plan that --apply carries out", name).hinted("Make a new plan with --plan-out.")
		}
	}
	if len(args) > 0 {
		return publish.Request{}, nil, usagef("the plan of --apply names its server.json itself").hinted("Leave %s away.", args[0])
	}
	b, err := readSource(f.apply, publish.MaxFile)
	if err != nil {
		return publish.Request{}, nil, err
	}
	file, err := publish.ReadFile(b)
	return file.Request, &file, err
}

// services are the real ones.
func (a *app) services(ctx context.Context, r publish.Request, f publishFlags) (publish.Services, error) {
	targets, err := a.publishTargets(r.Registries, f.auth)
	if err != nil {
		return publish.Services{}, err
	}
	s := a.localServices(r, f.sign)
	s.Targets = targets
	return s, nil
}

// localServices are those without registries.
func (a *app) localServices(r publish.Request, f signFlags) publish.Services {
	images := attach.Options{UserAgent: a.userAgent()}
	dir := r.Server
	if filepath.Ext(dir) == ".json" {
		dir = filepath.Dir(dir)
	}
	return publish.Services{
		Packages: &packages.Checker{Env: os.Environ(), Dir: dir, Images: ociConfig{images}, HTTP: a.web, UserAgent: a.userAgent(), In: a.In, Out: a.Err, Err: a.Err},
		Images:   publish.OCI{Options: images},
		Signer:   func(ctx context.Context) (sign.Signer, error) { return f.signer(ctx, a) },
		Download: a.download,
	}
}

// ociConfig reads images for the packages' proofs.
type ociConfig struct{ attach.Options }

// Image answers labels and digest.
func (o ociConfig) Image(ctx context.Context, ref string) (map[string]string, string, error) {
	return attach.Config(ctx, ref, o.Options)
}

func (a *app) writePlan(path string, f publish.File) error {
	b, err := indented(f)
	if err == nil {
		err = atomic.WriteFile(path, b, 0o644)
	}
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the plan: %w", err)}
	}
	return nil
}

// planStyle checks the flags of printing before any work is done.
func (a *app) planStyle(format, color string) (publish.Style, error) {
	if format != "text" && format != "json" {
		return publish.Style{}, usagef("--format %q is none", format).hinted("Choose text or json.")
	}
	if color != "auto" && color != "always" && color != "never" {
		return publish.Style{}, usagef("--color %q is none of auto, always, never", color)
	}
	return publish.Style{Color: a.color(color, a.OutTTY)}, nil
}

// errDeclined is the answer no.
var errDeclined = errors.New("you said no, and nothing was done")
