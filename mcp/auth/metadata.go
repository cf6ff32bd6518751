package auth

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Resource is what a server says of itself as a protected resource (RFC 9728).
type Resource struct {
	URL        string   // where the document was
	Identifier string   // the member resource
	Servers    []string // authorization servers, by issuer
	Scopes     []string // scopes_supported
	Document   mcp.Value
}

// Server is what an authorization server says of itself (RFC 8414, OpenID Connect
// Discovery).
type Server struct {
	URL            string // where the document was
	Issuer         string
	Authorize      string // the endpoints' addresses; "" for those it lacks
	Token          string
	Register       string
	Revoke         string
	Methods        []string // code_challenge_methods_supported
	Scopes         []string // scopes_supported
	Authentication []string // token_endpoint_auth_methods_supported
	ClientDocument bool     // takes client id metadata documents
	Issues         bool     // says that it sends iss (RFC 9207)
	Document       mcp.Value
}

// maxWords bounds a list of words in a document.
const maxWords = 200

// words are the texts of a list, bounded.
func words(v mcp.Value) []string {
	var all []string
	for _, item := range v.Items() {
		if text := item.Text(); text != "" && len(text) <= maxAddress && len(all) < maxWords {
			all = append(all, text)
		}
	}
	return all
}

func resourceOf(address string, v mcp.Value) Resource {
	return Resource{URL: address, Identifier: v.Get("resource").Text(),
		Servers: words(v.Get("authorization_servers")), Scopes: scopesOf(words(v.Get("scopes_supported"))), Document: v}
}

func serverOf(address string, v mcp.Value) Server {
	text := func(name string) string { return v.Get(name).Text() }
	return Server{URL: address, Issuer: text("issuer"),
		Authorize: text("authorization_endpoint"), Token: text("token_endpoint"),
		Register: text("registration_endpoint"), Revoke: text("revocation_endpoint"),
		Methods: words(v.Get("code_challenge_methods_supported")), Scopes: scopesOf(words(v.Get("scopes_supported"))),
		Authentication: words(v.Get("token_endpoint_auth_methods_supported")),
		ClientDocument: v.Get("client_id_metadata_document_supported").True(),
		Issues:         v.Get("authorization_response_iss_parameter_supported").True(),
		Document:       v}
}

// covers reports whether a resource identifier stands for the server at an
// address: it is the same, or a path above it at the same origin, as the
// metadata of a whole host names it (RFC 9728 section 3.3). exact says which.
func covers(identifier string, server *url.URL) (exact, covered bool) {
	u, err := parse(identifier)
	if err != nil {
		return false, false
	}
	if u.String() == server.String() {
		return true, true
	}
	if origin(u) != origin(server) || u.RawQuery != "" && u.RawQuery != server.RawQuery {
		return false, false
	}
	above := strings.TrimSuffix(u.Path, "/")
	return false, server.Path == above || strings.HasPrefix(server.Path, above+"/")
}

// judge checks what an authorization server says of itself, and which of its
// addresses may be used. Its refusals end the sign-in.
func (s Server) judge(step *Step, issuer string, n neighbourhood) error {
	doing := "signing in with " + issuer
	const mend = "Nothing was sent there. Tell whoever runs the authorization server."
	if s.Issuer != issuer {
		err := broken("auth-issuer-mismatch", doing, mend, "its metadata at %s is that of issuer %q", s.URL, s.Issuer)
		step.failed("the issuer is the one that was asked", err)
		return err
	}
	step.passed("the issuer is the one that was asked")
	for _, endpoint := range []struct {
		name, address string
		needed        bool
	}{{"authorization_endpoint", s.Authorize, true}, {"token_endpoint", s.Token, true},
		{"registration_endpoint", s.Register, false}, {"revocation_endpoint", s.Revoke, false}} {
		var err error
		if endpoint.address == "" {
			if !endpoint.needed {
				continue
			}
			err = broken("auth-endpoint-missing", doing, mend, "its metadata has no %s", endpoint.name)
		} else if _, wrong := n.named(endpoint.address); wrong != nil {
			err = broken("auth-endpoint-unsafe", doing, mend, "its %s %q cannot be used: %v", endpoint.name, endpoint.address, wrong)
		}
		if err != nil {
			step.failed(endpoint.name+" can be used", err)
			return err
		}
	}
	step.passed("all endpoints are https, or on this machine")
	if !slices.Contains(s.Methods, "S256") {
		why := "its metadata does not offer PKCE (code_challenge_methods_supported), without which clients must not go on"
		if len(s.Methods) > 0 {
			why = fmt.Sprintf("of PKCE it offers %q only, not S256", s.Methods)
		}
		err := broken("auth-pkce-missing", doing, mend, "%s", why)
		step.failed("PKCE with S256 is offered", err)
		return err
	}
	step.passed("PKCE with S256 is offered")
	if !s.Issues {
		step.warned("it does not say that its answers name the issuer (authorization_response_iss_parameter_supported)")
	}
	if s.Register != "" && !s.ClientDocument {
		step.warned("it takes dynamic registration, which is deprecated, and no client id metadata documents")
	}
	return nil
}

// scopesOf drops what cannot be a scope (RFC 6749 section 3.3), and doubles.
func scopesOf(all []string) []string {
	var scopes []string
	for _, s := range all {
		bad := strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
		if s != "" && !bad && !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// union are the scopes of both, in order.
func union(a, b []string) []string { return scopesOf(append(slices.Clone(a), b...)) }
