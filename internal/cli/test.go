package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/mcp"
)

// testFlags are the flags of `mcpctl test`, as typed.
type testFlags struct {
	targetFlags
	judgeFlags
	outputFlags
	baseline string
	update   bool
	dryRun   bool
}

func (a *app) testCommand() *cobra.Command {
	var f testFlags
	c := &cobra.Command{
		Use:   "test [flags] URL | NAME | -- COMMAND [ARGS…]",
		Short: "Judge whether a live server conforms to the protocol",
		Long: `Judge whether a live server conforms to the protocol, in every revision that it
says it speaks, and show the exchange that proves each finding.

By default no tool of the server's is called: --allow-tool names those that may be.`,
		Example: `  mcpctl test -- npx -y @modelcontextprotocol/server-everything stdio
  mcpctl test https://mcp.example.com/mcp --bearer-env TOKEN
  mcpctl test my-server --config client.json --report sarif=mcp.sarif`,
		RunE: func(c *cobra.Command, args []string) error { return a.test(c, args, f) },
	}
	f.targetFlags.bind(c)
	f.judgeFlags.bind(c)
	f.outputFlags.bind(c)
	c.Flags().StringVar(&f.baseline, "baseline", "", "accept the findings that `FILE` lists")
	c.Flags().BoolVar(&f.update, "update-baseline", false, "write what was found to the baseline file")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "open the sessions, print which checks would run and why others would not, and stop")
	_ = c.MarkFlagFilename("baseline", "yaml") // the flag exists
	return c
}

// test is the command: target, plan, run, baseline, reports, exit code.
func (a *app) test(c *cobra.Command, args []string, f testFlags) error {
	a.frugal()
	target, conf, err := a.target(c, args, f.targetFlags)
	if err != nil {
		return err
	}
	options, err := f.options(conf.Test, f.transport)
	if err != nil {
		return err
	}
	options.Redact = a.redact
	options.Tool = conformance.Tool{Name: "mcpctl", Version: version()}
	outputs, err := f.outputs(a)
	if err != nil {
		return err
	}
	path := f.baseline
	if path == "" {
		path = conf.Test.Baseline
	}
	accepted, err := readBaseline(path, f.update)
	if err != nil {
		return err
	}
	plan, err := conformance.NewPlan(c.Context(), target, checks.All(), options)
	if err != nil {
		return err
	}
	if f.dryRun {
		defer plan.Close(context.WithoutCancel(c.Context()))
		return a.printPlan(plan, f.format)
	}
	a.warnSlow(plan, f.quiet)
	progress := a.progress(f.outputFlags)
	report := plan.Run(c.Context(), progress.show)
	progress.clear()
	if f.update && !report.Interrupted {
		if err := updateBaseline(path, &accepted, report); err != nil {
			return err
		}
	}
	accepted.Apply(report, time.Now())
	if err := outputs.write(report, f.strict); err != nil {
		return err
	}
	return verdict(report, f.strict)
}

// slowStart is from when on the user is told why a run will take long.
const slowStart = 4 * time.Second

// warnSlow says why a run over stdio will take long: probes that may upset the
// server get a process of their own.
func (a *app) warnSlow(p *conformance.Plan, quiet bool) {
	if quiet || p.Transport != mcp.Stdio || p.Opening < slowStart {
		return
	}
	fmt.Fprintf(a.Err, "mcpctl: this command takes long to start, and many probes start it anew. A command that runs the\n"+
		"  server itself (node server.js in place of npx or npm run) is judged faster; --revision and --check judge less.\n")
}

// verdict is the exit code of a report.
func verdict(r *conformance.Report, strict bool) error {
	switch code := r.Outcome(strict); {
	case r.Interrupted:
		return exit(ExitInterrupted)
	case code == conformance.Found:
		return exit(ExitFindings)
	case code == conformance.Troubled:
		return exit(ExitEnvironment)
	}
	return nil
}

// readBaseline reads the baseline at path; none is an empty one, and so is a
// missing file that is about to be written.
func readBaseline(path string, update bool) (conformance.Baseline, error) {
	if path == "" {
		if update {
			return conformance.Baseline{}, usagef("--update-baseline needs to know the file").hinted("Name it with --baseline FILE.")
		}
		return conformance.Baseline{}, nil
	}
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) && update {
		return conformance.Baseline{}, nil
	}
	if err != nil {
		return conformance.Baseline{}, usagef("reading the baseline: %w", err)
	}
	b, err := conformance.ReadBaseline(data)
	if err != nil {
		return b, usagef("%s: %w", path, err)
	}
	return b, nil
}

// updateBaseline writes the baseline that accepts what was found.
func updateBaseline(path string, b *conformance.Baseline, r *conformance.Report) error {
	*b = b.Update(r)
	data, err := b.Encode()
	if err != nil {
		return err
	}
	if err := atomic.WriteFile(path, data, 0o644); err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the baseline: %w", err)}
	}
	return nil
}
