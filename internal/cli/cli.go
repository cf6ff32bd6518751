// Package cli is the hall of the house: flags, streams, colours and exit
// codes. It joins the rooms and is the only importer of cobra.
package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// The exit codes, part of the command contract; docs/exit-codes.md.
const (
	ExitFine        = 0
	ExitFindings    = 1   // nonconformity, breaking change, failed case
	ExitUsage       = 2   // the command line or a configuration file is wrong
	ExitEnvironment = 3   // the target cannot be reached, or ended early
	ExitRefused     = 4   // consent or credentials are needed
	ExitInterrupted = 130 // ctrl-C
)

// Error is a failure with its exit code and advice what to do about it.
type Error struct {
	Code int
	Err  error
	Hint string
}

// Error is the failure in one line.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// usagef is an error in what the user typed.
func usagef(format string, args ...any) *Error {
	return &Error{Code: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// hinted adds advice.
func (e *Error) hinted(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// exit carries an exit code without any message.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// passed is the exit code of a program that mcpctl stood in for, whatever signal
// ended it.
type passed int

func (p passed) Error() string { return fmt.Sprintf("exit code %d", int(p)) }

// Main runs a command line and returns its exit code.
func Main(ctx context.Context, s Streams, args []string) int {
	app := &app{Streams: s, redact: redact.New()}
	root := app.root()
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	err := root.ExecuteContext(ctx)
	var child passed
	if errors.As(err, &child) {
		return int(child)
	}
	if ctx.Err() != nil && err != nil {
		return ExitInterrupted
	}
	return app.explain(err)
}

// app is one run of mcpctl.
type app struct {
	Streams
	redact *redact.Redactor
	// web fetches packages; nil is the network as it is. The demo plays a host.
	web *http.Client
}

// explain tells the user about an error and gives its exit code.
func (a *app) explain(err error) int {
	var silent exit
	switch {
	case err == nil:
		return ExitFine
	case errors.As(err, &silent):
		return int(silent)
	}
	known := a.known(err)
	fmt.Fprintf(a.Err, "mcpctl: %s\n", a.safe(known.Error()))
	if known.Hint != "" {
		fmt.Fprintf(a.Err, "  %s\n", a.safe(known.Hint))
	}
	return known.Code
}

// known gives every error a code: the one function that does.
func (a *app) known(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	if known := scaffoldError(err); known != nil {
		return known
	}
	if r, ok := refusal.Of(err); ok {
		return &Error{Code: exitOf(r.Kind), Err: err, Hint: r.Mend}
	}
	var unreached *mcp.ConnectError
	if errors.As(err, &unreached) {
		code := ExitEnvironment
		switch unreached.Cause {
		case mcp.CauseAuth:
			code = ExitRefused
		case mcp.CauseUsage:
			code = ExitUsage
		}
		return &Error{Code: code, Err: err, Hint: unreached.Hint}
	}
	return &Error{Code: ExitUsage, Err: err}
}

// exitOf is the exit code of a kind of refusal.
func exitOf(k refusal.Kind) int {
	switch k {
	case refusal.Finding:
		return ExitFindings
	case refusal.Environment:
		return ExitEnvironment
	case refusal.Consent:
		return ExitRefused
	default:
		return ExitUsage
	}
}

// safe makes text that may hold a server's words fit for one line of a
// terminal, without secrets.
func (a *app) safe(s string) string {
	return term.SafeLine(a.redact.String(s))
}

// root is the command tree, in the order of help.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "mcpctl",
		Short:         "Make MCP servers, and judge them against every revision of the protocol",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	root.SetFlagErrorFunc(unknownFlag)
	root.AddCommand(a.commands()...)
	return root
}

// commands are all that mcpctl can do, one line each.
func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.demoCommand(),
		a.newCommand(),
		a.addCommand(),
		a.updateCommand(),
		a.templateCommand(),
		a.sbomCommand(),
		a.publishCommand(),
		a.signCommand(),
		a.verifyCommand(),
		a.registryCommand(),
		a.testCommand(),
		a.lintCommand(),
		a.checksCommand(),
		a.contractCommand(),
		a.casesCommand(),
		a.toolsCommand(),
		a.resourcesCommand(),
		a.promptsCommand(),
		a.completeCommand(),
		a.discoverCommand(),
		a.pingCommand(),
		a.inspectCommand(),
		a.recordCommand(),
		a.replayCommand(),
		a.doctorCommand(),
		a.loginCommand(),
		a.logoutCommand(),
		a.versionCommand(),
	}
}

func unknownCommand(c *cobra.Command, name string) error {
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return usagef("there is no command %q", name).hinted("%s", didYouMean(name, names, "Run `mcpctl help` for the list."))
}

// unknownFlag answers a flag that does not exist with the nearest that does.
func unknownFlag(c *cobra.Command, err error) error {
	const unknown = "unknown flag: "
	name, ok := strings.CutPrefix(err.Error(), unknown)
	if !ok {
		return usagef("%w", err).hinted("Run `%s --help` for the flags.", c.CommandPath())
	}
	var names []string
	for _, f := range flagNames(c) {
		names = append(names, "--"+f)
	}
	return usagef("%s has no flag %s", c.CommandPath(), name).
		hinted("%s", didYouMean(name, names, fmt.Sprintf("Run `%s --help` for the flags.", c.CommandPath())))
}
