package jwt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/modelcontextprotocol/go-sdk/auth"

	"example.com/acme-server/internal/secret"
)

var now = time.Date(2026, 7, 28, 12, 0, 0, 0, time.UTC)

const shared = "0123456789abcdef0123456789abcdef"

// sign makes a token that is good, save for what change does to it.
func sign(t *testing.T, algorithm jwa.SignatureAlgorithm, key any, change func(jwt.Token)) string {
	t.Helper()
	token, err := jwt.NewBuilder().Issuer("https://id.example.com").Audience([]string{"https://mcp.example.com/mcp"}).
		Subject("alice").Expiration(now.Add(time.Minute)).IssuedAt(now).
		Claim("scope", "read write").Claim("roles", []string{"operator"}).Claim("team", "blue").Build()
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(token)
	}
	signed, err := jwt.Sign(token, jwt.WithKey(algorithm, key))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

func set(t *testing.T, name string, value any) func(jwt.Token) {
	return func(token jwt.Token) {
		if err := token.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
}

func newVerifier(t *testing.T, cfg Config) *Verifier {
	t.Helper()
	cfg.Issuer, cfg.Audience = "https://id.example.com", "https://mcp.example.com/mcp"
	cfg.ClockSkew, cfg.Refresh = 30*time.Second, 15*time.Minute
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	v, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	v.now = func() time.Time { return now }
	return v
}

func TestVerifyClaims(t *testing.T) {
	v := newVerifier(t, Config{Secret: shared})
	key := []byte(shared)

	info, err := v.Verify(t.Context(), sign(t, jwa.HS256(), key, nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	if info.UserID != "user:alice" || !slices.Equal(info.Scopes, []string{"read", "write", "operator"}) || info.Extra["team"] != "blue" {
		t.Errorf("token info = %+v", info)
	}
	late := sign(t, jwa.HS256(), key, set(t, "exp", now.Add(-20*time.Second)))
	if _, err := v.Verify(t.Context(), late, nil); err != nil {
		t.Errorf("expired within the clock skew: %v", err)
	}

	for name, token := range map[string]string{
		"expired":       sign(t, jwa.HS256(), key, set(t, "exp", now.Add(-time.Minute))),
		"not yet valid": sign(t, jwa.HS256(), key, set(t, "nbf", now.Add(time.Minute))),
		"no expiration": sign(t, jwa.HS256(), key, func(token jwt.Token) { _ = token.Remove("exp") }),
		"no subject":    sign(t, jwa.HS256(), key, func(token jwt.Token) { _ = token.Remove("sub") }),
		"audience":      sign(t, jwa.HS256(), key, set(t, "aud", []string{"https://other.example.com"})),
		"issuer":        sign(t, jwa.HS256(), key, set(t, "iss", "https://evil.example.com")),
		"other key":     sign(t, jwa.HS256(), []byte(strings.Repeat("x", 32)), nil),
		"other method":  sign(t, jwa.HS512(), []byte(strings.Repeat(shared, 2)), nil),
		"unsigned":      "eyJhbGciOiJub25lIn0." + strings.Split(sign(t, jwa.HS256(), key, nil), ".")[1] + ".",
		"garbage":       "garbage",
		"huge":          strings.Repeat("x", maxToken+1),
	} {
		if _, err := v.Verify(t.Context(), token, nil); !errors.Is(err, auth.ErrInvalidToken) {
			t.Errorf("%s: error = %v, want ErrInvalidToken", name, err)
		}
	}
}

func TestPublicKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		algorithm       jwa.SignatureAlgorithm
		private, public any
	}{{jwa.RS256(), rsaKey, &rsaKey.PublicKey}, {jwa.ES256(), ecKey, &ecKey.PublicKey}} {
		der, err := x509.MarshalPKIXPublicKey(test.public)
		if err != nil {
			t.Fatal(err)
		}
		text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		v := newVerifier(t, Config{PublicKey: string(text)})
		if _, err := v.Verify(t.Context(), sign(t, test.algorithm, test.private, nil), nil); err != nil {
			t.Errorf("%s: %v", test.algorithm, err)
		}
		// The classic confusion: the public key, which everybody knows, as a shared secret.
		forged := sign(t, jwa.HS256(), text, nil)
		if _, err := v.Verify(t.Context(), forged, nil); !errors.Is(err, auth.ErrInvalidToken) {
			t.Errorf("%s: forged with the public key: %v", test.algorithm, err)
		}
	}
}

func TestConfig(t *testing.T) {
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := jwk.Import(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	private, err := jwk.Pem(key)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := New(Config{}); v != nil || err != nil {
		t.Errorf("no source: %v, %v; want neither verifier nor error", v, err)
	}
	if _, err := New(Config{Secret: shared, Issuer: "i"}); err == nil {
		t.Error("no audience was accepted")
	}
	for name, cfg := range map[string]Config{
		"two sources":  {Secret: shared, JWKS: "https://id.example.com/jwks"},
		"short secret": {Secret: secret.Secret("short")},
		"no PEM":       {PublicKey: "x"},
		"private key":  {PublicKey: string(private)},
		"plain http":   {JWKS: "http://id.example.com/jwks"},
	} {
		cfg.Issuer, cfg.Refresh = "i", time.Hour
		if cfg.Validate() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
