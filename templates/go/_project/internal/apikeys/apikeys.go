// Package apikeys knows callers by keys. The server holds only their hashes:
// whoever reads its configuration cannot call it.
package apikeys

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
)

// Config lists the keys.
type Config struct {
	// One key on each line (or separated by semicolons), as
	//
	//	NAME sha256:HEX [PERMISSION,PERMISSION…] [YYYY-MM-DD]
	//
	// where HEX is what `printf %s "$KEY" | sha256sum` prints and the date is the
	// last day (UTC) on which the key is good. Keys must be random and long, such
	// as `openssl rand -hex 32` makes them: a hash does not protect a short word.
	Keys string `env:"MCP_API_KEYS"`
}

// Validate tells whether the list of keys can be read.
func (c Config) Validate() error {
	_, err := parse(c.Keys)
	return err
}

type key struct {
	name        string
	hash        [sha256.Size]byte
	permissions []string
	end         time.Time // first moment at which it is no longer good; zero: never
}

// Keys verifies keys. It is safe for concurrent use.
type Keys struct {
	keys []key
	now  func() time.Time
}

// New reads the keys of cfg; with none it returns nil.
func New(cfg Config) (*Keys, error) {
	keys, err := parse(cfg.Keys)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	return &Keys{keys, time.Now}, nil
}

// Verify is an auth.TokenVerifier. The caller's id is "key:NAME", its scopes
// are the key's permissions.
func (k *Keys) Verify(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
	hash := sha256.Sum256([]byte(token))
	var found *key
	for i := range k.keys {
		// All are compared, and in constant time: how long it takes tells nothing.
		if subtle.ConstantTimeCompare(hash[:], k.keys[i].hash[:]) == 1 {
			found = &k.keys[i]
		}
	}
	if found == nil {
		return nil, auth.ErrInvalidToken
	}
	if !found.end.IsZero() && !k.now().Before(found.end) {
		return nil, fmt.Errorf("%w: the key has expired", auth.ErrInvalidToken)
	}
	return &auth.TokenInfo{UserID: "key:" + found.name, Scopes: found.permissions, Expiration: found.end}, nil
}

// FromHeader is an HTTP wrapper that accepts a key in X-API-Key, where many
// clients put it, and moves it to where tokens are looked for.
func FromHeader(next http.Handler) http.Handler {
	const header = "X-API-Key"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get(header)
		if token == "" {
			next.ServeHTTP(w, r)
			return
		}
		moved := r.WithContext(r.Context())
		moved.Header = r.Header.Clone()
		moved.Header.Del(header)
		if moved.Header.Get("Authorization") == "" {
			moved.Header.Set("Authorization", "Bearer "+token)
		}
		next.ServeHTTP(w, moved)
	})
}

func parse(list string) ([]key, error) {
	var keys []key
	var errs []error
	names := map[string]bool{}
	for line := range strings.FieldsFuncSeq(list, func(c rune) bool { return c == '\n' || c == ';' }) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		parsed, err := parseKey(fields)
		if err == nil && names[parsed.name] {
			err = errors.New("another key has this name")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("MCP_API_KEYS: key %q: %w", fields[0], err))
			continue
		}
		names[parsed.name] = true
		keys = append(keys, parsed)
	}
	return keys, errors.Join(errs...)
}

// parseKey never quotes the second field in an error: by mistake it may be the
// key itself.
func parseKey(fields []string) (key, error) {
	k := key{name: fields[0]}
	if len(fields) < 2 {
		return k, errors.New("write NAME sha256:HEX [PERMISSIONS] [YYYY-MM-DD]")
	}
	digits, isHash := strings.CutPrefix(fields[1], "sha256:")
	hash, err := hex.DecodeString(digits)
	if !isHash || err != nil || len(hash) != sha256.Size {
		return k, errors.New("the second field must be sha256: and 64 hex digits, the hash of the key")
	}
	copy(k.hash[:], hash)
	for _, field := range fields[2:] {
		if day, err := time.Parse(time.DateOnly, field); err == nil {
			k.end = day.AddDate(0, 0, 1)
			continue
		}
		k.permissions = append(k.permissions, strings.Split(field, ",")...)
	}
	return k, nil
}
