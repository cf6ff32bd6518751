//go:build unix

package realregistry

import (
	"crypto/ed25519"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Permission is one that a token of the registry carries.
type Permission struct {
	Action   string `json:"action"`   // publish or edit
	Resource string `json:"resource"` // like io.github.acme/*
}

// Minter makes tokens of a registry whose key is known.
type Minter struct{ key ed25519.PrivateKey }

// NewMinter makes the tokens of a registry whose key has that seed, of 32 bytes.
func NewMinter(seed []byte) Minter { return Minter{ed25519.NewKeyFromSeed(seed)} }

// Mint makes a token as the registry gives them for 5 minutes, with whatever
// permissions: the key is ours.
func (m Minter) Mint(permissions ...Permission) string {
	return m.MintFor(5*time.Minute, permissions...)
}

// MintFor is Mint for another lifetime; a negative one has passed.
func (m Minter) MintFor(lifetime time.Duration, permissions ...Permission) string {
	now := time.Now()
	return sign(m.key, jwt.MapClaims{
		"iss": "mcp-registry", "iat": now.Add(min(lifetime, 0)).Unix(), "exp": now.Add(lifetime).Unix(),
		"auth_method": "none", "auth_method_sub": "test", "permissions": permissions,
	})
}

// MintForeign is Mint with another registry's key.
func (m Minter) MintForeign(permissions ...Permission) string {
	other := make([]byte, ed25519.SeedSize)
	copy(other, "another registry")
	return NewMinter(other).Mint(permissions...)
}

// Publisher mints a token that publishes and edits what matches the patterns.
func (m Minter) Publisher(patterns ...string) string {
	var all []Permission
	for _, p := range patterns {
		all = append(all, Permission{"publish", p}, Permission{"edit", p})
	}
	return m.Mint(all...)
}

// sign makes a JSON Web Token.
func sign(key ed25519.PrivateKey, claims jwt.MapClaims) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims).SignedString(key)
	if err != nil {
		panic(err) // claims of strings and numbers, and a key of the right kind
	}
	return token
}
