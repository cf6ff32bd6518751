package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// visit is one command's look into a server, and how its results are shown.
type visit struct {
	*inspect.Client
	app   *app
	flags *inspectFlags
	query *inspect.Query

	changes chan string // URIs of resources that changed
	shown   time.Time   // when progress was last shown
	lines   int         // of log messages shown
}

const (
	// progressEvery is how often progress is shown at most: more cannot be read.
	progressEvery = 200 * time.Millisecond
	// maxChanges is how many changes wait to be printed. Of more the last are left
	// out: those before them tell as much.
	maxChanges = 1000
	// maxLines is how many log messages are shown.
	maxLines = 1000
	// maxWidth is how much of a server's line is shown beside the results.
	maxWidth = 400
)

// visited runs a command on a server: everything that can be wrong with the
// command line is found out before the server is asked, and the server is left
// once the results are printed.
func (a *app) visited(c *cobra.Command, args []string, f *inspectFlags, least, most int, run func(ctx context.Context, v *visit, operands []string) error) error {
	target, rest, err := a.addressed(c, args, f.targetFlags)
	if err != nil {
		return err
	}
	if err := operands(c, rest, least, most); err != nil {
		return err
	}
	v := &visit{app: a, flags: f, changes: make(chan string, maxChanges)}
	options, err := f.options(a)
	if err != nil {
		return err
	}
	if f.jq != "" {
		if v.query, err = inspect.ParseQuery(f.jq); err != nil {
			return usagef("--jq: %w", err)
		}
	}
	options.Tell = v.tell
	ctx := c.Context()
	if v.Client, err = inspect.Open(ctx, target, options); err != nil {
		return err
	}
	defer v.leave(ctx)
	if err := v.SetLogLevel(ctx); err != nil && !f.quiet {
		v.warn("%v", err)
	}
	err = run(ctx, v, rest)
	v.hint(err)
	return inspectError(err)
}

// leave ends the session.
func (v *visit) leave(ctx context.Context) {
	if err := v.Close(ctx); err != nil && v.flags.verbose {
		v.warn("%v", err)
	}
	if exit, ended := v.Session().Exit(); ended && v.flags.verbose && len(exit.Stderr) > 0 {
		fmt.Fprintf(v.app.Err, "the server wrote to standard error:\n%s\n", v.safe(strings.TrimSpace(string(exit.Stderr))))
	}
}

// hint shows how an answer file for a refused question would begin.
func (v *visit) hint(err error) {
	var refused *inspect.Refused
	if errors.As(err, &refused) && refused.Why == "" && !v.flags.quiet {
		if text := refused.Skeleton(); text != "" {
			fmt.Fprintf(v.app.Err, "An answer file for it would be:\n\n%s\n", v.safe(text))
		}
	}
}

// safe is a server's text for the terminal, without secrets.
func (v *visit) safe(s string) string { return term.Safe(v.app.redact.String(s)) }

// line is a server's text for a line of the terminal.
func (v *visit) line(s string) string { return v.app.safe(s) }

func (v *visit) warn(format string, args ...any) {
	fmt.Fprintf(v.app.Err, "mcpctl: warning: %s\n", v.line(term.Clip(fmt.Sprintf(format, args...), maxWidth)))
}

// tell shows what the server says beside its answers.
func (v *visit) tell(e inspect.Event) {
	if e.Kind == inspect.Updated {
		select {
		case v.changes <- e.Text:
		default:
		}
		return
	}
	if v.flags.quiet {
		return
	}
	text := v.line(term.Clip(e.Text, maxWidth))
	switch e.Kind {
	case inspect.Progress:
		if time.Since(v.shown) < progressEvery {
			return
		}
		v.shown = time.Now()
		fmt.Fprintf(v.app.Err, "progress %s\n", text)
	case inspect.Log:
		switch v.lines++; {
		case v.lines <= maxLines:
			fmt.Fprintf(v.app.Err, "log %s\n", text)
		case v.lines == maxLines+1:
			fmt.Fprintf(v.app.Err, "log … more messages are not shown\n")
		}
	case inspect.Answered:
		fmt.Fprintf(v.app.Err, "answered %s\n", text)
	}
}

// print shows a result: as JSON, through the jq expression, or as text writes it.
func (v *visit) print(ctx context.Context, result mcp.Value, text func(out *bytes.Buffer)) error {
	var out bytes.Buffer
	switch {
	case v.query != nil:
		err := v.query.Run(ctx, v.app.redact.Bytes(result.Raw()), func(s string, isText bool) error {
			if isText {
				s = term.Safe(s)
			} else {
				s = string(inspect.SafeJSON([]byte(s)))
			}
			_, err := fmt.Fprintln(v.app.Out, s)
			return written(err)
		})
		var own *Error
		if err != nil && !errors.As(err, &own) && ctx.Err() == nil {
			return &Error{Code: ExitUsage, Err: fmt.Errorf("--jq: %w", err)}
		}
		return err
	case v.flags.format == "json":
		out.Write(inspect.IndentJSON(v.app.redact.Bytes(result.Raw())))
		out.WriteByte('\n')
	default:
		text(&out)
	}
	_, err := v.app.Out.Write(out.Bytes())
	return written(err)
}

func written(err error) error {
	if err == nil || errors.Is(err, os.ErrClosed) {
		return nil
	}
	return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the result: %w", err)}
}

// listing is entries as the result of one list request.
func listing(k inspect.Kind, entries []mcp.Value) mcp.Value {
	return mcp.ValueOf(map[string]any{k.Member(): entries})
}

// describe writes a description below what it describes.
func (v *visit) describe(out *bytes.Buffer, entry mcp.Value) {
	text := entry.Get("description").Text()
	if text == "" {
		text = entry.Get("title").Text()
	}
	first, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if first == "" {
		return
	}
	if width := v.app.Width - 12; !v.flags.verbose {
		first = shorten(first, max(width, 20), more)
		fmt.Fprintf(out, "    %s\n", v.line(first))
		return
	}
	fmt.Fprintf(out, "    %s\n", strings.ReplaceAll(v.safe(strings.TrimSpace(text)), "\n", "\n    "))
}

// shorten bounds text to n characters.
func shorten(s string, n int, more bool) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	if more {
		return s + " …"
	}
	return s
}

// part writes a part of a result.
func (v *visit) part(out *bytes.Buffer, p inspect.Part) {
	if !p.Binary && p.Text != "" {
		text := v.safe(p.Text)
		out.WriteString(text)
		if !strings.HasSuffix(text, "\n") {
			out.WriteByte('\n')
		}
		return
	}
	if p.Kind != "text" {
		fmt.Fprintln(out, v.line(p.Summary()))
	}
}

// save keeps parts on disk and says where.
func (v *visit) save(to string, parts []inspect.Part) error {
	if to == "" {
		return nil
	}
	paths, err := inspect.Save(to, parts)
	for _, path := range paths {
		fmt.Fprintf(v.app.Err, "saved %s\n", v.line(path))
	}
	switch {
	case err != nil:
		return &Error{Code: ExitUsage, Err: err}
	case len(paths) == 0:
		v.warn("there was nothing to save to %s", to)
	}
	return nil
}
