package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/cases"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/mcp"
)

// The suites of `mcpctl test`, in the order of its report.
const (
	suiteConformance = "conformance"
	suiteContract    = "contract"
	suiteLint        = "lint"
	suiteCases       = "cases"
)

var suiteNames = []string{suiteConformance, suiteContract, suiteCases, suiteLint}

// testRun is one run of `mcpctl test`.
type testRun struct {
	app     *app
	flags   testFlags
	conf    config
	target  mcp.Target
	options conformance.Options
	suites  []string
	files   []*cases.File
	// check and skip are the globs over the ids of all suites.
	check, skip []string

	started time.Time
	plan    *conformance.Plan // of the checks; nil without them
	own     *cases.Plan       // nil without cases
	spoken  mcp.Spoken        // without the checks, which find out themselves
	stale   []string          // what mcpctl.yaml accepts although nothing finds it
}

// prepareTest finds out everything that can be wrong with the command line and
// the project's files before the server is asked.
func (a *app) prepareTest(c *cobra.Command, args []string, f testFlags) (*testRun, error) {
	r := &testRun{app: a, flags: f}
	var err error
	if r.target, r.conf, err = a.target(c, args, f.targetFlags); err != nil {
		return nil, err
	}
	if r.files, err = a.caseFiles(r.conf, f.config, f.cases); err != nil {
		return nil, err
	}
	if err := r.choose(); err != nil {
		return nil, err
	}
	if err := r.readable(); err != nil {
		return nil, err
	}
	judge, defaults := f.judgeFlags, r.conf.Test
	r.check, r.skip = f.check, append(slices.Clone(defaults.Skip), f.skip...)
	if judge.check, err = r.ofChecks("--check", f.check); err != nil {
		return nil, err
	}
	if judge.skip, err = r.ofChecks("--skip", f.skip); err != nil {
		return nil, err
	}
	if defaults.Skip, err = r.ofChecks("test.skip", defaults.Skip); err != nil {
		return nil, err
	}
	if len(f.check) > 0 && len(judge.check) == 0 {
		r.suites = slices.DeleteFunc(r.suites, func(s string) bool { return s == suiteConformance })
	}
	if r.options, err = judge.options(defaults, f.transport); err != nil {
		return nil, err
	}
	r.options.Redact = a.redact
	r.options.Tool = conformance.Tool{Name: "mcpctl", Version: version()}
	return r, nil
}

// baseline is the path of the baseline, "" for none.
func (r *testRun) baseline() string {
	if r.flags.baseline != "" {
		return r.flags.baseline
	}
	return r.conf.Test.Baseline
}

// runs reports whether a suite is one of those to run.
func (r *testRun) runs(suite string) bool { return slices.Contains(r.suites, suite) }

// choose settles the suites: those that the flag names, or all that apply.
func (r *testRun) choose() error {
	r.suites = r.flags.suites
	if len(r.suites) == 0 {
		r.suites = []string{suiteConformance}
		if hasContract(r.conf.Contract, r.flags.config) {
			r.suites = append(r.suites, suiteContract)
		}
		if len(r.files) > 0 {
			r.suites = append(r.suites, suiteCases)
		}
	}
	for _, name := range r.suites {
		if !slices.Contains(suiteNames, name) {
			return usagef("--suite %q is none", name).hinted("%s", didYouMean(name, suiteNames, "Choose conformance, contract, cases or lint."))
		}
	}
	switch {
	case r.runs(suiteCases) && len(r.files) == 0:
		return usagef("there are no cases to run").hinted("Write some to cases/*.yaml, name files in mcpctl.yaml under cases, or give --cases GLOB; docs/cases.md shows how.")
	case r.flags.updateGoldens && !r.runs(suiteCases):
		return usagef("--update writes the golden files of cases, and no cases run")
	}
	return nil
}

// readable finds out what is wrong with the files of the other suites.
func (r *testRun) readable() error {
	if r.runs(suiteLint) {
		if _, err := r.app.lintOptions(r.conf, nil, nil); err != nil {
			return err
		}
	}
	if !r.runs(suiteContract) {
		return nil
	}
	path, err := contractWord(r.conf.Contract, "", r.flags.config)
	if err == nil {
		_, err = fileContract(path)
	}
	return err
}

// ofChecks are the globs that match checks of the protocol. One that matches
// nothing in any suite is a typing error, which would else pass for a clean run.
func (r *testRun) ofChecks(from string, globs []string) ([]string, error) {
	if len(globs) == 0 {
		return nil, nil
	}
	known, other := checkIDs(), r.otherIDs()
	var own []string
	for _, glob := range globs {
		switch {
		case anyMatches(glob, known):
			own = append(own, glob)
		case !anyMatches(glob, other):
			return nil, usagef("%s: no check or case is called %q", from, glob).
				hinted("%s", didYouMean(glob, append(known, other...), "`mcpctl checks list` has all checks, --dry-run the cases."))
		}
	}
	return own, nil
}

// otherIDs are the ids of the suites beside conformance.
func (r *testRun) otherIDs() []string {
	all := append(contract.RuleIDs(), lintIDs()...)
	for _, f := range r.files {
		for _, one := range f.Cases {
			for row := range one.Rows() {
				all = append(all, one.RowID(row))
			}
		}
	}
	return all
}

// selects reports whether the globs keep an id.
func (r *testRun) selects(id string) bool {
	matches := func(glob string) bool { return conformance.MatchGlob(glob, id) }
	return (len(r.check) == 0 || slices.ContainsFunc(r.check, matches)) && !slices.ContainsFunc(r.skip, matches)
}

// open finds out what the server speaks and lays the plans.
func (r *testRun) open(ctx context.Context) (err error) {
	r.started = time.Now()
	if r.runs(suiteConformance) {
		if r.plan, err = conformance.NewPlan(ctx, r.target, checks.All(), r.options); err != nil {
			return err
		}
		r.layCases(r.plan.Spoken, r.plan.Transport)
		return nil
	}
	r.spoken, err = mcp.Detect(ctx, r.target, r.options.Revisions, mcp.Options{Limits: r.options.Limits, Transport: r.options.Transport})
	if err != nil {
		return err
	}
	r.layCases(r.revisions(), r.spoken.Transport)
	return nil
}

// revisions are those spoken, of the ones to judge.
func (r *testRun) revisions() []mcp.Revision {
	if r.plan != nil {
		return r.plan.Spoken
	}
	var all []mcp.Revision
	for _, one := range r.options.Revisions {
		if r.spoken.Sessions[one] != nil {
			all = append(all, one)
		}
	}
	return all
}

func (r *testRun) layCases(spoken []mcp.Revision, kind mcp.TransportKind) {
	if !r.runs(suiteCases) {
		return
	}
	r.own = cases.NewPlan(r.files, cases.Options{Revisions: spoken, Transport: kind, Timeout: r.flags.timeout,
		Check: r.check, Skip: r.skip, Update: r.flags.updateGoldens, Redact: r.app.redact})
	if n := r.options.ShardCount; n > 1 {
		var mine []cases.Run
		for i, one := range r.own.Runs {
			if i%n == r.options.ShardIndex-1 {
				mine = append(mine, one)
			}
		}
		r.own.Runs = mine
	}
}

// printPlan prints what would run, and closes what was opened for it.
func (r *testRun) printPlan(ctx context.Context) error {
	defer r.close(context.WithoutCancel(ctx))
	p := planned{Target: r.app.redact.String(r.target.Name), Transport: string(r.spoken.Transport), Revisions: r.revisions()}
	if r.plan != nil {
		p.Transport = string(r.plan.Transport)
		p.addChecks(r.plan)
	}
	if r.own != nil {
		for _, one := range r.own.Runs {
			p.Cases = append(p.Cases, plannedCase{one.ID, one.Revision, conformance.Invoke.String(), one.Skip})
		}
	}
	for _, suite := range []string{suiteContract, suiteLint} {
		if r.runs(suite) {
			p.Suites = append(p.Suites, suite)
		}
	}
	return r.app.printPlan(p, r.flags.format)
}

// close ends the sessions that were opened to find out.
func (r *testRun) close(ctx context.Context) {
	if r.plan != nil {
		r.plan.Close(ctx)
	}
	for _, s := range r.spoken.Sessions {
		_ = s.Close(ctx) // it has told all that was wanted
	}
}

// partial reports whether the user left something out.
func (r *testRun) partial() bool {
	return len(r.flags.suites)+len(r.check)+len(r.skip)+r.options.ShardCount > 0 || strings.Join(r.flags.cases, "") != ""
}
