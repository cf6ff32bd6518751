package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// statusPlan is what `registry status` is about to change, or has changed; it
// prints it as JSON.
type statusPlan struct {
	Schema   string         `json:"schema"`
	Registry string         `json:"registry"`
	Name     string         `json:"name"`
	Changes  []statusChange `json:"changes"`
	Done     bool           `json:"done"`
}

type statusChange struct {
	Version string `json:"version"`
	From    string `json:"from"`
	To      string `json:"to"`
	Message string `json:"message,omitempty"`
}

type statusFlags struct {
	registry string
	format   string
	message  string
	yes      bool
	dryRun   bool
}

func (a *app) registryStatusCommand() *cobra.Command {
	var f statusFlags
	c := &cobra.Command{
		Use:   "status NAME[@VERSION] " + strings.Join(registry.Statuses(), "|"),
		Short: "Set the status of a registry's entry: of one version, or of all of them",
		Long: `Set the status of a registry's entry: of one version, or of all of them.

A deleted version is not listed any more, and its number is never free again. Any
status can be set back to active. It needs a login.`,
		Example: `  mcpctl registry status io.github.acme/echo@1.0.0 deprecated --message 'Use 2.0.0.'
  mcpctl registry status io.github.acme/echo@1.0.1 deleted --yes`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("status takes the name of a server and its new status").hinted("Statuses are %s.", strings.Join(registry.Statuses(), ", "))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.registryStatus(c.Context(), args[0], args[1], f)
		},
	}
	bindRegistry(c, &f.registry)
	c.Flags().StringVar(&f.message, "message", "", fmt.Sprintf("tell users why, in `WORDS`: at most %d characters, not for active", registry.MaxStatusMessage))
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask before the change")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only show what would change")
	bindFormat(c, &f.format)
	return c
}

func (a *app) registryStatus(ctx context.Context, arg, status string, f statusFlags) error {
	if err := checkTextOrJSON(f.format); err != nil {
		return err
	}
	name, version, err := entryArg(arg)
	if err != nil {
		return err
	}
	if version == "latest" {
		return usagef("status takes a version's number").hinted("`mcpctl registry show %s` tells which is the latest.", name)
	}
	if err := registry.CheckStatus(status, f.message); err != nil {
		return err
	}
	shelf, base, err := a.openRegistry(f.registry)
	if err != nil {
		return err
	}
	plan, err := planStatus(ctx, shelf, name, version, status, f.message)
	if err != nil {
		return err
	}
	plan.Registry = f.registry
	if len(plan.Changes) > 0 && !f.dryRun {
		token, err := a.liveToken(base, "setting the status of "+arg)
		if err != nil {
			return err
		}
		if err := a.consentStatus(ctx, plan, f); err != nil {
			return err
		}
		if err := shelf.Status(ctx, name, version, status, f.message, token); err != nil {
			return err
		}
		plan.Done = true
	}
	return a.textOrJSON(f.format, plan, func() error { a.printStatus(plan); return nil })
}

// planStatus asks what there is, and so what would change.
func planStatus(ctx context.Context, shelf registryShelf, name, version, status, message string) (statusPlan, error) {
	plan := statusPlan{Schema: "mcpctl.registry.status/v1", Name: name, Changes: []statusChange{}}
	var entries []registry.Entry
	if version == "" {
		all, err := shelf.Versions(ctx, name)
		if err != nil {
			return plan, err
		}
		entries = all
	} else {
		e, err := shelf.Get(ctx, name, version)
		if err != nil {
			return plan, err
		}
		entries = []registry.Entry{*e}
	}
	for _, e := range entries {
		if e.Status != status || e.StatusMessage != message {
			plan.Changes = append(plan.Changes, statusChange{e.Version(), e.Status, status, message})
		}
	}
	return plan, nil
}

// maxShownChanges is how many lines of a plan people are shown.
const maxShownChanges = 20

// consentStatus shows the plan and asks, unless --yes was given.
func (a *app) consentStatus(ctx context.Context, plan statusPlan, f statusFlags) error {
	if f.yes {
		return nil
	}
	if !a.InTTY {
		return &refusal.Refusal{Kind: refusal.Consent, Code: "consent-missing", Doing: "setting the status of " + plan.Name, Why: "nobody is here to be asked",
			Mend: "Give --yes, or look first with --dry-run."}
	}
	for _, line := range plan.lines() {
		fmt.Fprintln(a.Err, a.safe(line))
	}
	fmt.Fprintf(a.Err, "Change this at %s? [y/N]: ", a.safe(plan.Registry))
	p := prompter{app: a, lines: readLines(ctx, a.In)}
	answer, _, err := p.next(ctx)
	if err != nil {
		return err
	}
	if answer := strings.ToLower(answer); answer != "y" && answer != "yes" {
		return &refusal.Refusal{Kind: refusal.Consent, Code: "consent-missing", Doing: "setting the status of " + plan.Name, Why: "you did not agree", Mend: "Nothing has changed."}
	}
	return nil
}

func (p statusPlan) lines() []string {
	var lines []string
	for i, c := range p.Changes {
		if i == maxShownChanges {
			lines = append(lines, fmt.Sprintf("… and %d more", len(p.Changes)-i))
			break
		}
		line := fmt.Sprintf("%s@%s: %s → %s", p.Name, c.Version, c.From, c.To)
		if c.Message != "" {
			line += ", " + c.Message
		}
		lines = append(lines, line)
	}
	return lines
}

func (a *app) printStatus(plan statusPlan) {
	for _, line := range plan.lines() {
		fmt.Fprintln(a.Out, a.safe(line))
	}
	switch {
	case len(plan.Changes) == 0:
		fmt.Fprintln(a.Err, "Nothing changes: it is so already.")
	case !plan.Done:
		fmt.Fprintln(a.Err, "Nothing is changed yet: this is a dry run.")
	default:
		fmt.Fprintln(a.Err, "Done.")
	}
}
