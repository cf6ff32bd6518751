package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/publish/serverjson"
)

// printManifest shows the result of a check in a format that is known.
func (a *app) printManifest(format string, r manifestReport) error {
	switch format {
	case "json":
		return writeIndented(a.Out, r)
	case "sarif":
		return writeIndented(a.Out, manifestSARIF(r.Findings))
	}
	if r.Fix != nil && r.Fix.Diff != "" {
		fmt.Fprint(a.Out, term.Safe(a.redact.String(r.Fix.Diff)))
		for _, done := range r.Fix.Done {
			fmt.Fprintf(a.Err, "%s\n", a.safe(done))
		}
	}
	a.printFindings(a.Out, r.Findings)
	fmt.Fprintf(a.Err, "%s: errors: %d, warnings: %d\n", a.safe(r.File), r.Summary.Errors, r.Summary.Warnings)
	if r.Fix != nil && r.Fix.Diff != "" {
		if r.Fix.Written {
			fmt.Fprintln(a.Err, "The mends are written; the findings are those that remain.")
		} else {
			fmt.Fprintln(a.Err, "Nothing is written: --fix --write does.")
		}
	}
	return nil
}

// printFindings writes two lines a finding: what is wrong where, and what to do.
func (a *app) printFindings(w io.Writer, findings []serverjson.Finding) {
	for _, f := range findings {
		fmt.Fprintf(w, "%s:%d:%d: %s: %s [%s]\n    %s\n", a.safe(f.File), f.Line, f.Column, f.Level, a.safe(f.Reason), f.Rule, a.safe(f.Mend))
	}
}

func writeIndented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
