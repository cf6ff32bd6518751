package jwt

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"

	"example.com/acme-server/internal/secret"
)

// Config says whose tokens are good. One source of keys switches tokens on.
type Config struct {
	JWKS      string        `env:"MCP_JWT_JWKS_URL"`   // where the provider publishes its keys (RS256, ES256)
	PublicKey string        `env:"MCP_JWT_PUBLIC_KEY"` // one public key in PEM (RS256, ES256)
	Secret    secret.Secret `env:"MCP_JWT_SECRET"`     // a secret shared with the issuer (HS256), at least 32 bytes

	Issuer    string        `env:"MCP_JWT_ISSUER"`
	Audience  string        `env:"MCP_JWT_AUDIENCE"`
	ClockSkew time.Duration `env:"MCP_JWT_CLOCK_SKEW" envDefault:"30s"`
	Refresh   time.Duration `env:"MCP_JWT_JWKS_REFRESH" envDefault:"15m"` // how long fetched keys are kept
}

// Enabled reports whether there is a source of keys.
func (c Config) Enabled() bool {
	return c.JWKS != "" || c.PublicKey != "" || c.Secret.Reveal() != ""
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	if !c.Enabled() {
		return nil
	}
	var errs []error
	if c.Issuer == "" {
		errs = append(errs, errors.New("MCP_JWT_ISSUER is empty: set it to the iss of the tokens"))
	}
	if c.ClockSkew < 0 || c.ClockSkew > 5*time.Minute {
		errs = append(errs, fmt.Errorf("MCP_JWT_CLOCK_SKEW is %s: it must be between 0s and 5m", c.ClockSkew))
	}
	if c.Refresh < time.Minute {
		errs = append(errs, fmt.Errorf("MCP_JWT_JWKS_REFRESH is %s: it must be at least 1m", c.Refresh))
	}
	_, _, err := c.source()
	return errors.Join(append(errs, err)...)
}

var keyTypes = map[jwa.SignatureAlgorithm]jwa.KeyType{
	jwa.RS256(): jwa.RSA(),
	jwa.ES256(): jwa.EC(),
	jwa.HS256(): jwa.OctetSeq(),
}

func (c Config) source() (source, []jwa.SignatureAlgorithm, error) {
	sources := 0
	for _, set := range []bool{c.JWKS != "", c.PublicKey != "", c.Secret.Reveal() != ""} {
		if set {
			sources++
		}
	}
	public := []jwa.SignatureAlgorithm{jwa.RS256(), jwa.ES256()}
	switch {
	case sources != 1:
		return nil, nil, errors.New("set one of MCP_JWT_JWKS_URL, MCP_JWT_PUBLIC_KEY and MCP_JWT_SECRET, not several")
	case c.JWKS != "":
		if err := checkURL(c.JWKS); err != nil {
			return nil, nil, fmt.Errorf("MCP_JWT_JWKS_URL: %w", err)
		}
		return &remote{url: c.JWKS, keep: c.Refresh, client: &http.Client{Timeout: 10 * time.Second}, now: time.Now}, public, nil
	case c.PublicKey != "":
		key, err := jwk.ParseKey([]byte(c.PublicKey), jwk.WithPEM(true))
		if err != nil {
			return nil, nil, errors.New("MCP_JWT_PUBLIC_KEY is no public key in PEM")
		}
		if private, err := jwk.IsPrivateKey(key); err != nil || private {
			return nil, nil, errors.New("MCP_JWT_PUBLIC_KEY is not a public key: the server must not hold the private one")
		}
		set, err := setOf(key)
		return set, public, err
	}
	if len(c.Secret.Reveal()) < 32 {
		return nil, nil, errors.New("MCP_JWT_SECRET is shorter than 32 bytes, which can be guessed: make one with `openssl rand -base64 32`")
	}
	key, err := jwk.Import([]byte(c.Secret.Reveal()))
	if err != nil {
		return nil, nil, fmt.Errorf("MCP_JWT_SECRET: %w", err)
	}
	set, err := setOf(key)
	return set, []jwa.SignatureAlgorithm{jwa.HS256()}, err
}

// checkURL wants https: whoever can change the keys on their way can sign in as
// anybody. This machine itself is the exception, for development.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil {
		return err
	}
	local := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return errors.New("it must begin with https://")
	}
	return nil
}

// static is a source that never changes.
type static struct{ set jwk.Set }

func setOf(key jwk.Key) (source, error) {
	set := jwk.NewSet()
	if err := set.AddKey(key); err != nil {
		return nil, fmt.Errorf("keeping the key: %w", err)
	}
	return static{set}, nil
}

func (s static) keys(context.Context, string) (jwk.Set, error) { return s.set, nil }
