//go:build unix

package realsigstore

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
)

// Person is who signs in at Sigstore.People. Nobody has to be asked: fetching
// the address that the browser is to open, and following its redirect, is a
// person's consent.
const Person = "person@example.org"

// authorize consents at once and sends the browser back.
func (i *issuers) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != audience || q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" {
		http.Error(w, "not an authorization request with PKCE", http.StatusBadRequest)
		return
	}
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Hostname() != "localhost" {
		http.Error(w, "not a redirect to the loopback interface", http.StatusBadRequest)
		return
	}
	code := i.keep("code", grant{challenge: q.Get("code_challenge"), nonce: q.Get("nonce")})
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// device begins a sign-in with a code, which is pending when first asked for.
func (i *issuers) device(w http.ResponseWriter, r *http.Request) {
	code := i.keep("device", grant{challenge: r.FormValue("code_challenge")})
	answer(w, http.StatusOK, map[string]any{
		"device_code": code, "user_code": "ABCD-EFGH", "verification_uri": i.people + "/activate", "expires_in": 60, "interval": 1,
	})
}

func (i *issuers) token(w http.ResponseWriter, r *http.Request) {
	code := r.FormValue("code")
	device := r.FormValue("grant_type") == "urn:ietf:params:oauth:grant-type:device_code"
	if device {
		code = r.FormValue("device_code")
	}
	refuse := func(why string) { answer(w, http.StatusBadRequest, map[string]string{"error": why}) }
	g, ok := i.poll(code)
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	switch {
	case !ok:
		refuse("invalid_grant")
	case device && g.polls < 2:
		refuse("authorization_pending")
	case base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge:
		refuse("invalid_grant")
	default:
		i.forget(code)
		claims := map[string]any{"sub": "1", "email": Person, "email_verified": true}
		if g.nonce != "" {
			claims["nonce"] = g.nonce
		}
		answer(w, http.StatusOK, map[string]any{
			"access_token": "none", "token_type": "bearer", "expires_in": 60, "id_token": i.mint(i.people, claims),
		})
	}
}

func (i *issuers) keep(kind string, g grant) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.counter++
	code := fmt.Sprintf("%s-%d", kind, i.counter)
	i.codes[code] = g
	return code
}

func (i *issuers) poll(code string) (grant, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	g, ok := i.codes[code]
	if ok {
		g.polls++
		i.codes[code] = g
	}
	return g, ok
}

func (i *issuers) forget(code string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.codes, code)
}
