package cli

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/property"
	"github.com/mcpctl/mcpctl/internal/pattern"
)

// propertyFlags are the flags of `mcpctl contract test`, as typed.
type propertyFlags struct {
	targetFlags
	outputFlags
	revision    string
	allowTools  []string
	seed        uint64
	calls       int
	concurrency int
	repro       string
	strict      bool
	timeout     time.Duration
}

// Bounds on what a run may be asked for.
const (
	maxPropertyCalls       = 1_000_000
	maxPropertyConcurrency = 256
)

func (a *app) contractTestCommand() *cobra.Command {
	var f propertyFlags
	c := &cobra.Command{
		Use:   "test [flags] URL | NAME | -- COMMAND [ARGS…]",
		Short: "Call tools with inputs made from their schemas, and shrink what fails",
		Long: `Call a live server's tools with inputs drawn from their schemas, valid ones and ones that are wrong in one
way, and hold the answers to what the server declares: results to the outputSchema, errors to being errors,
annotations to what can be seen. What fails is shrunk to the smallest input, with a string that repeats it.

Only tools that --allow-tool names (or test.allowTools in mcpctl.yaml) are called. Without any, the passive rules
run: lists that come out the same twice, defaults and examples that fit their schemas.`,
		Example: `  mcpctl contract test --allow-tool 'get-*' -- npx -y @modelcontextprotocol/server-everything stdio
  mcpctl contract test --allow-tool '*' --seed 7 --calls 1000 http://127.0.0.1:3000/mcp
  mcpctl contract test --allow-tool get-sum --repro p1.… my-server`,
		RunE: func(c *cobra.Command, args []string) error { return a.contractTest(c, args, f) },
	}
	f.targetFlags.bind(c)
	f.outputFlags.bind(c)
	c.Flags().StringVar(&f.revision, "revision", "auto", "test in `auto` (the newest of each era that the server speaks), all, or a list such as 2025-11-25,2026-07-28")
	c.Flags().StringArrayVar(&f.allowTools, "allow-tool", nil, "tools whose name matches `GLOB` may be called")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "draw the inputs from this `SEED` (0 chooses one; it is always printed)")
	c.Flags().IntVar(&f.calls, "calls", 100, "make at most `N` different calls of each tool")
	c.Flags().IntVar(&f.concurrency, "concurrency", 4, "have at most `N` calls under way at once")
	c.Flags().StringVar(&f.repro, "repro", "", "make only the call that a finding gives as this `STRING`")
	c.Flags().BoolVar(&f.strict, "strict", false, "let warnings fail the run as well")
	c.Flags().DurationVar(&f.timeout, "timeout", 10*time.Second, "wait this long for each answer of the server")
	_ = c.RegisterFlagCompletionFunc("revision", cobra.FixedCompletions(append([]string{"auto", "all"}, revisionNames()...), cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

// contractTest is the command: target, calls, reports, exit code.
func (a *app) contractTest(c *cobra.Command, args []string, f propertyFlags) error {
	a.frugal()
	target, conf, err := a.target(c, args, f.targetFlags)
	if err != nil {
		return err
	}
	o, err := f.options(conf.Test)
	if err != nil {
		return err
	}
	outputs, err := f.outputs(a)
	if err != nil {
		return err
	}
	o.Redact = a.redact
	o.Tool = conformance.Tool{Name: "mcpctl", Version: version()}
	words := f.target(args, c.ArgsLenAtDash() == 0)
	o.Command = func(r property.Repro) string {
		return "mcpctl contract test --repro " + r.String() + " --allow-tool " + shellWord(r.Tool) + " " + words
	}
	var report *conformance.Report
	if f.repro != "" {
		report, err = a.repeat(c.Context(), f, func(ctx context.Context, again property.Repro) (*conformance.Report, error) {
			return property.Replay(ctx, target, o, again)
		}, conf.Test.AllowTools)
	} else {
		fmt.Fprintf(a.Err, "seed %d\n", o.Seed)
		if len(o.AllowTools) == 0 {
			fmt.Fprintf(a.Err, "No tool may be called, so only the passive rules run: lists, defaults and examples.\n"+
				"  Name the tools that may be called with --allow-tool GLOB; '*' allows all.\n")
		}
		progress := a.progress(f.outputFlags)
		o.Tell = progress.calls
		report, err = property.Run(c.Context(), target, o)
		progress.clear()
	}
	if err != nil {
		return err
	}
	if err := outputs.write(report, f.strict); err != nil {
		return err
	}
	return verdict(report, f.strict)
}

// options turns the flags, over a project's defaults, into what the suite takes.
func (f *propertyFlags) options(defaults testConfig) (property.Options, error) {
	o := property.DefaultOptions()
	judging := judgeFlags{revision: f.revision, reach: "provoke", allowTools: f.allowTools, timeout: f.timeout}
	judged, err := judging.options(testConfig{AllowTools: defaults.AllowTools}, f.transport)
	switch {
	case err != nil:
		return o, err
	case f.calls < 1 || f.calls > maxPropertyCalls:
		return o, usagef("--calls %d is not from 1 to %d", f.calls, maxPropertyCalls)
	case f.concurrency < 1 || f.concurrency > maxPropertyConcurrency:
		return o, usagef("--concurrency %d is not from 1 to %d", f.concurrency, maxPropertyConcurrency)
	}
	o.Revisions, o.Newest, o.Transport = judged.Revisions, f.revision == "auto", judged.Transport
	o.AllowTools, o.Calls, o.Concurrency = judged.AllowTools, f.calls, f.concurrency
	o.Limits.Call, o.Limits.Start = judged.Limits.Call, judged.Limits.Start
	if o.Seed = f.seed; o.Seed == 0 {
		o.Seed = uint64(rand.Uint32()) + 1 //nolint:gosec // it is printed, and guards nothing
	}
	return o, nil
}

// repeat makes the call of --repro. Consent is asked for by the tool's name: the
// string does not show it.
func (a *app) repeat(ctx context.Context, f propertyFlags, replay func(context.Context, property.Repro) (*conformance.Report, error), defaults []string) (*conformance.Report, error) {
	again, err := property.ParseRepro(f.repro)
	if err != nil {
		return nil, usagef("--repro: %w", err).hinted("Copy the string of a finding as a whole; it begins with p1.")
	}
	if o := (property.Options{AllowTools: append(defaults, f.allowTools...)}); !o.Allows(again.Tool) {
		return nil, (&Error{Code: ExitRefused, Err: fmt.Errorf("--repro calls the tool %q, which is not allowed", again.Tool)}).
			hinted("If it may be called, say so with --allow-tool %s.", shellWord(again.Tool))
	}
	return replay(ctx, again)
}

// target is the target as it was typed.
func (f *propertyFlags) target(args []string, command bool) string {
	var words []string
	if f.config != "" {
		words = append(words, "--config", shellWord(f.config))
	}
	if command {
		words = append(words, "--")
	}
	for _, arg := range args {
		words = append(words, shellWord(arg))
	}
	return strings.Join(words, " ")
}

// shellWord quotes a word as POSIX shells read it.
func shellWord(word string) string {
	if pattern.New(`^[A-Za-z0-9_@%+=:,./-]+$`).MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// calls draws how many calls were made.
func (p *progress) calls(tool string, made, total int) {
	if !p.on || time.Since(p.last) < redraw && made < total {
		return
	}
	p.last = time.Now()
	line := p.app.safe(fmt.Sprintf("%d/%d calls  %s", made, total, tool))
	if most := p.app.Width - 1; len(line) > most {
		line = strings.ToValidUTF8(line[:most], "")
	}
	fmt.Fprintf(p.app.Err, "\r%s%s", line, strings.Repeat(" ", max(0, p.drawn-len(line))))
	p.drawn = len(line)
}
