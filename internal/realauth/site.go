// Package realauth runs an authorization server and a protected MCP server on
// the loopback interface, so that tests of signing in talk to real ones, and to
// ones that are broken in one way. Only tests import it.
package realauth

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// Scope is what every request needs, WriteScope what calls of tools need besides.
const (
	Scope      = "files:read"
	WriteScope = "files:write"
)

// Faults are ways in which a Site departs from a good one. The zero Faults are
// none.
type Faults struct {
	// Tenant is the path of the issuer, as in "/tenant1".
	Tenant string
	// Serve answers paths in place of the site, on both servers.
	Serve map[string]http.HandlerFunc
	// Challenge rewrites the WWW-Authenticate header of a refusal.
	Challenge func(string) string
	// Resource and Metadata edit the documents, Granted the token's.
	Resource, Metadata, Granted func(map[string]any)
	// Back edits what the browser is sent back with.
	Back func(url.Values)
	// ToolsNeedMore makes calls of tools need WriteScope.
	ToolsNeedMore bool
	// Documents are client ids that are metadata documents.
	Documents []string
}

// Site is an authorization server and a protected MCP server, each at a port of
// its own. Its methods are safe for concurrent use.
type Site struct {
	faults Faults
	server *httptest.Server // the protected one
	auth   *httptest.Server
	// Where they are.
	serverURL, authURL string
	protocol           http.Handler

	mu      sync.Mutex
	clients map[string]client
	codes   map[string]asked
	access  map[string]granted
	refresh map[string]granted
	asked   []string // METHOD path?query of every request, in order
}

type client struct{ secret, redirect string }

// asked is what a code was asked for with.
type asked struct{ client, redirect, challenge, resource, scope string }

type granted struct{ client, resource, scope string }

// StaticID and StaticSecret are of a client that was registered by hand.
const (
	StaticID     = "by-hand"
	StaticSecret = "static-hunter2"
)

// Start runs a site until the test ends.
func Start(t testing.TB, f Faults) *Site {
	s := &Site{faults: f, clients: map[string]client{StaticID: {secret: StaticSecret}}, codes: map[string]asked{}, access: map[string]granted{}, refresh: map[string]granted{}}
	for _, id := range f.Documents {
		s.clients[id] = client{}
	}
	protocol := mcptest.New().Handler()
	s.protocol = protocol
	s.auth = httptest.NewUnstartedServer(s.noted(s.authMux()))
	s.server = httptest.NewUnstartedServer(s.noted(s.serverMux()))
	// Each speaks of the other: both addresses are known before one of them serves.
	s.authURL, s.serverURL = "http://"+s.auth.Listener.Addr().String(), "http://"+s.server.Listener.Addr().String()
	s.auth.Start()
	s.server.Start()
	t.Cleanup(func() {
		if c, ok := protocol.(io.Closer); ok {
			_ = c.Close()
		}
		s.server.CloseClientConnections()
		s.auth.CloseClientConnections()
		s.server.Close()
		s.auth.Close()
	})
	return s
}

// URL is the MCP endpoint.
func (s *Site) URL() string { return s.serverURL + "/mcp" }

// Issuer is the authorization server.
func (s *Site) Issuer() string { return s.authURL + s.faults.Tenant }

// Asked are the requests that came, as "METHOD path".
func (s *Site) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// Forget makes the protected server refuse all tokens that were issued. They can
// still be renewed.
func (s *Site) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}

// Tokens counts the access tokens and refresh tokens that are good.
func (s *Site) Tokens() (access, refresh int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.access), len(s.refresh)
}

func (s *Site) noted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		s.mu.Unlock()
		if serve := s.faults.Serve[r.URL.Path]; serve != nil {
			serve(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serverMux is the protected server.
func (s *Site) serverMux() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/oauth-protected-resource/mcp", func(w http.ResponseWriter, _ *http.Request) {
		doc := map[string]any{"resource": s.URL(), "authorization_servers": []string{s.Issuer()}, "scopes_supported": []string{Scope}}
		edit(s.faults.Resource, doc)
		writeJSON(w, http.StatusOK, doc)
	})
	mux.HandleFunc("/mcp", s.guard)
	return mux
}

// guard lets requests with a good token through to the MCP server.
func (s *Site) guard(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	g, known := s.access[token]
	s.mu.Unlock()
	needs := Scope
	if s.faults.ToolsNeedMore && strings.Contains(string(body), `"tools/call"`) {
		needs = WriteScope
	}
	switch {
	case !known || g.resource != s.URL():
		s.refuse(w, http.StatusUnauthorized, map[bool]string{true: `error="invalid_token", `}[token != ""]+`scope="`+Scope+`"`)
	case !slices.Contains(strings.Fields(g.scope), needs):
		s.refuse(w, http.StatusForbidden, `error="insufficient_scope", scope="`+needs+`"`)
	default:
		r.Header.Del("Authorization")
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		s.protocol.ServeHTTP(w, r)
	}
}

func (s *Site) refuse(w http.ResponseWriter, status int, params string) {
	challenge := `Bearer resource_metadata="` + s.serverURL + `/.well-known/oauth-protected-resource/mcp", ` + params
	if s.faults.Challenge != nil {
		challenge = s.faults.Challenge(challenge)
	}
	if challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	w.WriteHeader(status)
}

func edit(change func(map[string]any), doc map[string]any) {
	if change != nil {
		change(doc)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
