package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
)

// doctorFlags are those of `doctor`.
type doctorFlags struct {
	config, client             string
	inputs                     []string
	yes, startProject, dryRun  bool
	disabled, guess, revisions bool
	timeout                    time.Duration
	parallel                   int
	format, color              string
	verbose, quiet             bool
	watch                      bool
	every, duration            time.Duration
	metrics                    string
}

func (a *app) doctorCommand() *cobra.Command {
	var f doctorFlags
	c := &cobra.Command{
		Use:   "doctor [flags] [NAME…]",
		Short: "Examine the servers that your clients are configured with",
		Long: `Examine the servers that your clients are configured with.

The files of Claude Desktop, Claude Code, VS Code, Cursor, Windsurf, Zed, Cline,
Codex, Gemini CLI and mcpctl.yaml are read in place and never written. For each
server it is looked at what it needs, whether it starts or answers, speaks MCP
and nothing else, and how fast. What is wrong is told with what to do.

Servers are listed before any is started or asked. Those of your own files need
your yes, or --yes; those of files in this folder, which came with the project,
need --start-project or a yes of their own.`,
		Example: `  mcpctl doctor
  mcpctl doctor --dry-run
  mcpctl doctor github files --yes -v
  mcpctl doctor --yes --watch --metrics 127.0.0.1:9464`,
		RunE: func(c *cobra.Command, args []string) error { return a.doctor(c, args, f) },
	}
	f.bind(c)
	return c
}

func (f *doctorFlags) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.config, "config", "", "examine the servers of this `FILE` alone, of whichever client's shape")
	flags.StringVar(&f.client, "client", "", "examine the servers of this `CLIENT` alone, as in \"Claude Code\"")
	flags.StringArrayVar(&f.inputs, "input", nil, "take what VS Code asks for from the environment, as in `ID=VARIABLE`; repeatable")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask: start and ask the servers of your own files")
	flags.BoolVar(&f.startProject, "start-project", false, "also start and ask the servers that files in this folder name")
	flags.BoolVar(&f.dryRun, "dry-run", false, "only print what would be started and asked")
	flags.BoolVar(&f.disabled, "disabled", false, "also examine servers that their client does not use")
	flags.BoolVar(&f.guess, "guess", false, "try the usual paths of the same host when there is no MCP at an address")
	flags.BoolVar(&f.revisions, "revisions", false, "find out every revision that each server speaks; starts a command once for each")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "give up a server after so long")
	flags.IntVar(&f.parallel, "parallel", 4, "examine `N` servers at once")
	flags.StringVar(&f.format, "format", "text", "print as `FORMAT`: text, json, prometheus")
	flags.StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show every step of every server")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "show no progress")
	flags.BoolVar(&f.watch, "watch", false, "keep watching: connect, ask for signs of life, connect again")
	flags.DurationVar(&f.every, "every", 15*time.Second, "with --watch, the time between signs of life")
	flags.DurationVar(&f.duration, "for", 0, "with --watch, stop after so long; exit code 1 if a server is not ready then")
	flags.StringVar(&f.metrics, "metrics", "", "with --watch, serve metrics for Prometheus at this `ADDRESS` of this machine")
	words := func(flag string, all ...string) {
		_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	}
	words("format", "text", "json", "prometheus")
	words("color", "auto", "always", "never")
	words("client", servers.Clients()...)
	_ = c.MarkFlagFilename("config", "json", "toml", "yaml", "yml") // the flag exists
}

// check finds out what is wrong with the flags before anything is read.
func (f *doctorFlags) check() error {
	switch {
	case !slices.Contains([]string{"text", "json", "prometheus"}, f.format):
		return usagef("--format %q is none", f.format).hinted("Choose text, json or prometheus.")
	case !slices.Contains([]string{"auto", "always", "never"}, f.color):
		return usagef("--color %q is none of auto, always, never", f.color)
	case f.timeout <= 0 || f.every <= 0 || f.duration < 0:
		return usagef("--timeout, --every and --for must leave some time")
	case f.parallel < 1 || f.parallel > 64:
		return usagef("--parallel %d is not from 1 to 64", f.parallel)
	case !f.watch && (f.metrics != "" || f.duration != 0):
		return usagef("--metrics and --for go with --watch").hinted("Once, metrics are printed by --format prometheus.")
	case f.watch && f.format == "prometheus":
		return usagef("--watch prints changes, not metrics").hinted("Serve metrics with --metrics 127.0.0.1:9464.")
	case f.watch && f.dryRun:
		return usagef("--watch and --dry-run exclude each other")
	case f.client != "" && !slices.Contains(servers.Clients(), f.client):
		return usagef("--client %q is none that is known", f.client).
			hinted("%s", didYouMean(f.client, servers.Clients(), "Known are "+strings.Join(servers.Clients(), ", ")+"."))
	}
	return nil
}

func (a *app) doctor(c *cobra.Command, names []string, f doctorFlags) error {
	a.frugal()
	if err := f.check(); err != nil {
		return err
	}
	look, err := a.inputs(f.inputs)
	if err != nil {
		return err
	}
	found, err := a.configured(f, names)
	if err != nil {
		return err
	}
	v := &doctorVisit{app: a, flags: f, found: found, home: a.home()}
	o := doctor.Options{Look: look, Disabled: f.disabled || len(names) > 0, Guess: f.guess, Revisions: f.revisions, Timeout: f.timeout, Parallel: f.parallel}
	if o.Allow, err = v.agreed(c.Context(), o); err != nil {
		return err
	}
	if f.watch {
		return v.watch(c.Context(), o)
	}
	tell, clear := v.progress()
	all := doctor.ExamineAll(c.Context(), found.Servers, o, tell)
	clear()
	if err := c.Context().Err(); err != nil {
		return err
	}
	if err := v.print(all); err != nil {
		return err
	}
	return v.verdict(all)
}

// verdict is the exit code that diagnoses lead to.
func (v *doctorVisit) verdict(all []doctor.Diagnosis) error {
	unasked := 0
	for _, d := range all {
		if d.Status == doctor.Fail {
			return exit(ExitFindings)
		}
		if _, ok := d.Step(doctor.StepConsent); ok {
			unasked++
		}
	}
	for _, f := range v.found.Files {
		if len(f.Problems) > 0 {
			return exit(ExitFindings)
		}
	}
	if unasked > 0 && !v.flags.dryRun {
		return (&Error{Code: ExitRefused, Err: fmt.Errorf("%s not started or asked, as nobody agreed to it", servings(unasked, "was", "were"))}).
			hinted("Look at them with --dry-run, then give --yes, and --start-project for those of this folder.")
	}
	return nil
}

// servings is "1 server was" or "3 servers were".
func servings(n int, one, many string) string {
	if n == 1 {
		return "1 server " + one
	}
	return fmt.Sprintf("%d servers %s", n, many)
}

// doctorReport is what --format json prints.
type doctorReport struct {
	Schema  string                `json:"schema"` // mcpctl.doctor/v1
	Files   []doctorFile          `json:"files"`
	Servers []doctor.Diagnosis    `json:"servers"`
	Summary map[doctor.Status]int `json:"summary"`
}

type doctorFile struct {
	Path     string          `json:"path"`
	Client   string          `json:"client"`
	Scope    servers.Scope   `json:"scope"`
	Servers  int             `json:"servers"`
	Problems []doctorProblem `json:"problems,omitempty"`
}

type doctorProblem struct {
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	What   string `json:"what"`
	Mend   string `json:"mend,omitempty"`
}

func (v *doctorVisit) report(all []doctor.Diagnosis) doctorReport {
	r := doctorReport{Schema: "mcpctl.doctor/v1", Files: []doctorFile{}, Servers: all, Summary: tally(all)}
	for _, f := range v.found.Files {
		file := doctorFile{Path: f.Path, Client: f.Client, Scope: f.Scope, Servers: f.Servers}
		for _, p := range f.Problems {
			file.Problems = append(file.Problems, doctorProblem{p.Line, p.Column, p.What, p.Mend})
		}
		r.Files = append(r.Files, file)
	}
	return r
}

// tally counts the statuses.
func tally(all []doctor.Diagnosis) map[doctor.Status]int {
	counts := map[doctor.Status]int{doctor.OK: 0, doctor.Warn: 0, doctor.Fail: 0, doctor.Skip: 0}
	for _, d := range all {
		counts[d.Status]++
	}
	return counts
}

// print writes the diagnoses in the format that was asked for.
func (v *doctorVisit) print(all []doctor.Diagnosis) error {
	var err error
	switch v.flags.format {
	case "json":
		var raw []byte
		if raw, err = json.Marshal(v.report(all)); err == nil {
			_, err = v.app.Out.Write(append(inspect.IndentJSON(raw), '\n'))
		}
	case "prometheus":
		err = doctor.WritePrometheus(v.app.Out, all)
	default:
		err = v.text(all)
	}
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: errors.Join(errors.New("writing the result"), err)}
	}
	return nil
}
