// Package oauth makes the server an OAuth 2.1 resource server: clients learn
// where to get a token, and which scopes they lack for what they want to do.
// Whether a token is good is the business of package jwt.
package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// wellKnown is where RFC 9728 puts the metadata of a protected resource.
const wellKnown = "/.well-known/oauth-protected-resource"

// Config describes the server as an OAuth resource. Resource switches it on.
type Config struct {
	Resource string   `env:"MCP_OAUTH_RESOURCE"` // URL of the MCP endpoint as clients see it; also the audience of tokens (RFC 8707)
	Servers  []string `env:"MCP_OAUTH_SERVERS"`  // issuers of tokens
	Scopes   []string `env:"MCP_OAUTH_SCOPES"`   // wanted for every request

	// Wanted for calls of a tool, besides: TOOL=SCOPE or TOOL=SCOPE SCOPE,
	// several separated by commas.
	ToolScopes map[string]string `env:"MCP_OAUTH_TOOL_SCOPES" envKeyValSeparator:"="`
}

// Enabled reports whether the server is described.
func (c Config) Enabled() bool { return c.Resource != "" }

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	if !c.Enabled() {
		return nil
	}
	var errs []error
	if u, err := url.Parse(c.Resource); err != nil || u.Host == "" || u.Fragment != "" {
		errs = append(errs, fmt.Errorf("MCP_OAUTH_RESOURCE is %q: it must be a URL without a fragment, such as https://mcp.example.com/mcp", c.Resource))
	}
	if len(c.Servers) == 0 {
		errs = append(errs, errors.New("MCP_OAUTH_SERVERS is empty: name the issuer of the tokens, so that clients find it"))
	}
	return errors.Join(errs...)
}

// Resource is the server as clients see it. It is safe for concurrent use.
type Resource struct {
	cfg  Config
	path string // of the resource, without a trailing slash
	base string // scheme and host
}

// New returns the resource that cfg describes, which must be valid; with none
// described it returns nil.
func New(cfg Config) (*Resource, error) {
	if !cfg.Enabled() {
		return nil, nil
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	u, err := url.Parse(cfg.Resource)
	if err != nil {
		return nil, err
	}
	return &Resource{cfg, strings.TrimRight(u.Path, "/"), u.Scheme + "://" + u.Host}, nil
}

// MetadataURL is where clients find the metadata.
func (r *Resource) MetadataURL() string { return r.base + wellKnown + r.path }

// Paths are those that the metadata is served at: the one for this resource and
// the one of the whole host, where simple clients look.
func (r *Resource) Paths() []string {
	return slices.Compact([]string{wellKnown + r.path, wellKnown})
}

// Metadata serves the metadata.
func (r *Resource) Metadata() http.Handler {
	return auth.ProtectedResourceMetadataHandler(&oauthex.ProtectedResourceMetadata{
		Resource:               r.cfg.Resource,
		AuthorizationServers:   r.cfg.Servers,
		ScopesSupported:        r.scopes(),
		BearerMethodsSupported: []string{"header"},
		ResourceName:           "Acme Server",
	})
}

// scopes lists every scope that is wanted anywhere.
func (r *Resource) scopes() []string {
	all := slices.Clone(r.cfg.Scopes)
	for _, scopes := range r.cfg.ToolScopes {
		all = append(all, strings.Fields(scopes)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
