package jwt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/modelcontextprotocol/go-sdk/auth"
)

func newKey(t *testing.T, id string) jwk.Key {
	t.Helper()
	raw, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := jwk.Import(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.Set(jwk.KeyIDKey, id); err != nil {
		t.Fatal(err)
	}
	return key
}

// provider publishes one key; tests rotate it and take the provider down.
type provider struct {
	key     jwk.Key
	down    bool
	fetches int
}

func (p *provider) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.fetches++
	if p.down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	public, err := p.key.PublicKey()
	if err == nil {
		err = json.NewEncoder(w).Encode(map[string]any{"keys": []jwk.Key{public}})
	}
	if err != nil {
		panic(err)
	}
}

func TestRemoteKeys(t *testing.T) {
	first, second := newKey(t, "first"), newKey(t, "second")
	provider := &provider{key: first}
	server := httptest.NewServer(provider)
	defer server.Close()
	v := newVerifier(t, Config{JWKS: server.URL})
	clock := now
	v.source.(*remote).now = func() time.Time { return clock }

	verify := func(key jwk.Key) error {
		_, err := v.Verify(t.Context(), sign(t, jwa.ES256(), key, nil), nil)
		return err
	}
	for range 3 {
		if err := verify(first); err != nil {
			t.Fatal(err)
		}
	}
	if provider.fetches != 1 {
		t.Errorf("%d fetches for three tokens, want 1", provider.fetches)
	}

	provider.key = second
	for range 3 {
		if err := verify(second); !errors.Is(err, auth.ErrInvalidToken) {
			t.Errorf("unknown key id within the pause: %v", err)
		}
	}
	if provider.fetches != 1 {
		t.Errorf("unknown key ids led to %d fetches within the pause", provider.fetches)
	}
	clock = clock.Add(pause)
	if err := verify(second); err != nil {
		t.Errorf("after the rotation: %v", err)
	}

	provider.down = true
	clock = clock.Add(time.Hour)
	if err := verify(second); err != nil {
		t.Errorf("while the provider is down, known keys are to remain good: %v", err)
	}
}

func TestRemoteOutage(t *testing.T) {
	server := httptest.NewServer(&provider{down: true})
	defer server.Close()
	v := newVerifier(t, Config{JWKS: server.URL})
	_, err := v.Verify(t.Context(), sign(t, jwa.ES256(), newKey(t, "k"), nil), nil)
	if err == nil || errors.Is(err, auth.ErrInvalidToken) {
		t.Errorf("error = %v, want one that does not blame the token", err)
	}
}
