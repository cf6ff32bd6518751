package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/templates"
)

// demoName is what the server of the demo is called.
const demoName = "tide-table"

func (a *app) demoCommand() *cobra.Command {
	var template, profile, keep string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Make a server, judge it, publish it signed, and prove it, in a temporary folder",
		Long: `Make a new server from a template, build it, judge it in every revision of the protocol, write its bill
of materials, sign it, publish it at a registry of its own, prove it as a user would, and see a changed
copy refused: all in a temporary folder, told in a few lines.

Building may download what the template's dependencies pin. Nothing else leaves this machine.`,
		Example: "  mcpctl demo\n  mcpctl demo --profile production --keep tide-table",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.demo(c.Context(), template, profile, keep)
		},
	}
	c.Flags().StringVar(&template, "template", templates.List()[0], "make it from template `ID`")
	c.Flags().StringVar(&profile, "profile", "lean", "make it with the features of profile `NAME`")
	c.Flags().StringVar(&keep, "keep", "", "make it in the new folder `DIR`, and leave it there")
	_ = c.RegisterFlagCompletionFunc("template", cobra.FixedCompletions(templates.List(), cobra.ShellCompDirectiveDefault)) // the flag exists
	return c
}

// demo goes through the steps in order; the first that fails ends it.
func (a *app) demo(ctx context.Context, template, profile, keep string) error {
	t, err := a.openPack(ctx, template)
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "mcpctl-demo-")
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("making room for the demo: %w", err)}
	}
	defer func() { _ = os.RemoveAll(temporary) }() // a temporary folder
	dir := keep
	if dir == "" {
		dir = filepath.Join(temporary, demoName)
	}
	plan, err := a.demoNew(ctx, t, profile, dir)
	if err != nil {
		return err
	}
	server, err := a.demoBuild(ctx, plan, temporary)
	if err != nil {
		return err
	}
	command := server.command
	report, err := a.demoTest(ctx, mcp.Target{Name: demoName, Command: command}, plan.Language != "go")
	if err != nil {
		return err
	}
	if err := verdict(report, false); err != nil {
		return err
	}
	release, err := a.demoPack(ctx, filepath.Join(temporary, "release"), server, report)
	if err != nil {
		return err
	}
	if err := a.demoPublish(ctx, release, command); err != nil {
		return err
	}
	if keep != "" {
		fmt.Fprintf(a.Out, "\nThe server is in %s: begin with its README.md and mcpctl.yaml.\n", a.safe(keep))
	} else {
		fmt.Fprint(a.Out, "\nMake your own with `mcpctl new NAME`; `mcpctl test` judges and `mcpctl verify` proves any server, yours or not.\n")
	}
	return nil
}

// step says in one line what was done and how long it took.
func (a *app) step(name string, began time.Time, format string, args ...any) {
	took := time.Since(began)
	unit := 10 * time.Millisecond
	if took < time.Second {
		unit = time.Millisecond
	}
	fmt.Fprintf(a.Out, "%-7s %s  (%s)\n", name, a.safe(fmt.Sprintf(format, args...)), took.Round(unit))
}

func (a *app) demoNew(ctx context.Context, t *scaffold.Template, profile, dir string) (*scaffold.Plan, error) {
	began := time.Now()
	answers, err := t.Resolve(scaffold.Given{From: "the demo", Name: demoName, Profile: profile})
	if err != nil {
		return nil, err
	}
	plan, err := scaffold.NewPlan(t, answers, dir)
	if err != nil {
		return nil, err
	}
	if err := plan.Apply(ctx); err != nil {
		return nil, writeError(err)
	}
	a.step("new", began, "%d files from template %s %s, profile %s, %d of %d features",
		len(plan.Tree), t.Manifest.ID, t.Manifest.Version, answers.Profile, len(answers.Features), len(t.Manifest.Features))
	return plan, nil
}

func (a *app) demoBuild(ctx context.Context, plan *scaffold.Plan, out string) (demoServer, error) {
	var none demoServer
	tools, err := a.toolchain(plan)
	if err != nil {
		return none, err
	}
	dir, err := filepath.Abs(plan.Dest)
	if err != nil {
		return none, &Error{Code: ExitEnvironment, Err: err}
	}
	if a.ErrTTY {
		fmt.Fprintln(a.Err, "building; the first time this fetches, or compiles, the SDK …")
	}
	began := time.Now()
	command, err := tools.build(ctx, dir, out)
	if err != nil {
		return none, err
	}
	server := demoServer{language: plan.Language, dir: dir, command: anywhere(plan.Language, dir, command)}
	if plan.Language != "go" {
		a.step("build", began, "what the project locks is installed; nothing has to be built")
		return server, nil
	}
	info, err := os.Stat(command[0])
	if err != nil {
		return none, &Error{Code: ExitEnvironment, Err: err}
	}
	a.step("build", began, "one program, %.1f MB", float64(info.Size())/1e6)
	return server, nil
}

// counted is a number of things, in the singular where it is one.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// demoTest shows the tools of the server and judges it. What an interpreter runs
// takes a second to start, which many checks do anew: it is judged in the newest
// revision of each era, few starts at a time, and waited for longer.
func (a *app) demoTest(ctx context.Context, target mcp.Target, interpreted bool) (*conformance.Report, error) {
	began := time.Now()
	s, err := connect(ctx, target)
	if err != nil {
		return nil, err
	}
	list, err := listTools(ctx, s)
	_ = s.Close(context.WithoutCancel(ctx)) // it has said what it was asked
	if err != nil {
		return nil, &Error{Code: ExitEnvironment, Err: fmt.Errorf("asking the new server for its tools: %w", err)}
	}
	a.step("start", began, "tools/list answers with %s", counted(len(list), "tool"))
	began = time.Now()
	o := conformance.DefaultOptions()
	o.Tool, o.Redact = conformance.Tool{Name: "mcpctl", Version: version()}, a.redact
	if interpreted {
		o.Revisions, o.Parallel, o.CheckTime = []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728}, 3, 5*time.Minute
		o.Limits.Start, o.Limits.Call = time.Minute, time.Minute
	}
	plan, err := conformance.NewPlan(ctx, target, checks.All(), o)
	if err != nil {
		return nil, err
	}
	report := plan.Run(ctx, nil)
	n := report.Summary
	a.step("test", began, "%d revisions over stdio: %d passed, %d failed, %d warnings, %d could not be seen",
		len(report.Revisions), n[conformance.Pass], n[conformance.Fail], n[conformance.Warn], n[conformance.Unproven])
	for _, f := range report.Findings {
		if f.Verdict == conformance.Fail || f.Verdict == conformance.Warn || f.Verdict == conformance.Errored {
			fmt.Fprintf(a.Out, "        %s %s in %s: %s\n", f.Verdict, f.Check, f.Revision, a.safe(f.Message))
		}
	}
	return report, nil
}
