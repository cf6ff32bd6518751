// Package jwt knows callers by signed tokens of an identity provider.
package jwt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/modelcontextprotocol/go-sdk/auth"
)

// maxToken bounds a token, in bytes: checking a larger one costs more than any
// provider's tokens are worth.
const maxToken = 16 << 10

// source is where verification keys come from.
type source interface {
	// keys returns the keys that may have signed a token with this key id.
	keys(ctx context.Context, id string) (jwk.Set, error)
}

// Verifier verifies tokens. It is safe for concurrent use.
type Verifier struct {
	cfg        Config
	source     source
	algorithms []jwa.SignatureAlgorithm
	now        func() time.Time
}

// New returns a verifier as cfg says; with no source of keys it returns nil.
func New(cfg Config) (*Verifier, error) {
	if !cfg.Enabled() {
		return nil, nil
	}
	if cfg.Audience == "" {
		return nil, errors.New("MCP_JWT_AUDIENCE is empty: a token that was issued for another service would be good here; set it to this server's identifier")
	}
	source, algorithms, err := cfg.source()
	if err != nil {
		return nil, err
	}
	return &Verifier{cfg, source, algorithms, time.Now}, nil
}

// Verify is an auth.TokenVerifier. The caller's id is "user:SUBJECT"; claims
// that are not registered are passed on as Extra.
func (v *Verifier) Verify(ctx context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
	if len(token) > maxToken {
		return nil, auth.ErrInvalidToken
	}
	var outage error // the keys are out of reach: not the fault of the token
	provide := func(ctx context.Context, sink jws.KeySink, signature *jws.Signature, _ *jws.Message) error {
		outage = v.provide(ctx, sink, signature.ProtectedHeaders())
		return outage
	}
	parsed, err := jwt.ParseString(token,
		jwt.WithContext(ctx),
		jwt.WithKeyProvider(jws.KeyProviderFunc(provide)),
		jwt.WithIssuer(v.cfg.Issuer),
		jwt.WithAudience(v.cfg.Audience),
		jwt.WithAcceptableSkew(v.cfg.ClockSkew),
		jwt.WithRequiredClaim(jwt.ExpirationKey),
		jwt.WithRequiredClaim(jwt.SubjectKey),
		jwt.WithClock(jwt.ClockFunc(v.now)),
	)
	if outage != nil {
		return nil, outage
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s", auth.ErrInvalidToken, reason(err))
	}
	subject, _ := parsed.Subject()
	expiration, _ := parsed.Expiration()
	return &auth.TokenInfo{
		// The prefix keeps a subject from posing as another kind of caller.
		UserID:     "user:" + subject,
		Scopes:     scopes(parsed),
		Expiration: expiration.Add(v.cfg.ClockSkew), // the skew was granted above
		Extra:      private(parsed),
	}, nil
}

// provide offers the keys that fit the header of a token. Only the algorithms
// of this verifier count, whatever the header asks for: otherwise a public key
// could be passed off as a shared secret.
func (v *Verifier) provide(ctx context.Context, sink jws.KeySink, header jws.Headers) error {
	algorithm, ok := header.Algorithm()
	if !ok || !slices.Contains(v.algorithms, algorithm) {
		return nil
	}
	id, _ := header.KeyID()
	set, err := v.source.keys(ctx, id)
	if err != nil {
		return err
	}
	for i := range set.Len() {
		key, _ := set.Key(i)
		if kid, has := key.KeyID(); id != "" && has && kid != id {
			continue
		}
		if use, has := key.KeyUsage(); has && use != "sig" {
			continue
		}
		if own, has := key.Algorithm(); has && own.String() != algorithm.String() {
			continue
		}
		if key.KeyType() == keyTypes[algorithm] {
			sink.Key(algorithm, key)
		}
	}
	return nil
}

// reason tells the caller what to mend, and nothing about the server's keys.
func reason(err error) string {
	switch {
	case errors.Is(err, jwt.TokenExpiredError()):
		return "it has expired"
	case errors.Is(err, jwt.TokenNotYetValidError()), errors.Is(err, jwt.InvalidIssuedAtError()):
		return "it is not valid yet"
	case errors.Is(err, jwt.InvalidAudienceError()):
		return "it is for another audience"
	case errors.Is(err, jwt.InvalidIssuerError()):
		return "it is of another issuer"
	}
	return "it cannot be verified"
}

// scopes reads what a token permits: providers call it scope (text separated
// by spaces), scp or roles (lists).
func scopes(token jwt.Token) []string {
	var all []string
	for _, name := range []string{"scope", "scp", "roles"} {
		var claim any
		if token.Get(name, &claim) != nil {
			continue
		}
		switch claim := claim.(type) {
		case string:
			all = append(all, strings.Fields(claim)...)
		case []any:
			for _, item := range claim {
				if s, ok := item.(string); ok {
					all = append(all, s)
				}
			}
		}
	}
	return all
}

func private(token jwt.Token) map[string]any {
	registered := []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}
	claims := map[string]any{}
	for _, name := range token.Keys() {
		var claim any
		if !slices.Contains(registered, name) && token.Get(name, &claim) == nil {
			claims[name] = claim
		}
	}
	return claims
}
