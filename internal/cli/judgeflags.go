package cli

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
)

// judgeFlags say what is judged and how far the checks go.
type judgeFlags struct {
	revision    string
	reach       string
	allowTools  []string
	check, skip []string
	strict      bool
	timeout     time.Duration
	shard       string
	parallel    int
	shuffle     uint64
}

func (f *judgeFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.revision, "revision", "auto", "judge `auto` (all that the server says it speaks), all, or a list such as 2025-11-25,2026-07-28")
	c.Flags().StringVar(&f.reach, "reach", "provoke", "how far checks go: observe, `provoke` or invoke")
	c.Flags().StringArrayVar(&f.allowTools, "allow-tool", nil, "tools whose name matches `GLOB` may be called (implies --reach invoke)")
	c.Flags().StringArrayVar(&f.check, "check", nil, "run only checks whose id matches `GLOB`, as in 'tools/*'")
	c.Flags().StringArrayVar(&f.skip, "skip", nil, "leave out checks whose id matches `GLOB`")
	c.Flags().BoolVar(&f.strict, "strict", false, "let warnings fail the run as well")
	c.Flags().DurationVar(&f.timeout, "timeout", 10*time.Second, "wait this long for each answer of the server")
	c.Flags().StringVar(&f.shard, "shard", "", "run only part `I/N` of the checks")
	c.Flags().IntVar(&f.parallel, "parallel", 0, "run at most `N` checks at once (0 chooses)")
	c.Flags().Uint64Var(&f.shuffle, "shuffle", 0, "run the checks in the order drawn from this `SEED`")
	complete := func(flag string, words ...string) {
		_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	}
	complete("revision", append([]string{"auto", "all"}, revisionNames()...)...)
	complete("reach", reachNames()...)
	for _, flag := range []string{"check", "skip"} { // the checks are put together only when they are asked for
		_ = c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return checkIDs(), cobra.ShellCompDirectiveNoFileComp
		})
	}
}

// options turns the flags, over a project's defaults, into what the engine
// takes.
func (f *judgeFlags) options(defaults testConfig, transport string) (conformance.Options, error) {
	o := conformance.DefaultOptions()
	o.Check, o.Skip = f.check, append(slices.Clone(defaults.Skip), f.skip...)
	o.AllowTools = append(slices.Clone(defaults.AllowTools), f.allowTools...)
	o.Parallel, o.Shuffle = f.parallel, f.shuffle
	for _, step := range []func(*conformance.Options) error{f.setRevisions, f.setReach, f.setShard, f.checkGlobs} {
		if err := step(&o); err != nil {
			return o, err
		}
	}
	switch transport {
	case "", string(mcp.HTTP), string(mcp.SSE):
		o.Transport = mcp.TransportKind(transport)
	default:
		return o, usagef("--transport %q is none", transport).hinted("%s", didYouMean(transport, []string{"http", "sse"}, "Choose http or sse; a command always speaks stdio."))
	}
	if f.timeout <= 0 {
		return o, usagef("--timeout %s leaves no time", f.timeout)
	}
	o.Limits.Call = f.timeout
	o.Limits.Start = max(2*f.timeout, time.Second)
	o.CheckTime = 6 * f.timeout
	return o, nil
}

func (f *judgeFlags) setRevisions(o *conformance.Options) error {
	switch f.revision {
	case "auto":
		return nil
	case "all":
		o.Auto = false
		return nil
	}
	o.Auto, o.Required, o.Revisions = false, true, nil
	for word := range strings.SplitSeq(f.revision, ",") {
		r := mcp.Revision(strings.TrimSpace(word))
		if !r.Known() {
			return usagef("--revision %q is none that mcpctl speaks", word).
				hinted("%s", didYouMean(word, append([]string{"auto", "all"}, revisionNames()...), "Known are auto, all, "+strings.Join(revisionNames(), ", ")+"."))
		}
		if !slices.Contains(o.Revisions, r) {
			o.Revisions = append(o.Revisions, r)
		}
	}
	slices.Sort(o.Revisions)
	return nil
}

func (f *judgeFlags) setReach(o *conformance.Options) error {
	known := false
	for _, r := range conformance.Reaches() {
		if r.String() == f.reach {
			o.Reach, known = r, true
		}
	}
	switch {
	case !known:
		return usagef("--reach %q is none", f.reach).hinted("%s", didYouMean(f.reach, reachNames(), "Choose observe, provoke or invoke."))
	case o.Reach == conformance.Invoke && len(o.AllowTools) == 0:
		return usagef("--reach invoke calls tools, but none is allowed").hinted("Name the tools that may be called with --allow-tool GLOB; '*' allows all.")
	case len(f.allowTools) > 0 && o.Reach == conformance.Provoke:
		o.Reach = conformance.Invoke
	case len(f.allowTools) > 0 && o.Reach == conformance.Observe:
		return usagef("--allow-tool contradicts --reach observe")
	}
	if o.Reach == conformance.Provoke && len(o.AllowTools) > 0 {
		o.Reach = conformance.Invoke
	}
	return nil
}

func (f *judgeFlags) setShard(o *conformance.Options) error {
	if f.shard == "" {
		return nil
	}
	var i, n int
	var rest string
	if k, _ := fmt.Sscanf(f.shard+" .", "%d/%d %s", &i, &n, &rest); k != 3 || i < 1 || n < i {
		return usagef("--shard %q is not like 2/5", f.shard)
	}
	o.ShardIndex, o.ShardCount = i, n
	return nil
}

// checkGlobs refuses globs that match no check: a typing error would else
// pass for a clean run.
func (f *judgeFlags) checkGlobs(o *conformance.Options) error {
	all := checkIDs()
	for _, glob := range append(slices.Clone(o.Check), o.Skip...) {
		if !slices.ContainsFunc(all, func(id string) bool { return conformance.MatchGlob(glob, id) }) {
			return usagef("no check is called %q", glob).hinted("%s", didYouMean(glob, all, "`mcpctl checks list` has them all."))
		}
	}
	for _, glob := range o.AllowTools {
		if _, err := path.Match(glob, ""); err != nil {
			return usagef("--allow-tool %q: %w", glob, err)
		}
	}
	return nil
}

func revisionNames() []string {
	var names []string
	for _, r := range mcp.Timeline() {
		names = append(names, string(r))
	}
	return names
}

func reachNames() []string {
	var names []string
	for _, r := range conformance.Reaches() {
		names = append(names, r.String())
	}
	return names
}

func checkIDs() []string {
	var all []string
	for _, suite := range checks.All() {
		for _, check := range suite.Checks {
			all = append(all, check.ID)
		}
	}
	return all
}
