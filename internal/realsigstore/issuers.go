//go:build unix

package realsigstore

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/mcpctl/mcpctl/testservers/loopback"
)

// The identity providers that the certificate authority believes, by the names
// that they have in the world; see also Sigstore.People.
const (
	GitHub = "https://token.actions.githubusercontent.com"
	GitLab = "https://gitlab.com"
	Mail   = "https://accounts.example.org" // vouches for e-mail addresses
)

const audience = "sigstore"

// issuers are all identity providers in one: which of them a request is for
// tells its host.
type issuers struct {
	people    string // URL of the provider on the loopback interface
	proxy     string // URL of the proxy that leads to the others
	authority string // file with the certificate that these are trusted by
	key       *ecdsa.PrivateKey

	mu      sync.Mutex
	codes   map[string]grant // of sign-ins that wait for their token
	counter int
}

// grant is a sign-in of a person.
type grant struct {
	challenge, nonce string
	polls            int // how often a device has asked
}

func startIssuers(dir string) (*issuers, func(), error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	i := &issuers{key: key, codes: map[string]grant{}, authority: filepath.Join(dir, "issuers.pem")}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	i.people = "http://" + listener.Addr().String()
	mux := i.handler()
	proxy, ca, stopProxy, err := loopback.Everybody(context.Background(), mux)
	if err != nil {
		return nil, nil, err
	}
	i.proxy = proxy
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	stop := func() { _ = server.Close(); <-done; stopProxy() }
	if err := os.WriteFile(i.authority, ca, 0o600); err != nil {
		stop()
		return nil, nil, err
	}
	return i, stop, nil
}

// config is the certificate authority's list of providers.
func (i *issuers) config() []byte {
	var b strings.Builder
	b.WriteString("oidc-issuers:\n")
	for _, one := range [][2]string{{GitHub, "github-workflow"}, {GitLab, "gitlab-pipeline"}, {Mail, "email"}, {i.people, "email"}} {
		fmt.Fprintf(&b, "  %[1]s:\n    issuer-url: %[1]s\n    client-id: %[3]s\n    type: %[2]s\n", one[0], one[1], audience)
	}
	return []byte(b.String())
}

func (i *issuers) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		me := i.name(r)
		answer(w, http.StatusOK, map[string]any{
			"issuer": me, "jwks_uri": me + "/keys", "authorization_endpoint": me + "/authorize", "token_endpoint": me + "/token",
			"device_authorization_endpoint": me + "/device", "response_types_supported": []string{"code"},
			"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"ES256"},
			"code_challenge_methods_supported": []string{"S256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /device", i.device)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /actions", i.actions)
	return mux
}

// name is the provider that a request is for.
func (i *issuers) name(r *http.Request) string {
	if r.TLS == nil {
		return i.people
	}
	return "https://" + r.Host
}

// mint makes a token of some minutes; claims can replace all that it says.
func (i *issuers) mint(issuer string, claims map[string]any) string {
	all := map[string]any{
		"iss": issuer, "aud": audience, "sub": "someone",
		"iat": time.Now().Unix(), "nbf": time.Now().Unix(), "exp": time.Now().Add(5 * time.Minute).Unix(),
	}
	for name, value := range claims {
		all[name] = value
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: i.key},
		(&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", "1"))
	if err != nil {
		panic(err) // the key is our own
	}
	token, err := jwt.Signed(signer).Claims(all).Serialize()
	if err != nil {
		panic(err) // claims that are no JSON are a fault of the test
	}
	return token
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever has gone does not mind
}
