package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/lint"
	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// lintFlags are the flags of `mcpctl lint`, as typed.
type lintFlags struct {
	targetFlags
	outputFlags
	from       string
	revision   string
	timeout    time.Duration
	only, skip []string
	strict     bool
	cost       bool
}

func (a *app) lintCommand() *cobra.Command {
	var f lintFlags
	c := &cobra.Command{
		Use:   "lint [flags] URL | NAME | -- COMMAND [ARGS…] | --from FILE",
		Short: "Review names, descriptions, schemas and annotations of what a server offers",
		Long: `Review what a server shows to clients and models: names, descriptions, schemas,
annotations, what the lists cost in tokens, hidden characters and text that was
written to deceive a model. No tool is called; a file is reviewed without any server.`,
		Example: `  mcpctl lint -- npx -y @modelcontextprotocol/server-everything stdio
  mcpctl lint https://mcp.example.com/mcp --report sarif=lint.sarif
  mcpctl lint --from contract.json --skip 'lint/annotations/*'`,
		RunE: func(c *cobra.Command, args []string) error { return a.lint(c, args, f) },
	}
	f.targetFlags.bind(c)
	f.outputFlags.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.from, "from", "", "review `FILE` in place of a server: a snapshot of `mcpctl contract`, or lists as `mcpctl tools list --format json` prints them")
	flags.StringVar(&f.revision, "revision", "auto", "speak this `REVISION` instead of agreeing on one")
	flags.DurationVar(&f.timeout, "timeout", 10*time.Second, "wait this long for each answer of the server")
	flags.StringArrayVar(&f.only, "rule", nil, "judge only rules whose id matches `GLOB`, as in 'lint/security/*'; an id in full also turns advice on")
	flags.StringArrayVar(&f.skip, "skip", nil, "leave out rules whose id matches `GLOB`")
	flags.BoolVar(&f.strict, "strict", false, "let warnings fail the run as well")
	flags.BoolVar(&f.cost, "cost", false, "print what each tool costs in estimated tokens, as text or json, and stop")
	_ = c.MarkFlagFilename("from", "json") // the flag exists
	for flag, words := range map[string][]string{"rule": lintIDs(), "skip": lintIDs(), "revision": append([]string{"auto"}, revisionNames()...)} {
		_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	}
	return c
}

// lint is the command: surface, rules, report, exit code.
func (a *app) lint(c *cobra.Command, args []string, f lintFlags) error {
	outputs, err := f.outputs(a)
	if err != nil {
		return err
	}
	started := time.Now()
	target, conf, err := a.lintTarget(c, args, f)
	if err != nil {
		return err
	}
	options, err := a.lintOptions(conf, f.only, f.skip)
	if err != nil {
		return err
	}
	about := conformance.TargetInfo{Name: f.from}
	var s lint.Surface
	if f.from != "" {
		s, err = a.storedSurface(f.from)
	} else {
		about = a.about(target)
		s, err = a.lintLive(c.Context(), target, f)
	}
	if err != nil {
		return err
	}
	if f.cost {
		return a.printCost(s, f.format)
	}
	report := a.lintReport(s, about, options)
	report.Started, report.Millis = started.UTC(), time.Since(started).Milliseconds()
	if err := outputs.write(report, f.strict); err != nil {
		return err
	}
	return verdict(report, f.strict)
}

// lintTarget is the server to review, none with --from, and the project's
// configuration.
func (a *app) lintTarget(c *cobra.Command, args []string, f lintFlags) (mcp.Target, config, error) {
	if f.from == "" {
		return a.target(c, args, f.targetFlags)
	}
	if len(args) > 0 {
		return mcp.Target{}, config{}, usagef("--from reviews a file, so that %q has no place", args[0])
	}
	conf, err := readConfig(f.config)
	return mcp.Target{}, conf, err
}

// about is a target as reports name it.
func (a *app) about(t mcp.Target) conformance.TargetInfo {
	info := conformance.TargetInfo{Name: t.Name, URL: a.redact.String(t.URL)}
	for _, word := range t.Command {
		info.Command = append(info.Command, a.redact.String(word))
	}
	return info
}

// lintLive is what a server shows, asked as the flags say.
func (a *app) lintLive(ctx context.Context, target mcp.Target, f lintFlags) (lint.Surface, error) {
	asking := inspectFlags{targetFlags: f.targetFlags, format: "text", revision: f.revision, timeout: f.timeout, maxTime: 6 * f.timeout}
	options, err := asking.options(a)
	if err != nil {
		return lint.Surface{}, err
	}
	return offered(ctx, target, options)
}

// offered asks a server for all that it shows.
func offered(ctx context.Context, target mcp.Target, o inspect.Options) (lint.Surface, error) {
	client, err := inspect.Open(ctx, target, o)
	if err != nil {
		return lint.Surface{}, err
	}
	defer func() { _ = client.Close(ctx) }() // everything was read
	inv, err := client.Take(ctx)
	if err != nil {
		return lint.Surface{}, inspectError(fmt.Errorf("reading what the server offers: %w", err))
	}
	s := lint.Surface{Revision: inv.Revision, Transport: string(client.Session().Kind()),
		Tools: inv.Tools, Prompts: inv.Prompts, Resources: inv.Resources, Templates: inv.Templates}
	return s.OfOpening(inv.Server), nil
}

// lintReport judges a surface.
func (a *app) lintReport(s lint.Surface, about conformance.TargetInfo, o lint.Options) *conformance.Report {
	result := lint.Check(s, o)
	r := &conformance.Report{
		Schema: conformance.Schema, Tool: conformance.Tool{Name: "mcpctl", Version: version()}, Target: about,
		Transport: s.Transport, Reach: conformance.Observe.String(), Partial: len(o.Only)+len(o.Skip) > 0, Revisions: []mcp.Revision{},
		Findings: a.redacted(result.Findings), Stale: result.Stale,
	}
	if s.Revision != "" {
		r.Revisions = append(r.Revisions, s.Revision)
	}
	if s.Name != "" {
		r.Server = []conformance.ServerInfo{{Revision: s.Revision, Name: a.redact.String(s.Name), Version: a.redact.String(s.Version)}}
	}

	r.Tally()
	return r
}

// redacted takes secrets out of what findings quote.
func (a *app) redacted(all []conformance.Finding) []conformance.Finding {
	for i := range all {
		all[i].Message = a.redact.String(all[i].Message)
		for j := range all[i].Details {
			all[i].Details[j] = a.redact.String(all[i].Details[j])
		}
	}
	return all
}

// lintGlobs refuses globs that match no rule: a typing error would else pass for
// a clean run.
func lintGlobs(globs []string) error {
	for _, glob := range globs {
		if !slices.ContainsFunc(lintIDs(), func(id string) bool { return conformance.MatchGlob(glob, id) }) {
			return usagef("no rule is called %q", glob).hinted("%s", didYouMean(glob, lintIDs(), "`mcpctl checks list 'lint/*'` has them all."))
		}
	}
	return nil
}

func lintIDs() []string {
	var all []string
	for _, r := range lint.Rules() {
		all = append(all, r.ID)
	}
	return all
}

// storedSurface reads what a file says that a server shows.
func (a *app) storedSurface(path string) (lint.Surface, error) {
	data, err := a.input(path, maxInput)
	if err != nil {
		return lint.Surface{}, usagef("reading what is to be reviewed: %w", err)
	}
	s, err := parseSurface(data)
	if err != nil {
		var own *Error
		if errors.As(err, &own) {
			return s, own
		}
		return s, usagef("%s cannot be reviewed: %w", path, err).
			hinted("Take a snapshot with `mcpctl contract snapshot`, or lists with `mcpctl tools list --format json`.")
	}
	return s, nil
}

// isSnapshot reports whether a document says that it is one of contract's.
func isSnapshot(v mcp.Value) bool {
	return strings.HasPrefix(v.Get("schema").Text(), "mcpctl.contract/")
}
