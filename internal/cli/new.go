package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/templates"
)

// newFlags are the flags of `mcpctl new`, as typed.
type newFlags struct {
	answerFlags
	template, dir, format  string
	dryRun, diff, run, yes bool
}

func (a *app) newCommand() *cobra.Command {
	var f newFlags
	c := &cobra.Command{
		Use:   "new NAME [flags]",
		Short: "Make a new MCP server from a template",
		Long: `Make a new MCP server from a template, in a new folder called NAME.

What is not given by flags, by variables MCPCTL_NEW_… or by a file of answers is asked for on a
terminal, and has its default elsewhere or with --yes. Nothing runs, nothing is fetched, and
nothing that exists is overwritten.`,
		Example: `  mcpctl new weather
  mcpctl new weather --profile lean --yes --run
  mcpctl new weather --with redis --without oauth --set owner=octocat --dry-run`,
		RunE: func(c *cobra.Command, args []string) error { return a.newProject(c.Context(), args, f) },
	}
	f.answerFlags.bind(c)
	c.Flags().StringVar(&f.template, "template", "", "make it from `TEMPLATE`: a built-in one, a folder, or git+URL[#FOLDER]@COMMIT (default go)")
	c.Flags().StringVar(&f.dir, "dir", "", "make it in folder `DIR` instead of NAME")
	c.Flags().StringVar(&f.format, "format", "text", "print the plan or the summary as `FORMAT`: text, json")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "print the answers and every file with its digest, and write nothing")
	c.Flags().BoolVar(&f.diff, "diff", false, "print how an existing folder differs from the new project, and write nothing")
	c.Flags().BoolVar(&f.run, "run", false, "build and start the new server, and show its tools")
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "ask nothing: what is not given has its default")
	c.MarkFlagsMutuallyExclusive("dry-run", "diff", "run")
	_ = c.MarkFlagDirname("dir") // the flag exists
	_ = c.RegisterFlagCompletionFunc("template", cobra.FixedCompletions(templates.List(), cobra.ShellCompDirectiveDefault))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// newProject is the command: template, answers, plan, and print or apply.
func (a *app) newProject(ctx context.Context, args []string, f newFlags) error {
	if f.format != "text" && f.format != "json" {
		return usagef("--format %q is none of text, json", f.format)
	}
	if f.format == "json" && (f.diff || f.run) {
		return usagef("--diff and --run print text only").hinted("Leave --format out.")
	}
	// Formatting a whole project makes much garbage in a moment; collecting it
	// would take as long as the rest.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	plan, err := a.newPlan(ctx, args, f)
	if err != nil {
		return err
	}
	if f.diff {
		return a.diffPlan(plan)
	}
	if err := plan.Ready(); err != nil {
		return err
	}
	if f.dryRun && f.format == "json" {
		return plan.PrintJSON(a.Out, false)
	}
	if f.dryRun {
		return plan.Print(a.Out)
	}
	if err := plan.Apply(ctx); err != nil {
		return writeError(err)
	}
	if f.format == "json" {
		return plan.PrintJSON(a.Out, true)
	}
	a.summarise(plan)
	if f.run {
		return a.runNew(ctx, plan)
	}
	return nil
}

// newPlan finds the template, gathers the answers and plans.
func (a *app) newPlan(ctx context.Context, args []string, f newFlags) (*scaffold.Plan, error) {
	given, err := a.given(args, f.answerFlags)
	if err != nil {
		return nil, err
	}
	if f.template == "" {
		f.template = a.env(envNew + "TEMPLATE")
	}
	if f.template == "" {
		f.template = templates.List()[0]
	}
	t, err := pack.Open(ctx, f.template)
	if err != nil {
		return nil, err
	}
	given = append(given, a.givenByEnv(t))
	if given, err = a.withFile(given, f.answers); err != nil {
		return nil, err
	}
	if !f.yes && a.InTTY && a.ErrTTY {
		asked, err := a.ask(ctx, t, given)
		if err != nil {
			return nil, err
		}
		given = append(given, asked)
	}
	answers, err := t.Resolve(given...)
	if err != nil {
		return nil, err
	}
	if f.dir == "" {
		f.dir = answers.Name
	}
	return scaffold.NewPlan(seenFrom(f.dir, t), answers, f.dir)
}

// seenFrom lets a template in a folder be found again from the new project,
// which is where `mcpctl update` runs.
func seenFrom(dest string, t *scaffold.Template) *scaffold.Template {
	dir, ok := t.Source.Dir()
	if !ok || filepath.IsAbs(dir) {
		return t
	}
	from, err := filepath.Abs(dest)
	if err != nil {
		return t
	}
	to, err := filepath.Abs(dir)
	if err != nil {
		return t
	}
	if below, err := filepath.Rel(from, to); err == nil {
		moved := *t
		moved.Source = scaffold.DirSource(filepath.ToSlash(below))
		return &moved
	}
	return t
}

// diffPlan shows how an existing folder differs from the plan.
func (a *app) diffPlan(plan *scaffold.Plan) error {
	root, err := os.OpenRoot(plan.Dest)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("--diff compares with an existing folder, and %s does not exist", plan.Dest).hinted("--dry-run shows what would be written there.")
	}
	if err != nil {
		return usagef("--diff: %w", err)
	}
	defer func() { _ = root.Close() }() // only the handle of a folder
	out := term.NewWriter(a.Out)
	changed, err := plan.Diff(out, root.FS())
	if err = errors.Join(err, out.Close()); err != nil {
		return &Error{Code: ExitEnvironment, Err: err}
	}
	fmt.Fprintf(a.Err, "%d of %d files differ; nothing was written.\n", changed, len(plan.Tree))
	return nil
}

// summarise says in a few lines what was made and how to go on.
func (a *app) summarise(p *scaffold.Plan) {
	of := p.Origin.ID + " " + p.Origin.Version
	if p.Answers.Profile != "" {
		of += ", profile " + p.Answers.Profile
	}
	fmt.Fprintf(a.Out, "Made %s: %d files in %s from template %s, with %d features.\n",
		a.safe(p.Answers.Name), len(p.Tree), a.safe(p.Dest), a.safe(of), len(p.Answers.Features))
	for _, f := range p.Answers.Features {
		if by, pulled := p.Answers.Pulled[f]; pulled {
			fmt.Fprintf(a.Out, "  %s is among them because %s requires it.\n", f, by)
		}
	}
	fmt.Fprintf(a.Out, "\nNext:\n  cd %s\n", a.safe(p.Dest))
	for _, command := range p.Next {
		fmt.Fprintf(a.Out, "  %s\n", a.safe(command))
	}
}
