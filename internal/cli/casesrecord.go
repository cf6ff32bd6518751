package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance/cases"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// casesRecordFlags are the flags of `mcpctl cases record`.
type casesRecordFlags struct {
	targetFlags
	out     string
	timeout time.Duration
}

func (a *app) casesRecordCommand() *cobra.Command {
	var f casesRecordFlags
	c := &cobra.Command{
		Use:   "record [flags] FILE [FILE2 | URL | NAME]  |  FILE -- COMMAND [ARGS…]",
		Short: "Make cases of a recorded session",
		Long: `Make cases of a session that "mcpctl record" recorded: one case a session, with a step for each request and what
came back. With a second recording of the same, or with a server that is asked the same again now, values that differ
become matchers and, where they are sent again, captures. Asking a server again calls every tool that was called in the
recording.`,
		Example: `  mcpctl cases record session.mcpl --out cases/session.yaml
  mcpctl cases record session.mcpl again.mcpl
  mcpctl cases record session.mcpl -- ./my-server`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return a.casesRecord(c, args, f) },
	}
	f.bind(c)
	c.Flags().StringVarP(&f.out, "out", "o", "", "write the cases to this new `FILE` instead of standard output")
	c.Flags().DurationVar(&f.timeout, "timeout", 10*time.Second, "wait this long for each answer of a server")
	_ = c.MarkFlagFilename("out", "yaml") // the flag exists
	return c
}

func (a *app) casesRecord(c *cobra.Command, args []string, f casesRecordFlags) error {
	dash := c.ArgsLenAtDash()
	switch {
	case len(args) == 0 || dash == 0:
		return usagef("no recording is given").hinted("It is used as: %s", c.UseLine())
	case dash > 1 || dash < 0 && len(args) > 2:
		return usagef("give one recording, and one more or a server")
	case dash == 1 && len(args) == 1:
		return usagef("no command stands after --")
	case f.timeout <= 0:
		return usagef("--timeout %s leaves no time", f.timeout)
	}
	if err := free(f.out); err != nil {
		return err
	}
	first, err := a.tapeLog(args[0])
	if err != nil {
		return err
	}
	defer func() { _ = first.Close() }() // its files are temporary
	second, err := a.secondRun(c, args[1:], dash, first, f)
	if err != nil {
		return err
	}
	if second != nil {
		defer func() { _ = second.Close() }()
	}
	learnt, err := cases.Learn(first, second)
	if err != nil {
		return usagef("%s: %w", args[0], err)
	}
	return a.showLearnt(learnt, f.out)
}

// tapeLog reads a recording as traffic.
func (a *app) tapeLog(path string) (*traffic.Log, error) {
	t, err := tape.Open(path)
	if err != nil {
		return nil, usagef("%w", err)
	}
	if t.Cut {
		fmt.Fprintf(a.Err, "mcpctl: the last line of %s is broken off, and left out\n", a.safe(path))
	}
	return t.Log(), nil
}

// secondRun is the traffic of the second run: recorded, or made now; nil without
// one.
func (a *app) secondRun(c *cobra.Command, rest []string, dash int, first *traffic.Log, f casesRecordFlags) (*traffic.Log, error) {
	var target mcp.Target
	var err error
	switch {
	case len(rest) == 0:
		return nil, nil
	case dash == 1:
		target = mcp.Target{Name: rest[0], Command: rest}
		err = a.addHeaders(&target, f.targetFlags, func(string) {})
	case strings.HasSuffix(rest[0], ".mcpl"):
		return a.tapeLog(rest[0])
	default:
		target, err = a.targetNamed(c, rest[0], f.targetFlags)
	}
	if err != nil {
		return nil, err
	}
	learnt, err := cases.Learn(first, nil)
	if err != nil {
		return nil, usagef("%w", err)
	}
	file, err := cases.Parse("recorded.yaml", learnt.Text)
	if err != nil {
		return nil, fmt.Errorf("reading the cases that were made of the recording: %w", err)
	}
	return a.askAgain(c.Context(), target, file, f)
}

// askAgain asks a server what was asked in a recording.
func (a *app) askAgain(ctx context.Context, target mcp.Target, file *cases.File, f casesRecordFlags) (*traffic.Log, error) {
	log := traffic.New(traffic.Options{})
	o := cases.Options{Transport: mcp.TransportKind(f.transport), Timeout: f.timeout, Loose: true, Redact: a.redact, Revisions: []mcp.Revision{mcp.Rev20251125}}
	if target.URL == "" {
		o.Transport = mcp.Stdio
	} else if o.Transport == "" {
		o.Transport = mcp.HTTP
	}
	if r := file.Cases[0].Revisions; len(r) > 0 {
		o.Revisions = r
	}
	o.Frame = func(run int, frame mcp.Frame, x *mcp.Exchange) {
		if frame.Channel == mcp.ChannelHTTP {
			return
		}
		one := traffic.FrameOf(frame, x)
		one.Session, one.Revision = run, o.Revisions[0]
		log.Add(one)
	}
	for _, found := range cases.NewPlan([]*cases.File{file}, o).Run(ctx, target, nil) {
		if found.Verdict == "error" {
			_ = log.Close() // there is nothing in it
			return nil, &Error{Code: ExitEnvironment, Err: fmt.Errorf("asking the server again: %s", found.Message)}
		}
	}
	if ctx.Err() != nil {
		_ = log.Close()
		return nil, ctx.Err()
	}
	return log, nil
}

// showLearnt writes the cases, and tells what they are.
func (a *app) showLearnt(l cases.Learnt, out string) error {
	text := a.redact.Bytes(l.Text)
	for _, note := range l.Notes {
		fmt.Fprintf(a.Err, "mcpctl: %s\n", a.safe(note))
	}
	if out == "" {
		if a.OutTTY {
			text = []byte(term.Safe(string(text)))
		}
		_, err := a.Out.Write(text)
		return written(err)
	}
	if err := free(out); err != nil { // it may have come meanwhile
		return err
	}
	err := os.MkdirAll(filepath.Dir(out), 0o750) // the first case makes the folder of cases
	if err == nil {
		err = atomic.WriteFile(out, text, 0o644)
	}
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the cases: %w", err)}
	}
	fmt.Fprintf(a.Err, "wrote %s: %s, %s, %s, %s\n", a.safe(out), counted(l.Cases, "case"), counted(l.Steps, "step"),
		counted(l.Matchers, "matcher"), counted(l.Captures, "capture"))
	return nil
}

// free refuses a path where something stands already.
func free(path string) error {
	if path == "" {
		return nil
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return usagef("--out %s: it is there already, and nothing is overwritten", path)
	}
	return nil
}
