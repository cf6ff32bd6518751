// Package caller tells who is calling.
package caller

import (
	"slices"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The callers that carry no token.
const (
	Local     = "local"     // over stdio: whoever started the process
	Anonymous = "anonymous" // over HTTP
)

// Caller is who sent a request. It is a value and safe to share.
type Caller struct {
	ID      string         // from the token, or Local, or Anonymous
	Scopes  []string       // what the token permits
	Claims  map[string]any // what else the token's verifier found out; not to be changed
	Session string         // the session of the handshake era; empty in the stateless one
}

// Of returns the caller of req.
func Of(req mcp.Request) Caller {
	c := Caller{ID: Local}
	if s, ok := req.GetSession().(*mcp.ServerSession); ok && s != nil {
		c.Session = s.ID()
	}
	extra := req.GetExtra()
	if extra == nil || extra.Header == nil && extra.TokenInfo == nil {
		return c
	}
	token := FromToken(extra.TokenInfo)
	c.ID, c.Scopes, c.Claims = token.ID, token.Scopes, token.Claims
	return c
}

// FromToken returns the caller that a verified token stands for; nil stands for
// nobody in particular.
func FromToken(info *auth.TokenInfo) Caller {
	if info == nil || info.UserID == "" {
		return Caller{ID: Anonymous}
	}
	return Caller{ID: info.UserID, Scopes: info.Scopes, Claims: info.Extra}
}

// Has tells whether the caller's token carries scope. The local caller, who
// already runs the process, has every scope.
func (c Caller) Has(scope string) bool {
	return c.ID == Local || slices.Contains(c.Scopes, scope)
}
