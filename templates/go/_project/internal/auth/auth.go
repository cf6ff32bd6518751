// Package auth asks every HTTP request for a token, whatever kinds of token
// the server knows.
package auth

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/auth"
)

// Config says who is served without a token.
type Config struct {
	Anonymous bool `env:"MCP_AUTH_ANONYMOUS" envDefault:"false"` // also serve requests without any token
}

// Any returns a verifier that accepts what one of several accepts. A verifier
// that cannot decide (its keys are out of reach) does not keep the others from
// accepting; if none does, its error wins over "invalid", as the token may be good.
func Any(verifiers ...auth.TokenVerifier) auth.TokenVerifier {
	return func(ctx context.Context, token string, r *http.Request) (*auth.TokenInfo, error) {
		result := auth.ErrInvalidToken
		for _, verify := range verifiers {
			info, err := verify(ctx, token, r)
			if err == nil {
				return info, nil
			}
			if !errors.Is(err, auth.ErrInvalidToken) {
				result = err
			}
		}
		return nil, result
	}
}

// Require returns an HTTP wrapper that refuses requests without a token that
// verify accepts. It takes the token out of what it passes on: tools must not
// use a caller's token elsewhere, and logs must not show it. With anonymous,
// requests that bring no token pass as they are.
func Require(verify auth.TokenVerifier, options auth.RequireBearerTokenOptions, anonymous bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		guarded := auth.RequireBearerToken(verify, &options)(withoutToken(next))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token := r.Header.Get("Authorization") != ""
			if anonymous && !token {
				next.ServeHTTP(w, r)
				return
			}
			guarded.ServeHTTP(&challenger{w, token}, r)
		})
	}
}

func withoutToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clean := r.WithContext(r.Context())
		clean.Header = r.Header.Clone()
		clean.Header.Del("Authorization")
		next.ServeHTTP(w, clean)
	})
}

// challenger completes the challenge that the SDK sends with a refusal: RFC
// 6750 wants one with every 401, and the reason if there was a token.
type challenger struct {
	http.ResponseWriter
	token bool
}

// Unwrap lets http.ResponseController reach the connection, which streams need.
func (c *challenger) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *challenger) WriteHeader(code int) {
	challenge := c.Header().Get("WWW-Authenticate")
	if code == http.StatusUnauthorized && challenge == "" {
		challenge = "Bearer"
	}
	reason := ""
	switch {
	case code == http.StatusUnauthorized && c.token:
		reason = "invalid_token"
	case code == http.StatusForbidden && challenge != "":
		reason = "insufficient_scope"
	}
	if reason != "" && !strings.Contains(challenge, "error=") {
		separator := ", "
		if challenge == "Bearer" {
			separator = " "
		}
		challenge += separator + `error="` + reason + `"`
	}
	if challenge != "" {
		c.Header().Set("WWW-Authenticate", challenge)
	}
	c.ResponseWriter.WriteHeader(code)
}
