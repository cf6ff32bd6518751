package publish

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// margin is how long a token must still live to be used: it has minutes only.
const margin = 20 * time.Second

// held says for people what the token at hand is good for.
func (t *target) held() string {
	if t.Held == nil {
		return t.asked("nothing")
	}
	token, ok := t.Held()
	now := t.plan.options.Now()
	switch {
	case !ok:
		return t.asked("nothing")
	case token.Expired(now):
		return t.asked("a token that has expired")
	case !t.allows(token):
		return t.asked("a token for " + resources(token))
	case token.Expired(now.Add(margin)):
		return t.asked("a token that expires at once")
	case token.Expires.IsZero():
		return "a token for " + resources(token)
	}
	return fmt.Sprintf("a token for %s, for %s", resources(token), token.Expires.Sub(now).Round(time.Second))
}

func (t *target) asked(held string) string {
	if t.Login == nil {
		return held + ", and no way to a token: run `mcpctl registry login`"
	}
	if t.Early {
		return held + "; a token will be asked for before anything is signed, and again if it has run out by then"
	}
	return held + "; a token will be asked for when everything else is done"
}

func resources(token registry.Token) string {
	var all []string
	for _, p := range token.Permissions {
		if p.Action == registry.ActionPublish {
			all = append(all, p.Resource)
		}
	}
	if len(token.Permissions) == 0 {
		return "what it does not say"
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// allows asks the token itself. One that does not say what it is for, as those of
// private registries may be, has to be tried.
func (t *target) allows(token registry.Token) bool {
	name := t.plan.Release.Name
	return len(token.Permissions) == 0 || token.May(registry.ActionPublish, name) || t.edits && token.May(registry.ActionEdit, name)
}

// usable takes a token at hand if it will do.
func (t *target) usable() bool {
	if t.token == nil && t.Held != nil && !t.spent {
		if held, ok := t.Held(); ok {
			t.token = &held
		}
	}
	return t.token != nil && t.allows(*t.token) && !t.token.Expired(t.plan.options.Now().Add(margin))
}

// canPublish refuses early what cannot succeed. Where logging in costs nobody
// anything, that is tried too: whose name it is shows in the token only.
func (t *target) canPublish(ctx context.Context) error {
	switch {
	case t.entry != nil, t.Login == nil && t.Held == nil, t.usable():
		return nil
	case t.Login == nil:
		return t.without()
	case t.Early:
		return t.logIn(ctx)
	}
	return nil
}

// without is the refusal of who has no token that will do, and no way to one.
func (t *target) without() error {
	doing := "publishing " + t.plan.Release.ID() + " at " + t.Name
	switch {
	case t.token == nil:
		return &refusal.Refusal{Kind: refusal.Consent, Code: "login-needed", Doing: doing, Why: "nobody is logged in", Mend: "Run `mcpctl registry login`, or give --auth."}
	case !t.allows(*t.token):
		return t.forbidden(doing)
	}
	return &refusal.Refusal{Kind: refusal.Consent, Code: "token-expired", Doing: doing, Why: "the token has expired, as they do after minutes", Mend: "Run `mcpctl registry login` just before, or give --auth, so that it is asked for in time."}
}

// forbidden says what the token is good for, and if only the case differs.
func (t *target) forbidden(doing string) error {
	r := &refusal.Refusal{Kind: refusal.Consent, Code: "forbidden", Doing: doing,
		Why: "the token allows publishing " + resources(*t.token) + ", and the server is called " + t.plan.Release.Name, Mend: "Log in as somebody who owns the namespace, or correct the name in server.json."}
	for _, p := range t.token.Permissions {
		prefix := strings.TrimSuffix(p.Resource, "*")
		if name := t.plan.Release.Name; p.Action == registry.ActionPublish && len(prefix) > 0 && len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			r.Code, r.Mend = "namespace-case", "Write the name in server.json, and in the packages, as "+prefix+name[len(prefix):]+": case matters."
		}
	}
	return r
}

func (t *target) logIn(ctx context.Context) error {
	if t.Login == nil {
		return t.without()
	}
	token, err := t.Login(ctx)
	if err != nil {
		return err
	}
	t.token = &token
	if !t.allows(token) {
		return t.forbidden("publishing " + t.plan.Release.ID() + " at " + t.Name)
	}
	return nil
}

// secret is the token to send, renewed if it has run out meanwhile.
func (t *target) secret(ctx context.Context) (string, error) {
	if t.Login == nil && t.Held == nil {
		return "", nil
	}
	if !t.usable() {
		if err := t.logIn(ctx); err != nil {
			return "", err
		}
	}
	return t.token.Reveal(), nil
}
