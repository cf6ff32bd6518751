package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// targetFlags are the flags of every command that takes a TARGET.
type targetFlags struct {
	config    string
	header    []string
	bearerEnv string
	transport string
	anonymous bool
}

func (f *targetFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.config, "config", "", "read servers from this `FILE` (mcpctl.yaml or a client's, mcpServers shape)")
	c.Flags().StringArrayVar(&f.header, "header", nil, "send the HTTP header `'K: V'`; ${NAME} in V is taken from the environment")
	c.Flags().StringVar(&f.bearerEnv, "bearer-env", "", "send the content of environment variable `VAR` as bearer token")
	c.Flags().StringVar(&f.transport, "transport", "", "speak `http` or sse to a URL instead of finding out")
	c.Flags().BoolVar(&f.anonymous, "anonymous", false, "send no token that mcpctl login has kept for the URL")
	_ = c.MarkFlagFilename("config", "yaml", "json") // the flag exists
}

// target makes sense of the words on the command line: a URL, a name from a
// configuration or a client's file, or, after --, a command.
func (a *app) target(c *cobra.Command, args []string, f targetFlags) (mcp.Target, config, error) {
	conf, err := readConfig(f.config)
	if err != nil {
		return mcp.Target{}, conf, err
	}
	secrets := []string{}
	keep := func(s string) { secrets = append(secrets, s) }
	defer func() { a.redact = redact.New(secrets...) }()
	t, err := a.find(c, args, f.config, conf, keep)
	if err != nil {
		return t, conf, err
	}
	if err := a.addHeaders(&t, f, keep); err != nil {
		return t, conf, err
	}
	return t, conf, a.useLogin(c, &t, f, keep)
}

func (a *app) find(c *cobra.Command, args []string, file string, conf config, keep func(string)) (mcp.Target, error) {
	dash := c.ArgsLenAtDash()
	switch {
	case dash == 0 && len(args) > 0:
		return mcp.Target{Name: args[0], Command: args}, nil
	case dash > 0:
		return mcp.Target{}, usagef("%q stands before --: give one target, a URL or name or -- COMMAND", args[0])
	case len(args) == 0:
		return mcp.Target{}, usagef("no target is given").
			hinted("Give a URL, a name from mcpctl.yaml, or a command after --, as in: %s -- npx -y my-server", c.CommandPath())
	case len(args) > 1:
		return mcp.Target{}, usagef("%d targets are given, %q and more", len(args), args[0]).
			hinted("A command stands after --, as in: %s -- %s", c.CommandPath(), strings.Join(args, " "))
	case strings.Contains(args[0], "://"):
		return urlTarget(args[0], keep)
	}
	s, ok := conf.Servers[args[0]]
	if !ok {
		return a.fromClient(args[0], file, conf.names(), keep)
	}
	return a.named(args[0], s, keep)
}

// urlTarget is a target at an address.
func urlTarget(address string, keep func(string)) (mcp.Target, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return mcp.Target{}, usagef("%q is no http or https address", address)
	}
	if password, ok := u.User.Password(); ok {
		keep(password)
	}
	return mcp.Target{Name: u.Redacted(), URL: address}, nil
}

// named is a target from a configuration.
func (a *app) named(name string, s server, keep func(string)) (mcp.Target, error) {
	if (s.Command == "") == (s.URL == "") {
		return mcp.Target{}, usagef("server %q must have either a command or a url", name)
	}
	t := mcp.Target{Name: name, Dir: s.Cwd, Header: http.Header{}}
	if s.URL != "" {
		address, err := a.expand(s.URL, keep)
		if err != nil {
			return t, usagef("server %q: %w", name, err)
		}
		if t, err = urlTarget(address, keep); err != nil {
			return t, err
		}
		t.Name, t.Header = name, http.Header{}
	}
	for _, word := range append([]string{s.Command}, s.Args...) {
		word, err := a.expand(word, keep)
		if err != nil {
			return t, usagef("server %q: %w", name, err)
		}
		if s.Command != "" {
			t.Command = append(t.Command, word)
		}
	}
	for k, v := range s.Headers {
		v, err := a.expand(v, keep)
		if err != nil {
			return t, usagef("server %q: header %s: %w", name, k, err)
		}
		if err := setHeader(t.Header, k, v, keep); err != nil {
			return t, usagef("server %q: %w", name, err)
		}
	}
	return t, a.addEnv(&t, name, s, keep)
}

// addEnv adds a server's own variables to those of this process. Their values
// are secrets as likely as not.
func (a *app) addEnv(t *mcp.Target, name string, s server, keep func(string)) error {
	for k, v := range s.Env {
		v, err := a.expand(v, keep)
		if err != nil {
			return usagef("server %q: variable %s: %w", name, k, err)
		}
		if redact.SecretName(k) {
			keep(v)
		}
		t.ExtraEnv = append(t.ExtraEnv, k+"="+v)
	}
	return nil
}

// addHeaders adds the headers of the command line.
func (a *app) addHeaders(t *mcp.Target, f targetFlags, keep func(string)) error {
	if t.URL == "" {
		if len(f.header) > 0 || f.bearerEnv != "" {
			return usagef("--header and --bearer-env are for servers at a URL").hinted("A command is given secrets in its environment.")
		}
		return nil
	}
	if t.Header == nil {
		t.Header = http.Header{}
	}
	for _, line := range f.header {
		k, v, ok := strings.Cut(line, ":")
		if !ok {
			return usagef("--header %q lacks a colon", a.redact.String(line)).hinted("Write it as 'Name: value'.")
		}
		v, err := a.expand(strings.TrimSpace(v), keep)
		if err != nil {
			return usagef("--header %s: %w", k, err)
		}
		if err := setHeader(t.Header, strings.TrimSpace(k), v, keep); err != nil {
			return usagef("%w", err)
		}
	}
	if f.bearerEnv != "" {
		token, ok := a.Getenv(f.bearerEnv)
		if !ok || token == "" {
			return &Error{Code: ExitRefused, Err: fmt.Errorf("the environment variable %s of --bearer-env is not set", f.bearerEnv)}
		}
		return setHeader(t.Header, "Authorization", "Bearer "+token, keep)
	}
	return nil
}

// headerName reports whether k can name a header (RFC 9110, token).
func headerName(k string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	return k != "" && !strings.ContainsFunc(k, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(marks, r)
	})
}

// setHeader sets a header and keeps its value, and a bearer's token, secret.
func setHeader(h http.Header, k, v string, keep func(string)) error {
	if !headerName(k) || strings.ContainsFunc(v, unicode.IsControl) {
		return fmt.Errorf("header %q cannot be sent: its name or value has a character that headers cannot have", k)
	}
	keep(v)
	if _, token, ok := strings.Cut(v, " "); ok {
		keep(token)
	}
	h.Set(k, v)
	return nil
}
