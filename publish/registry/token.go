package registry

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// The actions that a token can allow.
const (
	ActionPublish = "publish"
	ActionEdit    = "edit"
)

// MaxToken is the longest token that is read, in bytes.
const MaxToken = 16 << 10

// Permission allows an action on a resource, a server's name or its beginning
// with a star.
type Permission struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
}

// Token is a registry's own token and what it says of itself, which nobody has
// verified: only the registry can. Printing it never shows the secret.
type Token struct {
	secret      string
	Expires     time.Time // zero if it does not say
	Permissions []Permission
	Method      string // by which the user logged in, like "github-at"
	Subject     string // who that is for the method
}

// Reveal is the secret itself.
func (t Token) Reveal() string { return t.secret }

// String is a mark in place of the token.
func (t Token) String() string { return redact.Mark }

// Format writes a mark in place of the token, whatever the verb.
func (t Token) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redact.Mark) }

// MarshalJSON writes what the token says of itself, without the secret.
func (t Token) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Method      string       `json:"method,omitempty"`
		Subject     string       `json:"subject,omitempty"`
		Expires     time.Time    `json:"expires,omitzero"`
		Permissions []Permission `json:"permissions"`
	}{t.Method, t.Subject, t.Expires, t.Permissions})
}

// May tells whether the token says that it allows the action on the server of
// that name; case matters, as it does to the registry.
func (t Token) May(action, name string) bool {
	for _, p := range t.Permissions {
		if p.Action == action && covers(p.Resource, name) {
			return true
		}
	}
	return false
}

// Expired tells whether the token has ended at that time. One that does not say
// when it ends has not.
func (t Token) Expired(at time.Time) bool { return !t.Expires.IsZero() && !at.Before(t.Expires) }

func covers(resource, name string) bool {
	if prefix, star := strings.CutSuffix(resource, "*"); star {
		return strings.HasPrefix(name, prefix)
	}
	return resource == name
}

// ParseToken reads what a registry's token says of itself, without verifying
// anything. The refusal is token-unreadable; it never quotes the token.
func ParseToken(jwt string) (Token, error) {
	jwt = strings.TrimSpace(jwt)
	claims, err := parseClaims(jwt)
	if err != nil {
		return Token{}, &refusal.Refusal{Kind: refusal.Consent, Code: "token-unreadable", Doing: "reading the registry's token", Err: err, Mend: "Log in again with `mcpctl registry login`."}
	}
	t := Token{secret: jwt, Permissions: claims.Permissions, Method: claims.Method, Subject: claims.Subject}
	if claims.Expires != nil {
		t.Expires = time.Unix(int64(*claims.Expires), 0).UTC()
	}
	return t, nil
}

// TokenOf is ParseToken that takes tokens of another kind too, as private
// registries may have, of which nothing is known.
func TokenOf(secret string) (Token, error) {
	t, err := ParseToken(secret)
	if err != nil && printable(secret) {
		return Token{secret: secret}, nil
	}
	return t, err
}

// printable tells whether a token can be sent in a header.
func printable(token string) bool {
	return token != "" && len(token) <= MaxToken && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

type tokenClaims struct {
	Expires     *float64     `json:"exp"`
	Method      string       `json:"auth_method"`
	Subject     string       `json:"auth_method_sub"`
	Permissions []Permission `json:"permissions"`
}

func parseClaims(jwt string) (tokenClaims, error) {
	var c tokenClaims
	if len(jwt) > MaxToken {
		return c, fmt.Errorf("it is longer than %d bytes", MaxToken)
	}
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 || parts[0] == "" || parts[2] == "" {
		return c, errors.New("it is no JSON web token, which has three parts with dots between them")
	}
	// The parts are written into a header, so the others must be clean as well.
	var payload []byte
	for i, part := range parts {
		b, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || strings.ContainsAny(part, "\r\n") {
			return c, fmt.Errorf("part %d of it is not in base64", i+1)
		}
		if i == 1 {
			payload = b
		}
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return tokenClaims{}, errors.New("its content is not the JSON of a registry's token")
	}
	if c.Expires != nil && (*c.Expires < 0 || *c.Expires > math.MaxUint32) {
		return tokenClaims{}, errors.New("it says that it ends at a time that is none")
	}
	return c, nil
}
