package app

import "example.com/acme-server/internal/jwt"

// withJwt accepts signed tokens.
func withJwt(a *App) error {
	cfg := a.Config.Jwt
	//mcpctl:if oauth
	if cfg.Audience == "" {
		cfg.Audience = a.Config.Oauth.Resource // as RFC 8707 has it
	}
	//mcpctl:end
	verifier, err := jwt.New(cfg)
	if err != nil || verifier == nil {
		return err
	}
	a.Verifiers = append(a.Verifiers, verifier.Verify)
	return nil
}
