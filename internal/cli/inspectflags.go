package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// inspectFlags are the flags of the commands that look into a server.
type inspectFlags struct {
	targetFlags
	revision         string
	timeout, maxTime time.Duration
	answer           string
	logLevel         string
	format, jq       string
	verbose, quiet   bool
}

// maxInput bounds what is read of a file or of standard input.
const maxInput = 32 << 20

func (f *inspectFlags) bind(c *cobra.Command) {
	f.targetFlags.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.revision, "revision", "auto", "speak this `REVISION` instead of agreeing on one")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "give up when there is no answer and no progress for so long")
	flags.DurationVar(&f.maxTime, "max-time", 10*time.Minute, "give up a request after so long in all")
	flags.StringVar(&f.answer, "answer", "", "answer what the server asks (elicitation, sampling, roots) from `FILE`")
	flags.StringVar(&f.logLevel, "log-level", "", "ask for the server's log messages from `LEVEL` on")
	flags.StringVar(&f.format, "format", "text", "print `text` or json")
	flags.StringVar(&f.jq, "jq", "", "print what the jq `EXPRESSION` makes of the JSON")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "also show what the server wrote to standard error")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "show no progress and no log messages")
	words := func(flag string, all ...string) {
		_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	}
	words("revision", append([]string{"auto"}, revisionNames()...)...)
	words("log-level", logLevels()...)
	words("format", "text", "json")
	words("transport", "http", "sse")
	_ = c.MarkFlagFilename("answer", "yaml", "yml", "json") // the flag exists
}

func logLevels() []string {
	return []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}
}

// options turns the flags into what package inspect takes.
func (f *inspectFlags) options(a *app) (inspect.Options, error) {
	o := inspect.Options{Idle: f.timeout, Total: f.maxTime, LogLevel: f.logLevel, Transport: mcp.TransportKind(f.transport)}
	switch {
	case f.format != "text" && f.format != "json":
		return o, usagef("--format %q is neither text nor json", f.format)
	case f.timeout <= 0 || f.maxTime <= 0:
		return o, usagef("--timeout %s and --max-time %s leave no time", f.timeout, f.maxTime)
	case f.transport != "" && f.transport != string(mcp.HTTP) && f.transport != string(mcp.SSE):
		return o, usagef("--transport %q is none", f.transport).hinted("Choose http or sse; a command always speaks stdio.")
	case f.logLevel != "" && !slices.Contains(logLevels(), f.logLevel):
		return o, usagef("--log-level %q is none", f.logLevel).
			hinted("%s", didYouMean(f.logLevel, logLevels(), "Levels are "+strings.Join(logLevels(), ", ")+"."))
	}
	if f.revision != "auto" {
		o.Revision = mcp.Revision(f.revision)
		if !o.Revision.Known() {
			return o, usagef("--revision %q is none that mcpctl speaks", f.revision).
				hinted("%s", didYouMean(f.revision, append([]string{"auto"}, revisionNames()...), "Known are auto, "+strings.Join(revisionNames(), ", ")+"."))
		}
	}
	if f.answer == "" {
		return o, nil
	}
	data, err := a.input(f.answer, inspect.MaxAnswers)
	if err != nil {
		return o, usagef("reading the answers: %w", err)
	}
	if o.Answers, err = inspect.ReadAnswers(data); err != nil {
		return o, usagef("%s: %w", f.answer, err)
	}
	return o, nil
}

// input reads a file, or standard input for "-", up to a limit.
func (a *app) input(path string, limit int64) ([]byte, error) {
	in := a.In
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it was only read
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return data, err
}

// addressed tells the words of a command apart: the target (URL, NAME or, after
// --, a command) and the command's own operands, which follow a URL or name and
// stand before --.
func (a *app) addressed(c *cobra.Command, args []string, f targetFlags) (mcp.Target, []string, error) {
	dash := c.ArgsLenAtDash()
	if dash < 0 {
		t, _, err := a.target(c, args[:min(1, len(args))], f)
		return t, args[min(1, len(args)):], err
	}
	if dash == len(args) {
		return mcp.Target{}, nil, usagef("no command stands after --")
	}
	t := mcp.Target{Name: args[dash], Command: args[dash:]}
	secrets := []string{}
	err := a.addHeaders(&t, f, func(s string) { secrets = append(secrets, s) })
	a.redact = redact.New(secrets...)
	return t, args[:dash], err
}

// operands checks how many operands a command got.
func operands(c *cobra.Command, got []string, least, most int) error {
	switch {
	case len(got) < least:
		return usagef("%s lacks operands", c.CommandPath()).hinted("It is used as: %s", c.UseLine())
	case most >= 0 && len(got) > most:
		return usagef("%s does not take %q", c.CommandPath(), got[most]).hinted("It is used as: %s", c.UseLine())
	}
	return nil
}

// inspectError gives the errors of package inspect their exit codes.
func inspectError(err error) error {
	var argument *inspect.ArgumentError
	var unknown *inspect.UnknownError
	var refused *inspect.Refused
	var connect *mcp.ConnectError
	var own *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return &Error{Code: ExitRefused, Err: err, Hint: "Answer it from a file with --answer FILE; docs/inspect.md describes it."}
	case errors.As(err, &own), errors.As(err, &connect):
		return err
	case errors.As(err, &argument):
		return &Error{Code: ExitUsage, Err: err, Hint: argument.Hint}
	case errors.As(err, &unknown):
		e := &Error{Code: ExitUsage, Err: err, Hint: "--unchecked asks for it all the same."}
		if unknown.Nearest != "" {
			e.Hint = fmt.Sprintf("Did you mean %s?", unknown.Nearest)
		}
		return e
	}
	if failure, ok := err.(*mcp.RPCError); ok { //nolint:errorlint // wrapped ones say more already
		err = fmt.Errorf("the server answers with %w", failure)
	}
	return &Error{Code: ExitFindings, Err: err}
}
