package auth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Client is how mcpctl is known at an authorization server. The zero Client
// registers itself, where it may.
type Client struct {
	// ID and Secret are of a client that somebody registered by hand; Secret
	// may be "".
	ID, Secret string
	// Issuer is the authorization server where it was; "" is any.
	Issuer string
	// Document is the address of a client id metadata document.
	Document string
}

// The ways of registration.
const (
	Static   = "static"
	Document = "document"
	Dynamic  = "dynamic"
)

// check tells what is wrong with what the user gave.
func (c Client) check() error {
	usage := func(why string) error {
		return refusef(refusal.Usage, "auth-client", "signing in", "docs/login.md describes the ways to be known as a client.", "%s", why)
	}
	switch {
	case c.Secret != "" && c.ID == "":
		return usage("a client's secret was given without its id")
	case c.ID != "" && c.Document != "":
		return usage("a client id and a client id metadata document are two clients")
	case strings.ContainsFunc(c.ID+c.Secret, func(r rune) bool { return r < ' ' || r > '~' }):
		return usage("a client's id or secret has characters that none can have")
	case c.Document == "":
		return nil
	}
	u, err := url.Parse(c.Document)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "":
		return usage("a client id metadata document must have an https address")
	case u.Path == "" || u.Path == "/" || u.Fragment != "" || u.User != nil || slices.ContainsFunc(strings.Split(u.Path, "/"), func(s string) bool { return s == "." || s == ".." }):
		return usage("the address of a client id metadata document has a path without dots, and neither fragment nor user")
	}
	return nil
}

// registrations are the ways to become a client of s.
func (s Server) registrations() []string {
	all := []string{Static}
	if s.ClientDocument {
		all = append(all, Document)
	}
	if s.Register != "" {
		all = append(all, Dynamic)
	}
	return all
}

// registered is a client with its way to prove itself.
type registered struct {
	id, secret, how string
	method          string // token_endpoint_auth_method
}

// register chooses a client: one registered by hand, else a metadata document,
// else dynamic registration (basic/authorization/client-registration).
func (f *flow) register(ctx context.Context, callback string) (registered, error) {
	s, given := f.found.Server, f.options.Client
	step := Step{Stage: Registration, Title: "client registration"}
	choose := func(c registered) (registered, error) {
		step.Title += ": " + c.how
		step.passed("client id %s, authentication %s", c.id, c.method)
		f.web.note(step)
		return c, nil
	}
	if given.ID != "" {
		return choose(registered{given.ID, given.Secret, Static, s.authentication(given.Secret != "")})
	}
	if given.Document != "" {
		if s.ClientDocument {
			return choose(registered{given.Document, "", Document, "none"})
		}
		step.warned("the authorization server takes no client id metadata documents")
	}
	if s.Register == "" {
		err := denied("auth-client-missing", "signing in with "+s.Issuer,
			"Register mcpctl there with the redirect URI http://127.0.0.1/callback, and give --client-id; or, where it takes them, a document with --client-metadata-url.",
			"there is no client id: it registers no clients by itself, and %s", documents(s, given))
		step.failed("there is a way to be known", err)
		f.web.note(step)
		return registered{}, err
	}
	return f.registerAnew(ctx, callback)
}

func documents(s Server, given Client) string {
	switch {
	case s.ClientDocument:
		return "no client id metadata document was given"
	case given.Document != "":
		return "it does not take the client id metadata document that was given"
	}
	return "no client was given"
}

// registerAnew registers mcpctl (RFC 7591). The port of the callback is another
// each time, and not every authorization server lets it be, so a client is
// registered for each sign-in.
func (f *flow) registerAnew(ctx context.Context, callback string) (registered, error) {
	s := f.found.Server
	doing := "registering as a client of " + s.Issuer
	const mend = "Register mcpctl by hand and give --client-id, or tell whoever runs the authorization server."
	u, err := f.web.named(s.Register)
	if err != nil {
		return registered{}, err // judged before
	}
	body, err := json.Marshal(map[string]any{
		"client_name": "mcpctl", "application_type": "native", "redirect_uris": []string{callback},
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
		"token_endpoint_auth_method": s.authentication(!s.takes("none")),
	})
	if err != nil {
		return registered{}, err
	}
	step, a, err := f.web.post(ctx, Registration, "client registration: dynamic", u, "application/json", string(body), nil)
	defer func() { f.web.note(step) }()
	if err != nil {
		return registered{}, broken("auth-registration-failed", doing, mend, "%v", err)
	}
	v, err := object(a.body)
	if a.status != http.StatusCreated && a.status != http.StatusOK {
		err := broken("auth-registration-refused", doing, mend, "it refuses with HTTP status %d%s", a.status, f.said(v))
		step.failed("a client is registered", err)
		return registered{}, err
	}
	c := registered{v.Get("client_id").Text(), v.Get("client_secret").Text(), Dynamic, v.Get("token_endpoint_auth_method").Text()}
	f.web.secret(c.secret, v.Get("registration_access_token").Text())
	wrong := Client{ID: c.id, Secret: c.secret}.check()
	back := words(v.Get("redirect_uris"))
	switch {
	case err != nil:
		err = broken("auth-registration-invalid", doing, mend, "%v", err)
	case c.id == "" || wrong != nil:
		err = broken("auth-registration-invalid", doing, mend, "its answer has no usable client_id")
	case len(back) > 0 && !slices.Contains(back, callback):
		err = broken("auth-registration-invalid", doing, mend, "it registered the redirect URI %q in place of ours", back[0])
	case c.method != "" && !slices.Contains([]string{"none", "client_secret_basic", "client_secret_post"}, c.method):
		err = broken("auth-registration-invalid", doing, mend, "it wants clients to prove themselves by %q, which mcpctl does not", c.method)
	}
	if err != nil {
		step.failed("a client is registered", err)
		return registered{}, err
	}
	if c.method == "" {
		c.method = s.authentication(c.secret != "")
	}
	step.passed("client id %s, authentication %s", c.id, c.method)
	return c, nil
}

// takes reports whether s lets clients prove themselves by a method; one that
// does not say is taken at its word later.
func (s Server) takes(method string) bool {
	return len(s.Authentication) == 0 || slices.Contains(s.Authentication, method)
}

// authentication is how a client proves itself, with a secret or without.
func (s Server) authentication(secret bool) string {
	switch {
	case !secret:
		return "none"
	case s.takes("client_secret_basic"):
		return "client_secret_basic"
	}
	return "client_secret_post"
}
