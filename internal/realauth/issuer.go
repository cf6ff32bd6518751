package realauth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// authMux is the authorization server.
func (s *Site) authMux() http.Handler {
	mux := http.NewServeMux()
	at := s.faults.Tenant
	mux.HandleFunc("GET /.well-known/oauth-authorization-server"+at, s.metadata)
	mux.HandleFunc("GET "+at+"/authorize", s.authorize)
	mux.HandleFunc("POST "+at+"/token", s.token)
	mux.HandleFunc("POST "+at+"/register", s.register)
	mux.HandleFunc("POST "+at+"/revoke", s.revoke)
	return mux
}

// metadata is served where RFC 8414 puts it; faults move it elsewhere.
func (s *Site) metadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Document())
}

// Document is the authorization server's metadata.
func (s *Site) Document() map[string]any {
	doc := map[string]any{
		"issuer": s.Issuer(), "authorization_endpoint": s.Issuer() + "/authorize", "token_endpoint": s.Issuer() + "/token",
		"registration_endpoint": s.Issuer() + "/register", "revocation_endpoint": s.Issuer() + "/revoke",
		"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"none", "client_secret_basic"},
		"client_id_metadata_document_supported": true, "authorization_response_iss_parameter_supported": true,
		"scopes_supported": []string{Scope, WriteScope, "offline_access"},
	}
	edit(s.faults.Metadata, doc)
	return doc
}

func (s *Site) register(w http.ResponseWriter, r *http.Request) {
	var doc struct {
		Redirects []string `json:"redirect_uris"`
		Type      string   `json:"application_type"`
	}
	if json.NewDecoder(r.Body).Decode(&doc) != nil || len(doc.Redirects) != 1 || doc.Type != "native" {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_client_metadata"})
		return
	}
	id := "client-" + rand.Text()
	s.mu.Lock()
	s.clients[id] = client{redirect: doc.Redirects[0]}
	s.mu.Unlock()
	writeJSON(w, http.StatusCreated, map[string]any{"client_id": id, "redirect_uris": doc.Redirects, "token_endpoint_auth_method": "none"})
}

// authorize consents at once, as the user would.
func (s *Site) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.clients[q.Get("client_id")]
	redirect := q.Get("redirect_uri")
	// Clients that did not say a port may use any (RFC 8252 section 7.3).
	fits := redirect == c.redirect || c.redirect == "" && strings.HasPrefix(redirect, "http://127.0.0.1:") && strings.HasSuffix(redirect, "/callback")
	if !known || !fits || q.Get("resource") == "" || q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" {
		http.Error(w, "this is no request of ours", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	s.codes[code] = asked{q.Get("client_id"), redirect, q.Get("code_challenge"), q.Get("resource"), q.Get("scope")}
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {s.Issuer()}}
	if s.faults.Back != nil {
		s.faults.Back(back)
	}
	http.Redirect(w, r, redirect+"?"+back.Encode(), http.StatusFound)
}

func (s *Site) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.ParseForm() != nil || !s.proven(r) {
		writeJSON(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	g, why := s.redeem(r.PostForm)
	if why != "" {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": why})
		return
	}
	access, refresh := "at-"+rand.Text(), "rt-"+rand.Text()
	s.access[access], s.refresh[refresh] = g, g
	doc := map[string]any{"access_token": access, "refresh_token": refresh, "token_type": "bearer", "expires_in": 3600, "scope": g.scope}
	edit(s.faults.Granted, doc)
	if text, ok := doc["access_token"].(string); ok && text != access {
		s.access[text] = g
	}
	writeJSON(w, http.StatusOK, doc)
}

// redeem takes a code or a refresh token, either of which is good once.
func (s *Site) redeem(form url.Values) (granted, string) {
	if form.Get("grant_type") == "refresh_token" {
		old := form.Get("refresh_token")
		g, known := s.refresh[old]
		delete(s.refresh, old)
		if !known || g.resource != form.Get("resource") {
			return granted{}, "the refresh token is not good (any more)"
		}
		return g, ""
	}
	code := form.Get("code")
	a, known := s.codes[code]
	delete(s.codes, code)
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	if !known || a.redirect != form.Get("redirect_uri") || a.resource != form.Get("resource") || a.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		return granted{}, "the code is not good"
	}
	return granted{a.client, a.resource, a.scope}, ""
}

// proven reports whether a client is who it says.
func (s *Site) proven(r *http.Request) bool {
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		id, secret = user, password
	}
	c, known := s.clients[id]
	return known && c.secret == secret
}

func (s *Site) revoke(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.ParseForm() != nil || !s.proven(r) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	delete(s.access, r.PostForm.Get("token"))
	delete(s.refresh, r.PostForm.Get("token"))
}
