package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/report"
	"github.com/mcpctl/mcpctl/internal/atomic"
)

// outputFlags say how results are shown.
type outputFlags struct {
	format  string
	reports []string
	color   string
	verbose bool
	quiet   bool
}

func (f *outputFlags) bind(c *cobra.Command) {
	names := formatNames()
	c.Flags().StringVar(&f.format, "format", "text", "print the report as `FORMAT`: "+strings.Join(names, ", "))
	c.Flags().StringArrayVar(&f.reports, "report", nil, "also write the report to a file, as in `FORMAT=FILE`; repeatable")
	c.Flags().StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "show exchanges in full, and what was skipped or unproven")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "show no progress")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	_ = c.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// outputs is where a report goes.
type outputs struct {
	app   *app
	flags outputFlags
	main  report.Format
	files []fileOutput
}

type fileOutput struct {
	report.Format
	path string
}

// outputs checks the flags before any work is done.
func (f outputFlags) outputs(a *app) (outputs, error) {
	o := outputs{app: a, flags: f}
	switch f.color {
	case "auto", "always", "never":
	default:
		return o, usagef("--color %q is none of auto, always, never", f.color)
	}
	var err error
	if o.main, err = format("--format", f.format); err != nil {
		return o, err
	}
	for _, word := range f.reports {
		name, path, ok := strings.Cut(word, "=")
		if !ok || path == "" {
			return o, usagef("--report %q is not like junit=report.xml", word)
		}
		chosen, err := format("--report", name)
		if err != nil {
			return o, err
		}
		o.files = append(o.files, fileOutput{chosen, path})
	}
	return o, nil
}

func format(flag, name string) (report.Format, error) {
	f, err := report.Lookup(name)
	if err != nil {
		return f, usagef("%s: there is no format %q", flag, name).
			hinted("%s", didYouMean(name, formatNames(), "Formats are "+strings.Join(formatNames(), ", ")+"."))
	}
	return f, nil
}

// write writes the report everywhere it goes: files first, so that a closed
// standard output costs no file.
func (o outputs) write(r *conformance.Report, strict bool) error {
	linkRules(r.Findings)
	plain := report.Options{Width: 100, Verbose: o.flags.verbose, Strict: strict}
	for _, f := range o.files {
		var text bytes.Buffer
		err := f.Write(&text, r, plain)
		if err == nil {
			err = atomic.WriteFile(f.path, text.Bytes(), 0o644)
		}
		if err != nil {
			return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the %s report: %w", f.Name, err)}
		}
	}
	shown := plain
	shown.Color, shown.Width = o.app.Streams.color(o.flags.color, o.app.OutTTY), o.app.Width
	if err := o.main.Write(o.app.Out, r, shown); err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the report: %w", err)}
	}
	return nil
}
