package sign

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Audience is whom identity tokens are for at the public good instance, and at
// most others.
const Audience = "sigstore"

// Token gets an OpenID Connect identity token for an audience. It may wait for
// a person, within a bound of its own.
type Token func(ctx context.Context, audience string) (string, error)

// claims are what is read of a token. Nobody has verified them yet: they serve
// to refuse early what the certificate authority would refuse, and to say in
// advance who will have signed.
type claims struct {
	Issuer   string    `json:"iss"`
	Subject  string    `json:"sub"`
	Audience audiences `json:"aud"`
	Expires  float64   `json:"exp"`
	Email    string    `json:"email"`
	Server   string    `json:"server_url"`        // GitHub Enterprise
	Workflow string    `json:"job_workflow_ref"`  // GitHub Actions
	Config   string    `json:"ci_config_ref_uri"` // GitLab CI
	Upstream struct {
		Connector string `json:"connector_id"`
	} `json:"federated_claims"`
}

// audiences is one name or several.
type audiences []string

func (a *audiences) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audiences{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// checked gets a token and refuses what cannot be meant for Sigstore.
func (t Token) checked(ctx context.Context, audience string) (string, claims, error) {
	raw, err := t(ctx, audience)
	if err != nil {
		return "", claims{}, err
	}
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return "", claims{}, tokenMissing("it is empty")
	}
	c, err := parseClaims(raw)
	if err != nil {
		return "", claims{}, &refusal.Refusal{Kind: refusal.Consent, Code: "token-unreadable", Doing: "reading the identity token",
			Why: err.Error(), Mend: "Give an OpenID Connect identity token (a JWT) with the audience " + audience}
	}
	if expires := time.Unix(int64(c.Expires), 0); !expires.After(time.Now()) {
		return "", claims{}, &refusal.Refusal{Kind: refusal.Consent, Code: "token-expired", Doing: "reading the identity token",
			Why: "it expired at " + expires.UTC().Format(time.RFC3339), Mend: "Get a new one; such tokens live some minutes."}
	}
	if !slices.Contains(c.Audience, audience) {
		return "", claims{}, &refusal.Refusal{Kind: refusal.Consent, Code: "token-audience", Doing: "reading the identity token",
			Why:  fmt.Sprintf("it is for %q, and the certificate authority takes tokens for %q only", strings.Join(c.Audience, ", "), audience),
			Mend: "Ask for the token with the audience " + audience}
	}
	return raw, c, nil
}

func parseClaims(raw string) (claims, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return claims{}, fmt.Errorf("a JWT has three parts, and this has %d", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims{}, fmt.Errorf("its second part is not base64url")
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return claims{}, fmt.Errorf("its claims are not JSON of the expected shape")
	}
	if c.Expires <= 0 {
		return claims{}, fmt.Errorf("it does not say when it expires")
	}
	return c, nil
}

// identity is what the public certificate authority will make of the claims.
func (c claims) identity() Identity {
	id := Identity{Issuer: c.Issuer, Subject: c.Subject}
	if c.Upstream.Connector != "" {
		id.Issuer = c.Upstream.Connector
	}
	switch {
	case c.Workflow != "":
		server := c.Server
		if server == "" {
			server = "https://github.com"
		}
		id.Subject = server + "/" + c.Workflow
	case c.Config != "":
		id.Subject = "https://" + c.Config
	case c.Email != "":
		id.Subject = c.Email
	}
	return id
}

func tokenMissing(why string) error {
	return &refusal.Refusal{Kind: refusal.Consent, Code: "token-missing", Doing: "getting an identity token", Why: why,
		Mend: "In GitHub Actions give the job `permissions: id-token: write`; in GitLab declare SIGSTORE_ID_TOKEN under id_tokens " +
			"with the audience sigstore; elsewhere sign in interactively, name a variable or file with a token, or sign with a key."}
}
