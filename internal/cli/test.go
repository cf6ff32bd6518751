package cli

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/mcp"
)

// testFlags are the flags of `mcpctl test`, as typed.
type testFlags struct {
	targetFlags
	judgeFlags
	outputFlags
	baseline       string
	updateBaseline bool
	dryRun         bool

	suites        []string
	cases         []string
	updateGoldens bool
	watch         bool
	watchPaths    []string
}

func (a *app) testCommand() *cobra.Command {
	var f testFlags
	c := &cobra.Command{
		Use:   "test [flags] URL | NAME | -- COMMAND [ARGS…]",
		Short: "Judge whether a live server conforms to the protocol, to its contract and to your own cases",
		Long: `Judge whether a live server conforms to the protocol, in every revision that it
says it speaks, and show the exchange that proves each finding. Where the project
has a contract or cases of its own (mcpctl.yaml, cases/*.yaml), the server is held
to these as well, in the same report.

By default no tool of the server's is called but those that your cases call:
--allow-tool names those that checks may call.`,
		Example: `  mcpctl test -- npx -y @modelcontextprotocol/server-everything stdio
  mcpctl test https://mcp.example.com/mcp --bearer-env TOKEN
  mcpctl test my-server --config client.json --report sarif=mcp.sarif
  mcpctl test --suite cases --watch my-server`,
		RunE: func(c *cobra.Command, args []string) error { return a.test(c, args, f) },
	}
	f.targetFlags.bind(c)
	f.judgeFlags.bind(c)
	f.outputFlags.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.baseline, "baseline", "", "accept the findings that `FILE` lists")
	flags.BoolVar(&f.updateBaseline, "update-baseline", false, "write what was found to the baseline file")
	flags.BoolVar(&f.dryRun, "dry-run", false, "open the sessions, print which checks and cases would run and why others would not, and stop")
	flags.StringArrayVar(&f.suites, "suite", nil, "run only this `SUITE`: conformance, contract, cases or lint; repeatable")
	flags.StringArrayVar(&f.cases, "cases", nil, "run the cases in the files that `GLOB` names instead of those of the project; repeatable")
	flags.BoolVar(&f.updateGoldens, "update", false, "write the golden files of cases anew instead of comparing with them")
	flags.BoolVar(&f.watch, "watch", false, "run the cases, and again whenever their files or mcpctl.yaml change, until ctrl-C")
	flags.StringArrayVar(&f.watchPaths, "watch-path", nil, "with --watch, run again when this `PATH` changes, a file or a folder with all in it; repeatable")
	_ = c.MarkFlagFilename("baseline", "yaml") // the flag exists
	_ = c.MarkFlagFilename("cases", "yaml")
	_ = c.RegisterFlagCompletionFunc("suite", cobra.FixedCompletions(suiteNames, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// test is the command: target, plan, run, baseline, reports, exit code.
func (a *app) test(c *cobra.Command, args []string, f testFlags) error {
	a.frugal()
	if f.watch {
		return a.watch(c, args, f)
	}
	if len(f.watchPaths) > 0 {
		return usagef("--watch-path goes with --watch")
	}
	r, err := a.prepareTest(c, args, f)
	if err != nil {
		return err
	}
	outputs, err := f.outputs(a)
	if err != nil {
		return err
	}
	path := r.baseline()
	accepted, err := readBaseline(path, f.updateBaseline)
	if err != nil {
		return err
	}
	if err := r.open(c.Context()); err != nil {
		return err
	}
	if f.dryRun {
		return r.printPlan(c.Context())
	}
	report, err := r.run(c)
	if err != nil {
		return err
	}
	if f.updateBaseline && !report.Interrupted {
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

// anyMatches reports whether a glob matches one of the ids.
func anyMatches(glob string, ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return conformance.MatchGlob(glob, id) })
}
