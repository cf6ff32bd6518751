package cli

import (
	"bytes"
	"fmt"
	"io"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/conformance/report"
	"github.com/mcpctl/mcpctl/internal/atomic"
)

// tellDiff writes a diff everywhere it goes, files first, and gives the exit code.
func (a *app) tellDiff(d *contract.Diff, j diffJudge, f diffFlags) error {
	plain := report.Options{Width: 100, Verbose: f.verbose}
	for _, file := range j.outputs.files {
		var text bytes.Buffer
		err := a.writeDiff(&text, file.Format, d, j, plain)
		if err == nil {
			err = atomic.WriteFile(file.path, text.Bytes(), 0o644)
		}
		if err != nil {
			return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the %s report: %w", file.Name, err)}
		}
	}
	shown := plain
	shown.Color, shown.Width = a.color(f.color, a.OutTTY), a.Width
	if err := a.writeDiff(a.Out, j.outputs.main, d, j, shown); err != nil {
		return written(err)
	}
	if d.Fails(j.failing...) {
		return exit(ExitFindings)
	}
	return nil
}

// writeDiff writes a diff in a format. Text, JSON and Markdown show a diff as what
// it is; the others show its findings.
func (a *app) writeDiff(w io.Writer, format report.Format, d *contract.Diff, j diffJudge, o report.Options) error {
	var out bytes.Buffer
	var err error
	switch format.Name {
	case "text":
		err = d.WriteText(&out, contract.TextOptions{Color: o.Color, Verbose: o.Verbose, Failing: j.failing})
	case "json":
		err = d.WriteJSON(&out)
	case "markdown":
		err = d.WriteMarkdown(&out, j.failing)
	default:
		r := d.Report(conformance.Tool{Name: "mcpctl", Version: version()}, j.failing)
		linkRules(r.Findings)
		err = format.Write(&out, r, o)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, j.hide(out.String()))
	return err
}
