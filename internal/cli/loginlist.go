package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/credential"
)

// listedLogin is one of those that `login --list` prints as JSON.
type listedLogin struct {
	auth.Grant
	Kept    credential.Place `json:"kept,omitempty"`
	Expired bool             `json:"expired"`
	Renews  bool             `json:"renewable"`
	Problem string           `json:"problem,omitempty"`
}

func (a *app) listLogins(args []string, format string) error {
	if len(args) > 0 {
		return usagef("--list takes no server, but %q is given", args[0])
	}
	store, err := a.logins()
	if err != nil {
		return err
	}
	all := []listedLogin{}
	for _, k := range store.List() {
		l := listedLogin{Grant: k.Grant, Kept: k.Place, Expired: k.Expired(time.Now()), Renews: k.Renewable()}
		if k.Err != nil {
			l.Problem = a.redact.String(k.Err.Error())
		}
		all = append(all, l)
	}
	return a.textOrJSON(format, map[string]any{"schema": "mcpctl.logins/v1", "logins": all}, func() error { return a.printLogins(all) })
}

func (a *app) printLogins(all []listedLogin) error {
	if len(all) == 0 {
		fmt.Fprintln(a.Err, "You are signed in nowhere.")
		return nil
	}
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SERVER\tWITH\tSTATE\tSCOPES")
	for _, l := range all {
		state := "good"
		switch {
		case l.Problem != "":
			state = "broken"
		case l.Expired && l.Renews:
			state = "to be renewed"
		case l.Expired:
			state = "expired"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.safe(l.Server), a.safe(l.Issuer), state, a.safe(strings.Join(l.Scopes, " ")))
	}
	return w.Flush()
}

func scopesOf(g auth.Grant) string {
	if len(g.Scopes) == 0 {
		return ""
	}
	return " for " + strings.Join(g.Scopes, " ")
}

// until says when a token ends that cannot be renewed.
func until(g auth.Grant) string {
	if g.Expires.IsZero() || g.Renewable() {
		return ""
	}
	return " until " + g.Expires.Local().Format("15:04 on 2 January")
}

func renewal(g auth.Grant) string {
	if g.Renewable() {
		return ", and is renewed as needed"
	}
	return ""
}

func placeName(p credential.Place) string {
	if p == credential.Keychain {
		return "keychain"
	}
	return "user's configuration folder"
}
