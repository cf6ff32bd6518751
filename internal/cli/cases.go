package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance/cases"
)

func (a *app) casesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "cases",
		Short: "Check your own test cases, and make some from recorded sessions",
		Long: `Check your own test cases, and make some from recorded sessions. "mcpctl test" runs them;
docs/cases.md describes them, and docs/cases.schema.json does so for editors.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(a.casesLintCommand(), a.casesRecordCommand())
	return c
}

func (a *app) casesLintCommand() *cobra.Command {
	var format, configFile string
	c := &cobra.Command{
		Use:   "lint [flags] [FILE…]",
		Short: "Check files of cases without a server",
		Long: `Check files of cases, those of the project when none is named, without a server: every name,
path, pattern and schema in them. What is wrong is told with its line and column; the exit code is then 2.`,
		Example: `  mcpctl cases lint
  mcpctl cases lint cases/sums.yaml --format json`,
		RunE: func(_ *cobra.Command, args []string) error { return a.casesLint(args, format, configFile) },
	}
	c.Flags().StringVar(&format, "format", "text", "print `text` or json")
	c.Flags().StringVar(&configFile, "config", "", "take the project's cases from this `FILE`")
	_ = c.MarkFlagFilename("config", "yaml") // the flag exists
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// lintedCase and lintedProblem are as --format json prints them.
type lintedCase struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	File string `json:"file"`
	Line int    `json:"line"`
	Rows int    `json:"rows"`
}

type lintedProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (a *app) casesLint(args []string, format, configFile string) error {
	if format != "text" && format != "json" {
		return usagef("--format %q is neither text nor json", format)
	}
	conf, err := readConfig(configFile)
	if err != nil {
		return err
	}
	paths, err := casePaths(conf, configFile, args)
	named := len(args)+len(conf.Cases) > 0
	switch {
	case err != nil:
		return err
	case len(paths) == 0:
		return noCases()
	case format == "json":
		return a.casesLintJSON(paths, named)
	}
	files, err := a.readCases(paths, named)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return noCases()
	}
	n := 0
	for _, f := range files {
		n += len(f.Cases)
	}
	fmt.Fprintf(a.Out, "%s in %s: nothing is wrong\n", counted(n, "case"), counted(len(files), "file"))
	return nil
}

func noCases() error {
	return usagef("there are no cases to check").hinted("Name a file, or write some to %s; docs/cases.md shows how.", casesGlob)
}

func (a *app) casesLintJSON(paths []string, named bool) error {
	out := struct {
		Schema   string          `json:"schema"`
		Cases    []lintedCase    `json:"cases"`
		Problems []lintedProblem `json:"problems"`
	}{Schema: "mcpctl.cases/v1", Cases: []lintedCase{}, Problems: []lintedProblem{}}
	for _, path := range paths {
		f, err := readCaseFile(path, named)
		if errors.Is(err, cases.ErrForeign) {
			continue
		}
		var problems cases.Problems
		if err != nil && !errors.As(err, &problems) {
			return usagef("reading the cases: %w", err)
		}
		for _, p := range problems {
			out.Problems = append(out.Problems, lintedProblem(p))
		}
		if f == nil {
			continue
		}
		for _, c := range f.Cases {
			out.Cases = append(out.Cases, lintedCase{ID: c.ID, Name: c.Name, File: path, Line: c.Line, Rows: c.Rows()})
		}
	}
	e := json.NewEncoder(a.Out)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		return written(err)
	}
	if len(out.Problems) > 0 {
		return exit(ExitUsage)
	}
	return nil
}
