package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Grant is what an authorization server has granted for one server. Its tokens
// are in no field that printing or encoding it shows.
type Grant struct {
	Server   string   `json:"server"`   // the address of the MCP endpoint, in its one spelling
	Resource string   `json:"resource"` // what the token is for
	Issuer   string   `json:"issuer"`   // whose it is
	Scopes   []string `json:"scopes,omitempty"`
	Client   string   `json:"client"` // the client's id
	// Registration is how the client came by its id: static, document, dynamic.
	Registration       string    `json:"registration"`
	TokenEndpoint      string    `json:"tokenEndpoint"`
	RevocationEndpoint string    `json:"revocationEndpoint,omitempty"`
	Issued             time.Time `json:"issued"`
	Expires            time.Time `json:"expires,omitzero"` // zero when nobody said

	method                  string
	access, refresh, secret string
}

// Renewable says whether the token can be renewed without the user.
func (g Grant) Renewable() bool { return g.refresh != "" }

// Expired says whether the token is over at a time.
func (g Grant) Expired(now time.Time) bool { return !g.Expires.IsZero() && !now.Before(g.Expires) }

// Secrets are the texts that must not be shown.
func (g Grant) Secrets() []string {
	var all []string
	for _, s := range []string{g.access, g.refresh, g.secret} {
		if s != "" {
			all = append(all, s)
		}
	}
	return all
}

// sealed is a Grant as it is kept, secrets included.
type sealed struct {
	Grant
	Method  string `json:"method"`
	Access  string `json:"access"`
	Refresh string `json:"refresh,omitempty"`
	Secret  string `json:"secret,omitempty"`
}

func (g Grant) seal() (string, error) {
	b, err := json.Marshal(sealed{g, g.method, g.access, g.refresh, g.secret})
	return string(b), err
}

func unseal(secret string) (Grant, error) {
	var s sealed
	if err := json.Unmarshal([]byte(secret), &s); err != nil || !tokenText(s.Access) || s.Server == "" {
		return Grant{}, errors.New("what is kept is no grant")
	}
	g := s.Grant
	g.method, g.access, g.refresh, g.secret = s.Method, s.Access, s.Refresh, s.Secret
	return g, nil
}

// Renew gets a new token by the refresh token, which may be replaced with it: the
// grant that is answered must be kept in place of g. Only the token endpoint is
// asked, whose host was agreed to at the sign-in.
func (g Grant) Renew(ctx context.Context, o Options) (Grant, Trace, error) {
	doing := "renewing the token of " + g.Server
	if g.refresh == "" {
		return g, nil, denied("auth-not-renewable", doing, again(g), "the authorization server gave no refresh token")
	}
	w, err := g.web(o, g.TokenEndpoint)
	if err != nil {
		return g, nil, err
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {g.refresh}}
	next := g
	err = next.fill(ctx, w, Renewal, form)
	if refusal.Code(err) == "auth-token-refused" {
		err = denied("auth-renewal-refused", doing, again(g), "%v", err)
	}
	if err != nil {
		return g, w.trace, err
	}
	return next, w.trace, nil
}

// Revoke takes the grant back at the authorization server (RFC 7009). Done says
// whether the server has an endpoint for it.
func (g Grant) Revoke(ctx context.Context, o Options) (done bool, t Trace, err error) {
	if g.RevocationEndpoint == "" {
		return false, nil, nil
	}
	doing := "revoking the token of " + g.Server
	const mend = "It is forgotten here all the same; take it back at the authorization server's own page."
	w, err := g.web(o, g.RevocationEndpoint)
	if err != nil {
		return false, nil, err
	}
	u, err := w.named(g.RevocationEndpoint)
	if err != nil {
		return false, nil, err // web has judged it
	}
	// With a refresh token the whole grant ends, and its access tokens with it
	// where the server can.
	for _, token := range []struct{ text, kind string }{{g.refresh, "refresh_token"}, {g.access, "access_token"}} {
		if token.text == "" {
			continue
		}
		form := url.Values{"token": {token.text}, "token_type_hint": {token.kind}}
		header := g.prove(form)
		step, a, err := w.post(ctx, Revocation, "revocation: "+token.kind, u, formType, form.Encode(), header)
		if err == nil && a.status != http.StatusOK {
			v, _ := object(a.body) // a server may say why, or not
			err = fmt.Errorf("it refuses with HTTP status %d%s", a.status, w.said(v))
			step.Problem = err.Error()
		}
		w.note(step)
		if err != nil {
			return false, w.trace, broken("auth-revocation-failed", doing, mend, "%v", err)
		}
	}
	return true, w.trace, nil
}

// web asks the one host of an endpoint that the sign-in has agreed to.
func (g Grant) web(o Options, endpoint string) (*web, error) {
	server, err := serverAddress(g.Server)
	if err != nil {
		return nil, refusef(refusal.Usage, "auth-address", "using the token of "+g.Server, again(g), "%v", err)
	}
	w := newWeb(server, o)
	w.secret(g.Secrets()...)
	u, err := w.named(endpoint)
	if err != nil {
		return nil, broken("auth-endpoint-unsafe", "using the token of "+g.Server, again(g), "the endpoint %q cannot be used: %v", endpoint, err)
	}
	w.agreed = append(w.agreed, origin(u))
	return w, nil
}

func again(g Grant) string { return "Sign in again with `mcpctl login " + quote(g.Server) + "`." }

// quote makes one word of a shell's command line.
func quote(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune("._-/:@%+,=", r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
