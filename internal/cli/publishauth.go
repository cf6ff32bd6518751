package cli

import (
	"context"

	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// logInLate gives a target the way to a token. It is taken when the token is
// needed, which is late: it lives for minutes. Where nothing says how, only the
// token of `mcpctl registry login` is left.
func (a *app) logInLate(t *publish.Target, client *registry.Client, f loginFlags) error {
	held, found, err := a.heldToken(client.Base())
	if err != nil {
		return err
	}
	t.Held = func() (registry.Token, bool) { return held, found }
	chosen, err := a.chooseMethod(f)
	if refusal.Code(err) == "login-unattended" {
		return nil
	}
	if err != nil {
		return err
	}
	// Asking a person is the last resort, and for the official registry only: with
	// others it would fail when all is signed.
	unasked := f.method+f.tokenEnv+f.tokenFile == "" && chosen == "github"
	if unasked && (!t.Official || !a.InTTY || !a.ErrTTY) {
		return nil
	}
	if f.tokenFile != "-" { // which can be read once
		if _, err := a.loginMethod(f); err != nil {
			return err // now, and not when all is signed
		}
	}
	t.How = map[string]string{
		"github": "your account at GitHub", "github-oidc": "this job of GitHub Actions", "oidc": "an identity token",
		"dns": "the key of " + f.domain, "http": "the key of " + f.domain, "none": "nobody's name",
	}[chosen]
	t.Early = f.tokenFile != "-" && (chosen != "github" || f.tokenEnv+f.tokenFile != "")
	t.Login = func(ctx context.Context) (registry.Token, error) {
		method, err := a.loginMethod(f)
		if err != nil {
			return registry.Token{}, err
		}
		return client.Login(ctx, method)
	}
	return nil
}
