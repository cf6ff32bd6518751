package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// recordFlags are the flags of `record`.
type recordFlags struct {
	targetFlags
	url, listen string
}

func (a *app) recordCommand() *cobra.Command {
	var f recordFlags
	c := &cobra.Command{
		Use:   "record [flags] FILE -- COMMAND [ARGS…]  |  FILE --url URL | NAME",
		Short: "Stand between a client and a server, and record what crosses",
		Long: `Stand between a client and a server, and record what crosses into a new FILE, which by custom ends in .mcpl.

With a command, a client starts mcpctl in the server's place: standard input, output and error pass unchanged, so do
signals, and mcpctl ends with the server's exit code. With --url it is a proxy on this machine for that one server, until
it is interrupted.

Secrets stay out of the file: headers that carry credentials, the values of environment variables that are called secret,
and what --header and --bearer-env give.`,
		Example: `  mcpctl record session.mcpl -- npx -y @modelcontextprotocol/server-everything stdio
  mcpctl record session.mcpl --url http://127.0.0.1:3000/mcp --listen 127.0.0.1:3001`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return a.record(c, args, f) },
	}
	f.bind(c)
	c.Flags().StringVar(&f.url, "url", "", "record the server at this `URL`, or of this name in a configuration")
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:0", "with --url, listen at this loopback `ADDRESS`")
	_ = c.Flags().MarkHidden("transport") // what the client speaks is passed on
	return c
}

func (a *app) record(c *cobra.Command, args []string, f recordFlags) error {
	a.frugal()
	dash := c.ArgsLenAtDash()
	switch {
	case f.url != "" && (dash >= 0 || len(args) > 1):
		return usagef("--url and a command cannot both be recorded")
	case f.url != "" && len(args) == 1:
		return a.recordURL(c, args[0], f)
	case dash == 1 && len(args) > 1:
		return a.recordCommandLine(c, args[0], args[1:], f)
	case dash == 0 || len(args) == 0:
		return usagef("no file to record into is given").hinted("It is used as: %s", c.UseLine())
	}
	return usagef("nothing to record is given").hinted("Write the server's command after --, or its address after --url.")
}

// secretEnv are the values of variables that are called secret.
func secretEnv() []string {
	const least = 8 // what is shorter stands everywhere by chance
	var all []string
	for _, line := range os.Environ() {
		name, value, _ := strings.Cut(line, "=")
		if !redact.SecretName(name) || len(value) < least {
			continue
		}
		if _, err := os.Lstat(value); err != nil { // the name of a file is no secret
			all = append(all, value)
		}
	}
	return all
}

// recordCommandLine stands between a client and a server on standard streams.
func (a *app) recordCommandLine(c *cobra.Command, path string, command []string, f recordFlags) error {
	if len(f.header) > 0 || f.bearerEnv != "" {
		return usagef("--header and --bearer-env are for servers at a URL").hinted("A command is given secrets in its environment.")
	}
	began := time.Now()
	w, err := tape.Create(path, tape.Header{By: "mcpctl", Started: began,
		Target: tape.Target{Name: command[0], Transport: mcp.Stdio, Command: command}}, secretEnv()...)
	if err != nil {
		return &Error{Code: ExitUsage, Err: err}
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	r := tape.NewRecorder(w, began)
	code, err := tape.Stdio{Command: command, In: a.In, Out: a.Out, Err: a.Err, Signals: signals}.Run(r)
	if problem := errors.Join(r.Err(), w.Close()); problem != nil {
		fmt.Fprintf(a.Err, "mcpctl: the recording is not whole: %s\n", a.safe(problem.Error()))
	}
	if err != nil {
		_ = os.Remove(path) // it holds nothing: the server was never started
		return err
	}
	if code != 0 {
		return passed(code)
	}
	return nil
}

// loopback reads an address to listen at, which must be this machine's alone.
func loopback(flag, address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", usagef("%s %q is no address", flag, address).hinted("Write it as 127.0.0.1:3001.")
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", usagef("%s %q is not on this machine alone", flag, address).
			hinted("What is recorded is the whole conversation: only a loopback address such as 127.0.0.1 may be listened at.")
	}
	return net.JoinHostPort(host, port), nil
}

// recordURL is a proxy for one server.
func (a *app) recordURL(c *cobra.Command, path string, f recordFlags) error {
	address, err := loopback("--listen", f.listen)
	if err != nil {
		return err
	}
	target, err := a.targetNamed(c, f.url, f.targetFlags)
	if err != nil {
		return err
	}
	if target.URL == "" {
		return usagef("%q is a server with a command", f.url).hinted("Record it with its command after --.")
	}
	began := time.Now()
	head := tape.Header{By: "mcpctl", Started: began, Target: tape.Target{Name: target.Name, Transport: mcp.HTTP, URL: target.URL}}
	secrets := secretEnv()
	for name, values := range target.Header {
		head.Secrets = append(head.Secrets, "header "+name)
		for _, v := range values {
			_, token, _ := strings.Cut(v, " ")
			secrets = append(secrets, v, token)
		}
	}
	listener, err := new(net.ListenConfig).Listen(c.Context(), "tcp", address)
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("cannot listen: %w", err)}
	}
	defer func() { _ = listener.Close() }() // the server has closed it
	w, err := tape.Create(path, head, secrets...)
	if err != nil {
		return &Error{Code: ExitUsage, Err: err}
	}
	r := tape.NewRecorder(w, began)
	proxy, err := tape.NewHTTPProxy(r, target)
	if err != nil {
		return errors.Join(usagef("%w", err), w.Close())
	}
	at, _ := url.Parse(target.URL) // it was read before
	fmt.Fprintf(a.Err, "recording into %s; clients may use http://%s%s until ctrl-C\n", a.safe(path), listener.Addr(), a.safe(at.EscapedPath()))
	served := serveUntil(c.Context(), listener, proxy)
	frames, bytes := w.Written()
	fmt.Fprintf(a.Err, "recorded %d frames, %d bytes\n", frames, bytes)
	if err := errors.Join(served, r.Err(), w.Close()); err != nil {
		return &Error{Code: ExitEnvironment, Err: err}
	}
	return nil
}

// targetNamed is the server at a URL, or of a name in a configuration.
func (a *app) targetNamed(c *cobra.Command, word string, f targetFlags) (mcp.Target, error) {
	t, _, err := a.target(c, []string{word}, f)
	return t, err
}

// serveUntil serves until ctx ends, and then ends what is under way.
func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // streams never end by themselves
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("cannot go on listening: %w", err)
	}
	return nil
}
