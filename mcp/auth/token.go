package auth

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// maxToken bounds a token or code, in bytes.
	maxToken = 16 << 10
	// maxLife bounds how long a token is believed to live.
	maxLife = 10 * 365 * 24 * time.Hour

	formType = "application/x-www-form-urlencoded"
)

// exchange gives the code for a token.
func (f *flow) exchange(ctx context.Context, q question, code string) (Grant, error) {
	s := f.found.Server
	g := Grant{Server: f.server.String(), Resource: q.resource, Issuer: s.Issuer, Scopes: q.scopes,
		Client: q.client.id, Registration: q.client.how, TokenEndpoint: s.Token, RevocationEndpoint: s.Revoke,
		method: q.client.method, secret: q.client.secret}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {q.callback}, "code_verifier": {q.verifier}}
	return g, g.fill(ctx, f.web, TokenRequest, form)
}

// fill asks the token endpoint and takes over what it grants.
func (g *Grant) fill(ctx context.Context, w *web, stage Stage, form url.Values) error {
	doing := "asking " + g.Issuer + " for a token"
	const mend = "Sign in again, and tell whoever runs the authorization server if it stays so."
	u, err := w.named(g.TokenEndpoint)
	if err != nil {
		return broken("auth-endpoint-unsafe", doing, mend, "its token endpoint cannot be used: %v", err)
	}
	form.Set("resource", g.Resource)
	header := g.prove(form)
	began := time.Now()
	step, a, err := w.post(ctx, stage, string(stage), u, formType, form.Encode(), header)
	defer func() { w.note(step) }()
	if err != nil {
		return broken("auth-token-failed", doing, mend, "%v", err)
	}
	v, wrong := object(a.body)
	switch {
	case a.status >= 500 || a.status >= 300 && a.status < 400:
		err = broken("auth-token-failed", doing, mend, "it answers with HTTP status %d%s", a.status, w.said(v))
	case a.status != http.StatusOK:
		err = denied("auth-token-refused", doing, "Sign in again.", "it refuses with HTTP status %d%s", a.status, w.said(v))
	case wrong != nil:
		err = broken("auth-token-invalid", doing, mend, "%v", wrong)
	default:
		w.secret(v.Get("access_token").Text(), v.Get("refresh_token").Text(), v.Get("id_token").Text())
		err = g.take(&step, v, began, doing, mend)
	}
	if err != nil {
		step.failed("a token was granted", err)
	}
	return err
}

// take reads a granted token (RFC 6749 section 5.1).
func (g *Grant) take(step *Step, v mcp.Value, now time.Time, doing, mend string) error {
	access, refresh := v.Get("access_token").Text(), v.Get("refresh_token").Text()
	kind := v.Get("token_type").Text()
	switch {
	case !tokenText(access) || refresh != "" && !tokenText(refresh):
		return broken("auth-token-invalid", doing, mend, "its answer has no token that can be sent")
	case !strings.EqualFold(kind, "Bearer"):
		return broken("auth-token-type", doing, mend, "its token is of type %q, and servers of MCP take Bearer", clip(kind))
	}
	g.access, g.Issued, g.Expires = access, now.UTC().Truncate(time.Second), time.Time{}
	step.passed("a token was granted")
	if life, ok := seconds(v.Get("expires_in")); ok {
		g.Expires = g.Issued.Add(life)
		step.passed("it lives for %s", life)
	} else {
		step.warned("how long it lives is not said (expires_in)")
	}
	switch {
	case refresh != "":
		step.passed("it can be renewed")
		g.refresh = refresh
	case g.refresh != "": // at a renewal: the old one goes on
		step.warned("the refresh token was not replaced")
	default:
		step.warned("it cannot be renewed")
	}
	if granted := scopesOf(strings.Fields(v.Get("scope").Text())); len(granted) > 0 {
		if missing := slices.DeleteFunc(slices.Clone(g.Scopes), func(s string) bool { return contains(granted, s) }); len(missing) > 0 {
			step.warned("scopes not granted: %s", strings.Join(missing, " "))
		}
		g.Scopes = granted
	}
	if aud := g.foreign(); aud != "" {
		step.warned("the token says that it is for %q", clip(aud))
	}
	return nil
}

// seconds reads a lifetime, which some servers write as text.
func seconds(v mcp.Value) (time.Duration, bool) {
	n, ok := v.Int()
	if !ok {
		var err error
		if n, err = strconv.ParseInt(v.Text(), 10, 64); err != nil {
			return 0, false
		}
	}
	if n < 0 || n > int64(maxLife/time.Second) {
		return 0, false
	}
	return time.Duration(n) * time.Second, true
}

// tokenText reports whether a token can stand in a header.
func tokenText(s string) bool {
	return s != "" && len(s) <= maxToken && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// prove adds what a client proves itself by to a form, or answers the header that
// does.
func (g Grant) prove(form url.Values) http.Header {
	if g.method == "client_secret_basic" && g.secret != "" {
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(url.QueryEscape(g.Client), url.QueryEscape(g.secret)) // RFC 6749 section 2.3.1
		return r.Header
	}
	form.Set("client_id", g.Client)
	if g.secret != "" {
		form.Set("client_secret", g.secret)
	}
	return nil
}

// foreign is whom a token says that it is for, when it says so in the open (as a
// JWT does) and it is not the resource it was asked for; "" else. Nothing is
// verified: that is the server's business.
func (g Grant) foreign() string {
	parts := strings.Split(g.access, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	v, err := mcp.Parse(payload)
	if err != nil {
		return ""
	}
	aud := append(words(v.Get("aud")), v.Get("aud").Text())
	aud = slices.DeleteFunc(aud, func(s string) bool { return s == "" })
	same := func(a string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(g.Resource, "/") }
	if len(aud) == 0 || slices.ContainsFunc(aud, same) {
		return ""
	}
	return strings.Join(aud, " ")
}

// said is the error that an answer of an authorization server states (RFC 6749
// section 5.2, RFC 7591 section 3.2.2).
func (w *web) said(v mcp.Value) string {
	said := ""
	for _, name := range []string{"error", "error_description"} {
		if text := v.Get(name).Text(); text != "" {
			said += ": " + clip(w.redact().String(text))
		}
	}
	return said
}

func (f *flow) said(v mcp.Value) string { return f.web.said(v) }

func contains(all []string, s string) bool { return slices.Contains(all, s) }
