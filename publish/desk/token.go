package desk

import (
	"crypto/ed25519"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mcpctl/mcpctl/publish/registry"
)

const (
	tokenLife = 5 * time.Minute
	// anonymous is the namespace of those who do not say who they are.
	anonymous = "io.modelcontextprotocol.anonymous/*"
)

// claims are what a token says.
type claims struct {
	jwt.RegisteredClaims
	Method      string                `json:"auth_method"`
	Subject     string                `json:"auth_method_sub"`
	Permissions []registry.Permission `json:"permissions"`
}

// may tells whether one of the actions is allowed on the server of that name.
func (c *claims) may(name string, actions ...string) bool {
	return slices.ContainsFunc(c.Permissions, func(p registry.Permission) bool {
		prefix, open := strings.CutSuffix(p.Resource, "*")
		return slices.Contains(actions, p.Action) && (name == p.Resource || open && strings.HasPrefix(name, prefix))
	})
}

// tokens makes and reads the registry's own tokens.
type tokens struct {
	key ed25519.PrivateKey
	now func() time.Time
}

// issue makes a token that publishes and edits what matches the pattern.
func (t tokens) issue(pattern string) (token string, expires time.Time, err error) {
	now := t.now()
	expires = now.Add(tokenLife)
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: "mcp-registry", IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		Method: "none", Subject: "anonymous",
		Permissions: []registry.Permission{{Action: registry.ActionPublish, Resource: pattern}, {Action: registry.ActionEdit, Resource: pattern}},
	}
	token, err = jwt.NewWithClaims(jwt.SigningMethodEdDSA, c).SignedString(t.key)
	return token, expires, err
}

// read answers what a request's token says, if it is ours and still good.
func (t tokens) read(r *http.Request) (*claims, *problem) {
	const scheme = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) < len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return nil, problemf(http.StatusUnauthorized, "Invalid Authorization header format. Expected 'Bearer <token>'")
	}
	c := &claims{}
	_, err := jwt.ParseWithClaims(header[len(scheme):], c,
		func(*jwt.Token) (any, error) { return t.key.Public(), nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(t.now))
	if err != nil {
		return nil, problemf(http.StatusUnauthorized, "Invalid or expired Registry JWT token").with("failed to parse token: " + err.Error())
	}
	return c, nil
}

// forbidden is the answer to who may not publish a server.
func (c *claims) forbidden(name string) *problem {
	var may []string
	for _, p := range c.Permissions {
		if p.Action == registry.ActionPublish {
			may = append(may, p.Resource)
		}
	}
	has := "You do not have any publish permissions"
	if len(may) > 0 {
		has = "You have permission to publish: " + strings.Join(may, ", ")
	}
	return problemf(http.StatusForbidden, "You do not have permission to publish this server. %s. Attempting to publish: %s", has, name)
}
