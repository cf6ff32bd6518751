package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// undoFlags are those of `publish undo`.
type undoFlags struct {
	registries                        []string
	status, message, successor, state string
	auth                              loginFlags
	format, color                     string
	detach, dryRun, yes, quiet        bool
}

// publishUndoCommand takes a version back.
func (a *app) publishUndoCommand() *cobra.Command {
	var f undoFlags
	c := &cobra.Command{
		Use:   "undo [NAME@VERSION] [flags]",
		Short: "Take a published version back: deprecated, or deleted",
		Long: `Take a version back. Registries never remove one, and its number can never be used again: it becomes
deprecated, which warns its users, or deleted, which hides it from lists. The message says why, and names
the successor.

Without NAME@VERSION it is the one release that the journal in .mcpctl knows, and without --registry it is
taken back where that went. What was only signed and attached, and never published, is detached again, and
its journal is removed.`,
		Example: `  mcpctl publish undo io.github.acme/echo@1.0.0 --message 'It loses data.' --successor io.github.acme/echo@1.0.1
  mcpctl publish undo io.github.acme/echo@1.0.0 --status deleted --dry-run`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("undo takes one NAME@VERSION")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			id, err := f.which(args)
			if err != nil {
				return err
			}
			return a.undo(c, id, f)
		},
	}
	c.Flags().StringArrayVar(&f.registries, "registry", nil, "take it back at `REGISTRY`: an address, a folder, or official (default: where the journal says that it went, else "+registry.Official+"); repeatable")
	c.Flags().StringVar(&f.status, "status", registry.Deprecated, "make it `deprecated` or deleted")
	c.Flags().StringVar(&f.message, "message", "", "tell users `WHY`")
	c.Flags().StringVar(&f.successor, "successor", "", "name `NAME@VERSION` as what to use instead")
	c.Flags().BoolVar(&f.detach, "detach", false, "remove its attestations from images too, as far as the journal knows them")
	c.Flags().StringVar(&f.state, "state", ".mcpctl", "journals are in `DIR`")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "print every step, and write nothing anywhere")
	f.auth.bind(c, "auth")
	bindAsking(c, &f.format, &f.color, &f.yes, &f.quiet)
	_ = c.RegisterFlagCompletionFunc("status", cobra.FixedCompletions([]string{registry.Deprecated, registry.Deleted}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

// which is the release to take back; the journal knows what was not said.
func (f *undoFlags) which(args []string) (id string, err error) {
	past, err := publish.PastReleases(f.state)
	if err != nil {
		return "", err
	}
	var known []string
	for _, p := range past {
		known = append(known, p.Name+"@"+p.Version)
	}
	switch {
	case len(args) == 1:
		id = args[0]
	case len(known) == 0:
		return "", usagef("no journal in %s says what to take back", f.state).hinted("Name it, as in io.github.acme/echo@1.0.0.")
	case len(known) > 1:
		return "", usagef("there are journals of %s", strings.Join(known, ", ")).hinted("Name the one to take back.")
	default:
		id = known[0]
	}
	if i := slices.Index(known, id); i >= 0 && len(f.registries) == 0 {
		f.registries = past[i].Registries
	}
	if len(f.registries) == 0 {
		f.registries = []string{registry.Official}
	}
	return id, nil
}

// undoReport is what --format json prints.
type undoReport struct {
	Schema  string          `json:"schema"` // mcpctl.undo/v1
	Outcome string          `json:"outcome"`
	Name    string          `json:"name"`
	Version string          `json:"version"`
	Status  string          `json:"status"`
	Message string          `json:"message"`
	Steps   []*publish.Step `json:"steps"`
	Notes   []string        `json:"notes"`
}

func (a *app) undo(c *cobra.Command, id string, f undoFlags) error {
	style, err := a.planStyle(f.format, f.color)
	if err != nil {
		return err
	}
	at := strings.LastIndexByte(id, '@')
	if at <= 0 || at == len(id)-1 {
		return usagef("%q is not like io.github.acme/echo@1.0.0", id)
	}
	targets, err := a.publishTargets(f.registries, f.auth)
	if err != nil {
		return err
	}
	w := publish.Withdrawal{Name: id[:at], Version: id[at+1:], Status: f.status, Message: f.message, Successor: f.successor, Detach: f.detach, State: f.state}
	s := publish.Services{Targets: targets, Images: publish.OCI{Options: attach.Options{UserAgent: a.userAgent()}}}
	u, err := publish.NewUndo(c.Context(), w, s, publish.Options{Tell: a.telling(f.quiet)})
	if err != nil {
		return err
	}
	if f.format == "text" {
		show := a.Err
		if f.dryRun {
			show = a.Out
		}
		if err := u.Print(show, style); err != nil {
			return &Error{Code: ExitEnvironment, Err: err}
		}
	}
	outcome := "planned"
	if !f.dryRun {
		if err := a.consent(c.Context(), "Take "+id+" back?", f.yes); err != nil {
			return err
		}
		if err := u.Apply(c.Context()); err != nil {
			return err
		}
		outcome = "undone"
	}
	if f.format == "json" {
		return a.writeUndo(u, outcome)
	}
	if outcome == "undone" {
		fmt.Fprintf(a.Out, "%s is taken back\n", a.safe(id))
	} else {
		fmt.Fprintln(a.Out, "Nothing was written.")
	}
	return nil
}

func (a *app) writeUndo(u *publish.Undo, outcome string) error {
	w := u.Withdrawal
	b, err := indented(undoReport{"mcpctl.undo/v1", outcome, w.Name, w.Version, w.Status, u.Message, u.Steps, append([]string{}, u.Notes...)})
	if err == nil {
		_, err = a.Out.Write(b)
	}
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the result: %w", err)}
	}
	return nil
}
