package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/templates"
)

func (a *app) templateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "template",
		Short: "List, show, lint or test templates of `mcpctl new`",
		Long: `List, show, lint or test templates of ` + "`mcpctl new`" + `.

A template is named by the id of a built-in one, by a folder, or by
git+URL[#FOLDER]@COMMIT with the whole commit id.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(a.templateListCommand(), a.templateShowCommand(), a.templateLintCommand(), a.templateTestCommand())
	return c
}

// shownTemplate is a template as --format json prints it.
type shownTemplate struct {
	ID        string              `json:"id"`
	Version   string              `json:"version"`
	Title     string              `json:"title"`
	Language  string              `json:"language"`
	Source    scaffold.Source     `json:"source"`
	Digest    string              `json:"digest"`
	Files     int                 `json:"files"`
	Profiles  map[string][]string `json:"profiles"`
	Features  []shownFeature      `json:"features"`
	Questions []shownQuestion     `json:"questions"`
}

type shownFeature struct {
	Name     string   `json:"name"`
	Group    string   `json:"group"`
	Title    string   `json:"title"`
	Requires []string `json:"requires,omitempty"`
}

type shownQuestion struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Default string `json:"default"`
}

func showTemplate(t *scaffold.Template) shownTemplate {
	m := t.Manifest
	s := shownTemplate{ID: m.ID, Version: m.Version, Title: m.Title, Language: m.Language, Source: t.Source, Digest: t.Digest, Files: len(t.Files), Profiles: m.Profiles}
	for _, f := range m.Features {
		s.Features = append(s.Features, shownFeature{f.Name, f.Group, f.Title, f.Requires})
	}
	for _, q := range m.Questions {
		s.Questions = append(s.Questions, shownQuestion{q.Name, q.Title, q.Default})
	}
	return s
}

func (a *app) templateListCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the built-in templates",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var all []shownTemplate
			for _, id := range templates.List() {
				t, err := pack.Open(c.Context(), id)
				if err != nil {
					return err
				}
				all = append(all, showTemplate(t))
			}
			return a.textOrJSON(format, all, func() error {
				w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
				for _, t := range all {
					fmt.Fprintf(w, "%s\t%s\t%s\t%d features\t%s\n", t.ID, t.Version, t.Language, len(t.Features), t.Title)
				}
				return w.Flush()
			})
		},
	}
	bindFormat(c, &format)
	return c
}

func (a *app) templateShowCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:               "show TEMPLATE",
		Short:             "Show what a template asks and which features it has",
		Args:              oneTemplate,
		ValidArgsFunction: cobra.FixedCompletions(templates.List(), cobra.ShellCompDirectiveDefault),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := a.openPack(c.Context(), args[0])
			if err != nil {
				return err
			}
			s := showTemplate(t)
			return a.textOrJSON(format, s, func() error { return a.printTemplate(s) })
		},
	}
	bindFormat(c, &format)
	return c
}

// printTemplate shows a template to people: its features by group.
func (a *app) printTemplate(t shownTemplate) error {
	fmt.Fprintf(a.Out, "%s %s: %s\n%s, %d files, %s\n\nprofiles\n", a.safe(t.ID), a.safe(t.Version), a.safe(t.Title), a.safe(t.Language), t.Files, a.safe(t.Digest))
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(t.Profiles)) {
		fmt.Fprintf(w, "  %s\t%d of %d features\n", a.safe(name), len(t.Profiles[name]), len(t.Features))
	}
	fmt.Fprintln(w, "\nquestions")
	for _, q := range t.Questions {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", a.safe(q.Name), a.safe(q.Title), a.safe(q.Default))
	}
	group := ""
	for _, f := range t.Features {
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(w, "\n%s\n", a.safe(group))
		}
		needs := ""
		if len(f.Requires) > 0 {
			needs = "needs " + strings.Join(f.Requires, ", ")
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", a.safe(f.Name), a.safe(f.Title), a.safe(needs))
	}
	return w.Flush()
}

func (a *app) templateLintCommand() *cobra.Command {
	var format string
	var build bool
	c := &cobra.Command{
		Use:   "lint TEMPLATE",
		Short: "Find what is wrong with a template",
		Long: "Find what is wrong with a template: it is rendered in every pair of settings of its features, what comes of it\nis looked at, and the project with all features and the one with none are built.\n\n" + lintRules() +
			"  builds     with all features and with none it builds; --build=false leaves it out\n",
		Args: oneTemplate,
		RunE: func(c *cobra.Command, args []string) error {
			t, err := a.openPack(c.Context(), args[0])
			if err != nil {
				return err
			}
			found := pack.Lint(t)
			if found == nil {
				found = []pack.Problem{} // in JSON a list, if an empty one
			}
			if build && len(found) == 0 {
				if found, err = a.lintBuild(c.Context(), t); err != nil {
					return err
				}
			}
			err = a.textOrJSON(format, found, func() error {
				for _, p := range found {
					fmt.Fprintln(a.Out, a.safe(p.String()))
				}
				fmt.Fprintf(a.Err, "%s %s in %d combinations of features: %d problems\n", a.safe(t.Manifest.ID), a.safe(t.Manifest.Version), len(pack.Cover(t.Manifest.Features)), len(found))
				return nil
			})
			if err == nil && len(found) > 0 {
				return exit(ExitFindings)
			}
			return err
		},
	}
	bindFormat(c, &format)
	c.Flags().BoolVar(&build, "build", true, "build the project with all features, and the one with none")
	return c
}

// lintBuild builds the first two rows: all features, and none.
func (a *app) lintBuild(ctx context.Context, t *scaffold.Template) ([]pack.Problem, error) {
	rows := pack.Cover(t.Manifest.Features)
	found := []pack.Problem{}
	for _, row := range rows[:min(2, len(rows))] {
		err := a.withRow(ctx, t, row, func(tools toolchain, dir, out string) error {
			_, err := tools.build(ctx, dir, out)
			return err
		})
		var lacking *Error
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.As(err, &lacking) && errors.Is(err, exec.ErrNotFound):
			return nil, lacking
		case err != nil:
			found = append(found, pack.Problem{Rule: "builds", Message: fmt.Sprintf("with %s: %v", row, err)})
		}
	}
	return found, nil
}

func lintRules() string {
	var out strings.Builder
	for _, r := range pack.Rules() {
		fmt.Fprintf(&out, "  %-10s %s\n", r[0], r[1])
	}
	return out.String()
}

// openPack opens a template by what the user calls it. A fault in the template
// is a finding of lint only where it could be read at all.
func (a *app) openPack(ctx context.Context, name string) (*scaffold.Template, error) {
	t, err := pack.Open(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return t, nil
}

func oneTemplate(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("name one template").hinted("Built in are %s; a folder or git+URL@COMMIT serves too.", strings.Join(templates.List(), ", "))
	}
	return nil
}

// bindFormat gives a reading command its --format.
func bindFormat(c *cobra.Command, format *string) {
	c.Flags().StringVar(format, "format", "text", "print `text` or json")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
}

// textOrJSON prints v as JSON, or as text does.
func (a *app) textOrJSON(format string, v any, text func() error) error {
	switch format {
	case "text":
		return text()
	case "json":
		e := json.NewEncoder(a.Out)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	return usagef("--format %q is none", format).hinted("Choose text or json.")
}
