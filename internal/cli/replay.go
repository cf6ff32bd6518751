package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// replayFlags are the flags of `replay`.
type replayFlags struct {
	targetFlags
	format  string
	ignore  []string
	learn   bool
	timeout time.Duration
	serve   bool
	http    string
}

func (a *app) replayCommand() *cobra.Command {
	var f replayFlags
	c := &cobra.Command{
		Use:   "replay [flags] FILE  URL | NAME  |  FILE -- COMMAND [ARGS…]  |  FILE --serve",
		Short: "Send a recorded client's messages to a server and compare the answers, or play the recorded server",
		Long: `Send what the client of a recording sent to a server again, in the same order, and compare the answers with the
recorded ones; the exit code is 1 when one differs. What the server asks meanwhile is answered as it was then. Replaying
calls every tool that was called in the recording.

Ids, and members that every server makes up anew (cursors, states of rounds, task ids), are not compared, nor are those
that differ between equal requests within the recording, with --learn between two replays, and those that --ignore names.

With --serve the recording plays the server, on standard streams or, with --http, at a loopback address: each request is
answered as the same request was then.`,
		Example: `  mcpctl replay session.mcpl -- ./my-server
  mcpctl replay session.mcpl http://127.0.0.1:3000/mcp --ignore /result/content/0/text --format json
  mcpctl replay session.mcpl --serve --http 127.0.0.1:3001`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return a.replay(c, args, f) },
	}
	f.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.format, "format", "text", "print `text` or json")
	flags.StringArrayVar(&f.ignore, "ignore", nil, "do not compare what is at or below this JSON `POINTER`; METHOD:POINTER for one method, * for any part; repeatable")
	flags.BoolVar(&f.learn, "learn", false, "replay twice, and do not compare what differs between the two")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "wait so long for each answer")
	flags.BoolVar(&f.serve, "serve", false, "play the recorded server")
	flags.StringVar(&f.http, "http", "", "with --serve, play it over HTTP at this loopback `ADDRESS`")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

func (a *app) replay(c *cobra.Command, args []string, f replayFlags) error {
	a.frugal()
	dash := c.ArgsLenAtDash()
	if len(args) == 0 || dash == 0 {
		return usagef("no recording is given").hinted("It is used as: %s", c.UseLine())
	}
	switch {
	case f.format != "text" && f.format != "json":
		return usagef("--format %q is neither text nor json", f.format)
	case f.timeout <= 0:
		return usagef("--timeout %s leaves no time", f.timeout)
	case f.http != "" && !f.serve:
		return usagef("--http goes with --serve")
	case f.serve && len(args) > 1:
		return usagef("--serve plays the recording, and takes no target")
	case f.transport != "" && f.transport != string(mcp.HTTP) && f.transport != string(mcp.SSE):
		return usagef("--transport %q is none", f.transport).hinted("Choose http or sse; a command always speaks stdio.")
	}
	o := tape.ReplayOptions{Timeout: f.timeout, Transport: mcp.TransportKind(f.transport), Learn: f.learn}
	for _, text := range f.ignore {
		i, err := tape.ParseIgnored(text)
		if err != nil {
			return usagef("--ignore: %w", err)
		}
		o.Ignore = append(o.Ignore, i)
	}
	t, err := tape.Open(args[0])
	if err != nil {
		return usagef("%w", err)
	}
	if t.Cut {
		fmt.Fprintf(a.Err, "mcpctl: the last line of %s is broken off, and left out\n", a.safe(args[0]))
	}
	if f.serve {
		return a.playTape(c, t, f.http)
	}
	target, err := a.replayTarget(c, t, args[1:], dash, f)
	if err != nil {
		return err
	}
	report, err := tape.Replay(c.Context(), t, target, o)
	if err != nil {
		return err
	}
	return a.showReplay(report, f.format)
}

// replayTarget is the server to replay against. The recording's own is never
// taken for granted: its command would be started, its address asked.
func (a *app) replayTarget(c *cobra.Command, t *tape.Tape, rest []string, dash int, f replayFlags) (mcp.Target, error) {
	switch {
	case dash > 1 || dash < 0 && len(rest) > 1:
		return mcp.Target{}, usagef("give one server: a URL or name, or a command after --")
	case dash == 1 && len(rest) == 0:
		return mcp.Target{}, usagef("no command stands after --")
	case dash == 1:
		t := mcp.Target{Name: rest[0], Command: rest}
		return t, a.addHeaders(&t, f.targetFlags, func(string) {})
	case len(rest) == 1:
		return a.targetNamed(c, rest[0], f.targetFlags)
	}
	own := t.Target.URL
	if len(t.Target.Command) > 0 {
		own = "-- " + strings.Join(t.Target.Command, " ")
	}
	return mcp.Target{}, usagef("no server to replay against is given").
		hinted("The recording is of: %s. --serve plays it instead.", own)
}

// playTape plays the recorded server.
func (a *app) playTape(c *cobra.Command, t *tape.Tape, address string) error {
	p, err := tape.NewPlayer(t)
	if err != nil {
		return usagef("%w", err)
	}
	if address == "" {
		if err := p.ServeStdio(a.In, a.Out, term.NewWriter(a.Err)); err != nil {
			return &Error{Code: ExitEnvironment, Err: fmt.Errorf("playing the recording: %w", err)}
		}
		return nil
	}
	if address, err = loopback("--http", address); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(c.Context(), "tcp", address)
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("cannot listen: %w", err)}
	}
	fmt.Fprintf(a.Err, "playing the recording at http://%s/mcp until ctrl-C\n", listener.Addr())
	if err := serveUntil(c.Context(), listener, p.Handler()); err != nil {
		return &Error{Code: ExitEnvironment, Err: err}
	}
	return nil
}

// showReplay prints what came of a replay.
func (a *app) showReplay(r *tape.Report, format string) error {
	var out bytes.Buffer
	if format == "json" {
		e := json.NewEncoder(&out)
		e.SetIndent("", "  ")
		if err := e.Encode(a.replayJSON(r)); err != nil {
			return fmt.Errorf("writing the result: %w", err)
		}
	} else {
		a.replayText(&out, r)
	}
	if _, err := a.Out.Write(out.Bytes()); err != nil {
		return written(err)
	}
	if !r.Same() {
		return exit(ExitFindings)
	}
	return nil
}
