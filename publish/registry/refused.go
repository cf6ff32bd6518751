package registry

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// redactor knows what must not come back in a registry's words.
func (call call) redactor() *redact.Redactor {
	return redact.New(append([]string{call.token}, call.secrets...)...)
}

// refused makes a refusal of an answer that is none of success. The document
// that was sent, if there was one, is shown to the registry's validation where
// the answer alone does not tell what is wrong.
func (c *Client) refused(ctx context.Context, call call, a *answer, server []byte) error {
	p := parseProblem(a.body).without(call.redactor())
	r := &refusal.Refusal{Doing: call.doing, Why: p.Error()}
	switch status := a.status; {
	case status == http.StatusUnauthorized:
		return c.unauthorized(call, p)
	case status == http.StatusForbidden:
		r.Kind, r.Code, r.Mend = refusal.Consent, "forbidden", forbiddenMend(call, server)
	case noSuchEndpoint(a) && !p.empty():
		return broken(call.doing, p)
	case status == http.StatusNotFound:
		r.Kind, r.Code, r.Mend = refusal.Usage, "not-found", "`mcpctl registry search` finds the names that there are."
		if p.empty() {
			r.Mend = "Is " + c.Base() + " the address of an MCP registry? " + r.Mend
		}
	case status == http.StatusTooManyRequests:
		r.Kind, r.Code, r.Mend = refusal.Environment, "rate-limited", "Run the same command again later."
		if after, said := retryAfter(a.header, c.now()); said {
			r.Mend = fmt.Sprintf("Run the same command again in %s.", after.Round(time.Second))
		}
	case status == http.StatusConflict, status == http.StatusBadRequest && p.mentions("cannot publish duplicate version"):
		r.Kind, r.Code = refusal.Usage, "duplicate-version"
		r.Mend = "A version is never given twice, not even after its deletion: raise the version."
	case status == http.StatusUnprocessableEntity && server != nil && len(p.Fields) == 0:
		p = c.explained(ctx, server, p)
		r.Kind, r.Code, r.Why, r.Mend = refusal.Usage, "rejected", p.Error(), rejectedMend
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity, status == http.StatusRequestEntityTooLarge:
		r.Kind, r.Code, r.Mend = refusal.Usage, "rejected", rejectedMend
	case status >= 300 && status < 400:
		r.Kind, r.Code, r.Why = refusal.Environment, "registry-redirected", "the registry sends the request elsewhere"
		r.Mend = "If the registry has moved, give its new address with --registry."
		return r
	case status >= http.StatusBadGateway && status <= http.StatusGatewayTimeout:
		r.Kind, r.Code, r.Mend = refusal.Environment, "registry-unreachable", "Run the same command again later."
	default:
		if p.empty() {
			return broken(call.doing, fmt.Errorf("it answered %d %s", status, http.StatusText(status)))
		}
		return broken(call.doing, fmt.Errorf("it answered %d: %w", status, p))
	}
	r.Err = p
	if p.empty() {
		r.Why = fmt.Sprintf("the registry answered %d %s", a.status, http.StatusText(a.status))
	}
	return r
}

const rejectedMend = "`mcpctl publish check` finds most of this without a registry, and tells how to mend it."

// unauthorized tells a token that has ended from one that never was good.
func (c *Client) unauthorized(call call, p Problem) error {
	r := &refusal.Refusal{Kind: refusal.Consent, Code: "token-refused", Doing: call.doing, Why: p.Error(), Err: p,
		Mend: "Log in with `mcpctl registry login --registry " + c.Base() + "`."}
	if p.empty() {
		r.Why = "the registry does not take the token"
	}
	t, err := ParseToken(call.token)
	if err == nil && t.Expired(c.now()) || p.mentions("token is expired") {
		r.Code, r.Why = "token-expired", "the registry's token has expired; it lives for minutes only"
		r.Mend = strings.Replace(r.Mend, "Log in", "Log in again", 1)
	}
	return r
}

// explained asks the registry's validation what is wrong with a document that it
// has only called invalid.
func (c *Client) explained(ctx context.Context, server []byte, p Problem) Problem {
	a, err := c.do(ctx, call{doing: "validating", method: http.MethodPost, path: c.path("validate"), body: server, limit: MaxEntry})
	if err != nil || a.status != http.StatusOK {
		return p
	}
	if fields := parseIssues(a.body); len(fields) > 0 {
		p.Fields = fields
	}
	return p
}

// forbiddenMend sets what the token allows against what is needed.
func forbiddenMend(call call, server []byte) string {
	name := Entry{Server: server}.Name()
	t, err := ParseToken(call.token)
	if err != nil || name == "" {
		return "Log in as somebody who may change this server."
	}
	var may []string
	for _, p := range t.Permissions {
		may = append(may, p.Action+" "+p.Resource)
		if covers(strings.ToLower(p.Resource), strings.ToLower(name)) {
			return fmt.Sprintf("The token allows %q; the case of letters in the server's name must be the same.", p.Resource)
		}
	}
	mend := fmt.Sprintf("The token allows %s.", or(strings.Join(may, ", "), "nothing"))
	if strings.HasPrefix(name, "io.github.") {
		mend += " For an organisation's name you must be its owner, and log in with github-oidc from its Actions, or with a classic personal token that has read:org (--token-env)."
	}
	return mend
}

func tokenMissing(doing string) error {
	return &refusal.Refusal{Kind: refusal.Consent, Code: "token-missing", Doing: doing, Why: "there is no token of this registry",
		Mend: "Log in with `mcpctl registry login`."}
}

// broken is an answer that no registry should give.
func broken(doing string, cause error) error {
	return &refusal.Refusal{Kind: refusal.Environment, Code: "registry-broken", Doing: doing, Err: cause,
		Why:  "the registry does not answer as the API says: " + cause.Error(),
		Mend: "Is this the address of an MCP registry? If so, run the same command again later."}
}
