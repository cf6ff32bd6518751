package cli

import (
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
)

func (a *app) logoutCommand() *cobra.Command {
	var config string
	c := &cobra.Command{
		Use:   "logout URL | NAME",
		Short: "Forget the token of an MCP server, and revoke it",
		Long: `Forget the token of an MCP server that login has kept, and revoke it at the authorization server where that can be done.
A token that cannot be revoked is forgotten all the same.`,
		RunE: func(c *cobra.Command, args []string) error { return a.logout(c, args, config) },
	}
	c.Flags().StringVar(&config, "config", "", "read servers from this `FILE` (mcpctl.yaml or a client's, mcpServers shape)")
	_ = c.MarkFlagFilename("config", "yaml", "json") // the flag exists
	return c
}

func (a *app) logout(c *cobra.Command, args []string, config string) error {
	address, err := a.serverAddress(c, args, config)
	if err != nil {
		return err
	}
	store, err := a.logins()
	if err != nil {
		return err
	}
	g, _, found, unreadable := store.Get(address)
	revoked := false
	if unreadable == nil && found {
		if revoked, _, err = g.Revoke(c.Context(), auth.Options{}); err != nil {
			a.explain(err)
		}
	}
	there, err := store.Delete(address)
	if err != nil {
		return err
	}
	switch {
	case !there:
		fmt.Fprintf(a.Out, "There was no token of %s.\n", a.safe(address))
	case revoked:
		fmt.Fprintf(a.Out, "The token of %s is revoked and forgotten.\n", a.safe(address))
	default:
		fmt.Fprintf(a.Out, "The token of %s is forgotten.\n", a.safe(address))
	}
	return nil
}

// useLogin gives a target the token that login has kept for just its URL. Where
// the target has credentials of its own, or the user wants none, nothing is
// looked up.
func (a *app) useLogin(c *cobra.Command, t *mcp.Target, f targetFlags, keep func(string)) error {
	// A recording proxy would lend the token to every program on this machine.
	lends := c.Name() == "record"
	if t.URL == "" || f.anonymous || lends || t.Header.Get("Authorization") != "" {
		return nil
	}
	store, err := a.logins()
	if err != nil {
		return nil //nolint:nilerr // without a home there are no logins
	}
	g, _, found, err := store.Get(t.URL)
	if err != nil || !found {
		return err
	}
	quietly := c.CalledAs() == "" // a shell completes a command line
	how := ""
	if g.Due(time.Now()) && !quietly {
		if g, err = store.Renew(c.Context(), g, auth.Options{}); err != nil && g.Expired(time.Now()) {
			return err
		}
		if err == nil {
			how = ", renewed"
		}
	}
	for _, secret := range g.Secrets() {
		keep(secret)
	}
	// All secrets of this run are known now: the token does not change in it. It
	// stands in the header too for requests that are written by hand, and the
	// source says what a refusal means.
	source := auth.NewSource(g, store, auth.SourceOptions{Fixed: true})
	value, err := source.Authorization(c.Context())
	if err != nil {
		return err
	}
	keep(value)
	t.Header = t.Header.Clone()
	if t.Header == nil {
		t.Header = http.Header{}
	}
	t.Header.Set("Authorization", value)
	t.Authorizer = source
	if !quietly {
		fmt.Fprintf(a.Err, "mcpctl: using your token for %s%s (--anonymous sends none)\n", a.safe(g.Server), how)
	}
	return nil
}
