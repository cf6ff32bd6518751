package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
)

func (a *app) templateTestCommand() *cobra.Command {
	var judge bool
	var env []string
	c := &cobra.Command{
		Use:   "test TEMPLATE",
		Short: "Build and judge what a template makes, in every pair of settings of its features",
		Long: `Build and judge what a template makes: for each row of a covering array, which holds every
two features both on, both off and one without the other, the project is rendered into a
temporary folder, its own tests run, its server is built, and judged as mcpctl test does.

This runs the template's code. Read a template that is not yours before you test it.`,
		Args: oneTemplate,
		RunE: func(c *cobra.Command, args []string) error {
			t, err := a.openPack(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.testTemplate(c.Context(), t, env, judge)
		},
	}
	c.Flags().BoolVar(&judge, "judge", true, "judge the built servers, too")
	c.Flags().StringArrayVar(&env, "env", nil, "start the servers with this variable `K=V` (repeatable)")
	return c
}

// testTemplate takes the rows one after the other, so that the compiler's cache
// serves what they share, and goes on after a row that fails.
func (a *app) testTemplate(ctx context.Context, t *scaffold.Template, env []string, judge bool) error {
	rows := pack.Cover(t.Manifest.Features)
	bad := 0
	for i, row := range rows {
		began := time.Now()
		err := a.testRow(ctx, t, row, env, judge)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		word := "ok  "
		if err != nil {
			word = "FAIL"
			bad++
		}
		fmt.Fprintf(a.Out, "%s %2d/%d  %s  (%s)\n", word, i+1, len(rows), a.safe(row.String()), time.Since(began).Round(100*time.Millisecond))
		if err != nil {
			fmt.Fprintf(a.Out, "%s\n", a.indented(err.Error()))
		}
	}
	fmt.Fprintf(a.Out, "\n%s %s: %d of %d combinations are sound\n", a.safe(t.Manifest.ID), a.safe(t.Manifest.Version), len(rows)-bad, len(rows))
	if bad > 0 {
		return exit(ExitFindings)
	}
	return nil
}

// testRow renders, checks, builds and judges one project.
func (a *app) testRow(ctx context.Context, t *scaffold.Template, row pack.Row, env []string, judge bool) error {
	return a.withRow(ctx, t, row, func(tools toolchain, dir, out string) error {
		if err := tools.check(ctx, dir); err != nil {
			return err
		}
		command, err := tools.build(ctx, dir, out)
		if err != nil || !judge {
			return err
		}
		return a.judgeRow(ctx, mcp.Target{Name: filepath.Base(dir), Command: command, Dir: dir, ExtraEnv: env})
	})
}

// withRow renders one project into a temporary folder, for as long as do takes.
// What do makes goes to the folder out.
func (a *app) withRow(ctx context.Context, t *scaffold.Template, row pack.Row, do func(tools toolchain, dir, out string) error) error {
	answers, err := pack.Choose(t, row)
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "mcpctl-template-")
	if err != nil {
		return fmt.Errorf("making room for the project: %w", err)
	}
	defer func() { _ = os.RemoveAll(temporary) }() // a temporary folder
	dir := filepath.Join(temporary, answers.Name)
	plan, err := scaffold.NewPlan(t, answers, dir)
	if err != nil {
		return err
	}
	if err := plan.Apply(ctx); err != nil {
		return err
	}
	tools, err := a.toolchain(plan)
	if err != nil {
		return err
	}
	return do(tools, dir, temporary)
}

// judgeRow judges a server in every revision. A template promises no failure;
// its warnings may be the SDK's.
func (a *app) judgeRow(ctx context.Context, target mcp.Target) error {
	o := conformance.DefaultOptions()
	o.Auto, o.Required, o.Revisions = false, true, mcp.Timeline()
	plan, err := conformance.NewPlan(ctx, target, checks.All(), o)
	if err != nil {
		return err
	}
	var found []error
	for _, f := range plan.Run(ctx, nil).Findings {
		if f.Verdict == conformance.Fail || f.Verdict == conformance.Errored {
			found = append(found, fmt.Errorf("%s %s in %s: %s", f.Verdict, f.Check, f.Revision, f.Message))
		}
	}
	return errors.Join(found...)
}

// indented is a text of many lines, safe for a terminal, below a line of ours.
func (a *app) indented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		fmt.Fprintf(&out, "       %s\n", a.safe(strings.TrimRight(line, "\r\n")))
	}
	return strings.TrimRight(out.String(), "\n")
}
