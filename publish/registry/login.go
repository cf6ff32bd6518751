package registry

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Method is a way to log in; this package has all of them.
type Method interface {
	// Name is the method's name in the API, like "github-oidc".
	Name() string
	// proof is what the registry is given, and which of it is secret.
	proof(ctx context.Context, c *Client) (proof, error)
}

type proof struct {
	body    map[string]string // nil for an empty body
	secrets []string
	mend    string // what to do if the registry refuses it
}

// Login proves to the registry who the user is, and answers its token, which
// lives for minutes. The refusals are login-refused, login-unsupported,
// token-missing and those of the method and of every question.
func (c *Client) Login(ctx context.Context, m Method) (Token, error) {
	doing := "logging in at " + c.base.Host + " with " + m.Name()
	p, err := m.proof(ctx, c)
	if err != nil {
		return Token{}, err
	}
	call := call{doing: doing, method: http.MethodPost, path: c.path("auth", m.Name()), secrets: p.secrets, limit: MaxProblem}
	if p.body != nil {
		if call.body, err = json.Marshal(p.body); err != nil {
			return Token{}, err
		}
	}
	a, err := c.do(ctx, call)
	switch {
	case err != nil:
		return Token{}, err
	case a.status == http.StatusOK:
		return loginToken(doing, m, a.body)
	case noSuchEndpoint(a):
		return Token{}, unsupported(doing, m)
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden, a.status == http.StatusBadRequest, a.status == http.StatusUnprocessableEntity:
		words := parseProblem(a.body).without(call.redactor())
		return Token{}, &refusal.Refusal{Kind: refusal.Consent, Code: "login-refused", Doing: doing, Why: or(words.Error(), "the registry does not take this"), Err: words, Mend: p.mend}
	}
	return Token{}, c.refused(ctx, call, a, nil)
}

func unsupported(doing string, m Method) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "login-unsupported", Doing: doing, Why: "this registry has no login with " + m.Name(), Mend: "Choose another method."}
}

// loginToken reads the answer to a login. Private registries may have tokens of
// another kind, of which nothing but the end is known.
func loginToken(doing string, m Method, body []byte) (Token, error) {
	var w struct {
		Token   string `json:"registry_token"`
		Expires int64  `json:"expires_at"`
	}
	if json.Unmarshal(body, &w) != nil {
		return Token{}, broken(doing, errors.New("its answer is not the JSON of a token"))
	}
	t, err := TokenOf(w.Token)
	if err != nil {
		return Token{}, broken(doing, errors.New("its token cannot be sent in a header"))
	}
	t.Method = or(t.Method, m.Name())
	if t.Expires.IsZero() && w.Expires > 0 {
		t.Expires = time.Unix(w.Expires, 0).UTC()
	}
	return t, nil
}

// None logs in as nobody, where a registry allows it: for trials.
type None struct{}

// Name is the method's name in the API.
func (None) Name() string { return "none" }

func (None) proof(context.Context, *Client) (proof, error) {
	return proof{mend: "This registry does not allow anonymous use; choose another method."}, nil
}

// OIDC logs in with an identity token of a provider that the registry trusts.
type OIDC struct {
	// Token is the identity token, a secret.
	Token string
}

// Name is the method's name in the API.
func (OIDC) Name() string { return "oidc" }

func (m OIDC) proof(context.Context, *Client) (proof, error) {
	token, err := given(m.Token, "an identity token")
	if err != nil {
		return proof{}, err
	}
	return proof{map[string]string{"oidc_token": token}, []string{token},
		"The registry's operator says which issuer and audience the token must have; has it expired?"}, nil
}

// given is a secret that the user has given, without the line's end of a file.
func given(secret, what string) (string, error) {
	secret = strings.TrimSpace(secret)
	if secret == "" {
		return "", &refusal.Refusal{Kind: refusal.Consent, Code: "token-missing", Doing: "logging in", Why: "there is no " + strings.TrimPrefix(strings.TrimPrefix(what, "an "), "a "),
			Mend: "Give " + what + " with --token-env VARIABLE or --token-file FILE."}
	}
	if !printable(secret) {
		return "", &refusal.Refusal{Kind: refusal.Usage, Code: "token-unreadable", Doing: "logging in", Why: what + " holds characters that no token has",
			Mend: "Does the variable or file hold the token alone?"}
	}
	return secret, nil
}
