package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/credential"
)

// signInFlags say how to sign in at a server.
type signInFlags struct {
	config                        string
	clientID, secretEnv, document string
	issuer                        string
	scopes                        []string
	browser, noBrowser            bool
	paste, yes, list, verbose     bool
	wait                          time.Duration
	format                        string
}

func (a *app) loginCommand() *cobra.Command {
	var f signInFlags
	c := &cobra.Command{
		Use:   "login [flags] URL | NAME",
		Short: "Sign in at an MCP server by OAuth, and keep its token for other commands",
		Long: `Sign in at an MCP server that asks for a token (OAuth 2.1), and keep the token for other commands with the same URL.

The server says which authorization server to ask; you are asked first. The page to consent at is printed, and opened when
you press Enter or give --browser. Its answer comes to a port on this machine that is open just so long, or is pasted with
--paste. The token is kept in the keychain of the operating system, or in a file that only you can read.

This is for servers that you use. For the registry of servers there is mcpctl registry login.`,
		Example: `  mcpctl login https://mcp.example.com/mcp
  mcpctl login https://mcp.example.com/mcp --client-id mcpctl --client-secret-env SECRET --scope files:read
  mcpctl login --list`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkTextOrJSON(f.format); err != nil {
				return err
			}
			if f.list {
				return a.listLogins(args, f.format)
			}
			return a.login(c, args, f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.config, "config", "", "read servers from this `FILE` (mcpctl.yaml or a client's, mcpServers shape)")
	flags.StringVar(&f.clientID, "client-id", "", "be the client `ID` that is registered at the authorization server")
	flags.StringVar(&f.secretEnv, "client-secret-env", "", "its secret is in the environment variable `VAR`")
	flags.StringVar(&f.document, "client-metadata-url", "", "be the client that the document at `URL` describes, where such are taken")
	flags.StringVar(&f.issuer, "issuer", "", "sign in with this authorization server `URL` of those that the server names")
	flags.StringArrayVar(&f.scopes, "scope", nil, "ask for `SCOPES` in place of those that the server names; repeatable")
	flags.BoolVar(&f.browser, "browser", false, "open the page to consent at without waiting for Enter")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "open no browser, only print the address")
	flags.BoolVar(&f.paste, "paste", false, "the browser is on another machine: open no port, and paste the address where it ends")
	flags.BoolVar(&f.yes, "yes", false, "agree to the hosts that the sign-in leads to")
	flags.BoolVar(&f.list, "list", false, "list where you are signed in")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show every step with what was checked")
	flags.DurationVar(&f.wait, "wait", 5*time.Minute, "wait this long for you to consent")
	bindFormat(c, &f.format)
	c.MarkFlagsMutuallyExclusive("browser", "no-browser")
	c.MarkFlagsMutuallyExclusive("client-id", "client-metadata-url")
	_ = c.MarkFlagFilename("config", "yaml", "json") // the flag exists
	return c
}

// serverAddress is the address of the server that the words of login and logout
// name.
func (a *app) serverAddress(c *cobra.Command, args []string, config string) (string, error) {
	t, _, err := a.target(c, args, targetFlags{config: config, anonymous: true})
	switch {
	case err != nil:
		return "", err
	case t.URL == "":
		return "", usagef("%s is started by a command", t.Name).hinted("Signing in is for servers at a URL; a command is given secrets in its environment.")
	}
	return t.URL, nil
}

// signedIn is what `login` prints as JSON.
type signedIn struct {
	Schema string           `json:"schema"`
	Login  auth.Grant       `json:"login"`
	Kept   credential.Place `json:"kept"`
	Steps  auth.Trace       `json:"steps"`
}

func (a *app) login(c *cobra.Command, args []string, f signInFlags) error {
	address, err := a.serverAddress(c, args, f.config)
	if err != nil {
		return err
	}
	o, err := a.signIn(c.Context(), f)
	if err != nil {
		return err
	}
	store, err := a.logins()
	if err != nil {
		return err
	}
	g, trace, err := auth.Login(c.Context(), address, o)
	if err != nil {
		return err
	}
	place, err := store.Set(g)
	if err != nil {
		return err
	}
	return a.textOrJSON(f.format, signedIn{"mcpctl.login/v1", g, place, trace}, func() error {
		fmt.Fprintf(a.Out, "Signed in at %s with %s%s%s.\nThe token is in the %s%s.\n", a.safe(g.Server), a.safe(g.Issuer), a.safe(scopesOf(g)), until(g), placeName(place), renewal(g))
		return nil
	})
}

// signIn turns the flags into what package auth takes.
func (a *app) signIn(ctx context.Context, f signInFlags) (auth.Options, error) {
	o := auth.Options{Client: auth.Client{ID: f.clientID, Document: f.document, Issuer: f.issuer}, Wait: f.wait}
	for _, scopes := range f.scopes {
		o.Scopes = append(o.Scopes, strings.Fields(scopes)...)
	}
	if f.wait <= 0 {
		return o, usagef("--wait %s leaves no time", f.wait)
	}
	if f.secretEnv != "" {
		secret, ok := a.Getenv(f.secretEnv)
		if !ok || secret == "" {
			return o, &Error{Code: ExitRefused, Err: fmt.Errorf("the environment variable %s of --client-secret-env is not set", f.secretEnv)}
		}
		o.Client.Secret = secret
	}
	lines := readLines(ctx, a.In)
	p := prompter{app: a, lines: lines}
	o.Agree = func(ctx context.Context, hosts []auth.Host) error { return a.agree(ctx, p, hosts, f.yes) }
	o.Visit = func(ctx context.Context, address string) error { return a.visitPage(ctx, p, address, f) }
	if f.paste {
		o.Paste = func(ctx context.Context) (string, error) {
			fmt.Fprint(a.Err, "Paste the address where the browser ends (it shows an error there): ")
			line, _, err := p.next(ctx)
			return line, err
		}
	}
	if f.verbose {
		o.Tell = a.tellStep
	}
	return o, nil
}

// agree asks the user about hosts that a sign-in leads to.
func (a *app) agree(ctx context.Context, p prompter, hosts []auth.Host, given bool) error {
	fmt.Fprintln(a.Err, "Signing in leads to:")
	for _, h := range hosts {
		fmt.Fprintf(a.Err, "  %s  (%s)\n", a.safe(h.Origin), a.safe(h.Why))
	}
	if given {
		return nil
	}
	if !a.InTTY || !a.ErrTTY {
		return (&Error{Code: ExitRefused, Err: errors.New("nobody is there to agree to these hosts, and none was asked")}).hinted("If you trust them, give --yes.")
	}
	answer, err := p.ask(ctx, "Ask them? (yes, no)", "no", func(string) error { return nil })
	if err != nil {
		return err
	}
	if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
		return &Error{Code: ExitRefused, Err: errDeclined}
	}
	return nil
}

// tellStep shows a step of a sign-in.
func (a *app) tellStep(s auth.Step) {
	status := ""
	if s.Status != 0 {
		status = fmt.Sprintf(" %d", s.Status)
	}
	fmt.Fprintf(a.Err, "%s  %s %s%s  %s\n", a.safe(s.Title), s.Method, a.safe(s.URL), status, s.Duration.Round(time.Millisecond))
	for _, c := range s.Checks {
		fmt.Fprintf(a.Err, "    %s: %s\n", c.Level, a.safe(c.Text))
	}
	if s.Problem != "" {
		fmt.Fprintf(a.Err, "    %s\n", a.safe(s.Problem))
	}
}

// logins is where tokens of servers are kept.
func (a *app) logins() (*auth.Store, error) {
	secrets, err := a.credentials()
	if err != nil {
		return nil, err
	}
	dir, err := credential.Dir(a.env)
	if err != nil {
		return nil, err
	}
	return auth.NewStore(secrets, dir), nil
}
