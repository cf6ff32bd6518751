package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/credential"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// loggedIn is what `registry login` prints as JSON.
type loggedIn struct {
	Schema   string           `json:"schema"`
	Registry string           `json:"registry"`
	Kept     credential.Place `json:"kept"`
	Token    registry.Token   `json:"token"` // what it says of itself
}

func (a *app) registryLoginCommand() *cobra.Command {
	var f loginFlags
	var name, format string
	c := &cobra.Command{
		Use:   "login",
		Short: "Log in at a registry, and keep its token for the next commands",
		Long: `Log in at a registry, and keep its token for the next commands.

The registry's token lives for about five minutes. It is kept in the keychain of
the operating system, or in a file that only you can read where there is none.

Methods:
  github       your GitHub account: by a code that you enter in a browser, or by
               a token of --token-env or --token-file. Names of organisations need
               a classic token with read:org, of an owner.
  github-oidc  a workflow of GitHub Actions with the permission id-token: write
  oidc         an identity token that the registry trusts
  dns          the owner of --domain, by a key in its TXT record
  http         the owner of --domain, by a key at /.well-known/mcp-registry-auth
  none         nobody, where the registry allows it

Without --method it is github-oidc in GitHub Actions, and github elsewhere.`,
		Example: `  mcpctl registry login
  mcpctl registry login --method github --token-env GITHUB_TOKEN
  mcpctl registry login --method dns --domain example.com --key key.pem`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkTextOrJSON(format); err != nil {
				return err
			}
			return a.registryLogin(c.Context(), name, format, f)
		},
	}
	bindRegistry(c, &name)
	f.bind(c, "")
	bindFormat(c, &format)
	return c
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no argument, and %q is one", c.CommandPath(), args[0]).hinted("Run `%s --help` for the flags.", c.CommandPath())
	}
	return nil
}

func (a *app) registryLogin(ctx context.Context, name, format string, f loginFlags) error {
	client, err := a.registryClient(name)
	if err != nil {
		return err
	}
	method, err := a.loginMethod(f)
	if err != nil {
		return err
	}
	token, err := client.Login(ctx, method)
	if err != nil {
		return err
	}
	place, err := a.keepToken(client.Base(), token)
	if err != nil {
		return err
	}
	done := loggedIn{"mcpctl.registry.login/v1", client.Base(), place, token}
	return a.textOrJSON(format, done, func() error { a.printLoggedIn(done); return nil })
}

func (a *app) printLoggedIn(l loggedIn) {
	who := ""
	if l.Token.Subject != "" {
		who = " as " + l.Token.Subject
	}
	until := ""
	if !l.Token.Expires.IsZero() {
		until = " until " + l.Token.Expires.Format("15:04:05 MST")
	}
	fmt.Fprintf(a.Out, "Logged in at %s%s (%s)%s. The token is in the %s.\n", a.safe(l.Registry), a.safe(who), a.safe(l.Token.Method), until, map[credential.Place]string{credential.Keychain: "keychain", credential.File: "user's configuration folder"}[l.Kept])
	for _, p := range l.Token.Permissions {
		fmt.Fprintf(a.Out, "  may %s %s\n", a.safe(p.Action), a.safe(p.Resource))
	}
}

func (a *app) registryLogoutCommand() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "logout",
		Short: "Forget the token of a registry",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := a.registryClient(name)
			if err != nil {
				return err
			}
			store, err := a.credentials()
			if err != nil {
				return err
			}
			found, err := store.Delete(client.Base())
			if err != nil {
				return err
			}
			if !found {
				fmt.Fprintf(a.Out, "There was no token of %s.\n", a.safe(client.Base()))
				return nil
			}
			fmt.Fprintf(a.Out, "The token of %s is forgotten.\n", a.safe(client.Base()))
			return nil
		},
	}
	bindRegistry(c, &name)
	return c
}

// credentials is where tokens of registries are kept: not in a keychain where
// the environment says so.
func (a *app) credentials() (*credential.Store, error) {
	dir, err := credential.Dir(a.env)
	if err != nil {
		return nil, err
	}
	const variable = "MCPCTL_CREDENTIALS"
	switch choice := a.env(variable); choice {
	case "":
		return credential.Open(dir), nil
	case "file":
		return credential.OpenFiles(dir), nil
	default:
		return nil, usagef("%s is %q, and can only be file", variable, choice)
	}
}

// keepToken keeps a registry's token, by the one spelling of its address.
func (a *app) keepToken(base string, t registry.Token) (credential.Place, error) {
	store, err := a.credentials()
	if err != nil {
		return "", err
	}
	return store.Set(base, t.Reveal())
}

// heldToken is the token that is kept for a registry, expired or not.
func (a *app) heldToken(base string) (t registry.Token, found bool, err error) {
	store, err := a.credentials()
	if err != nil {
		return t, false, err
	}
	secret, _, err := store.Get(base)
	if refusal.Code(err) == "token-missing" {
		return t, false, nil
	}
	if err != nil {
		return t, false, err
	}
	t, err = registry.TokenOf(secret)
	return t, err == nil, err
}

// liveToken is the token for a change at a registry that has one, or the refusal
// to go on without.
func (a *app) liveToken(base, doing string) (string, error) {
	if base == "" { // a folder
		return "", nil
	}
	t, found, err := a.heldToken(base)
	if err != nil {
		return "", err
	}
	r := &refusal.Refusal{Kind: refusal.Consent, Doing: doing, Mend: "Log in with `mcpctl registry login --registry " + base + "`."}
	switch {
	case !found:
		r.Code, r.Why = "token-missing", "nobody is logged in at "+base
	case t.Expired(time.Now()):
		r.Code, r.Why = "token-expired", "the token of "+base+" has expired; it lives for minutes only"
		r.Mend = strings.Replace(r.Mend, "Log in", "Log in again", 1)
	default:
		return t.Reveal(), nil
	}
	return "", r
}
