// Package elicitation lets a tool put questions to the user, in both eras.
//
// In the stateless era the tool's first answer is the question, and the client
// calls again with the user's answer and the state that the tool handed out. What
// comes back is from outside, so the state is sealed: nobody can read it, change
// it, or use it for another call, for another caller, or later.
//
// For clients of the handshake era the SDK does the same over the open session.
package elicitation

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.com/acme-server/internal/secret"
)

// Config of the questions to users.
type Config struct {
	// Key seals the state of questions. Servers that share their load must share
	// it; empty: a random one, which a restart forgets.
	Key     secret.Secret `env:"MCP_STATE_KEY"`
	TTL     time.Duration `env:"MCP_STATE_TTL" envDefault:"10m"` // how long the user may think
	BaseURL string        `env:"MCP_SHARE_URL"`                  // the page where users agree to share a note; empty: no tool share_note
}

// Validate refuses keys that can be guessed.
func (c Config) Validate() error {
	if n := len(c.Key); n > 0 && n < 32 {
		return fmt.Errorf("MCP_STATE_KEY has %d characters: take at least 32 random ones", n)
	}
	return nil
}

var errState = errors.New("the state of the question is not one that this server handed out, or too old")

// Sealer seals states. It is safe for concurrent use.
type Sealer struct {
	aead    cipher.AEAD
	ttl     time.Duration
	now     func() time.Time
	BaseURL string // see Config
}

// NewSealer returns a sealer with the configured key.
func NewSealer(c Config) (*Sealer, error) {
	key := sha256.Sum256([]byte(c.Key.Reveal()))
	if c.Key == "" {
		rand.Read(key[:])
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("making the cipher of question states: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("making the cipher of question states: %w", err)
	}
	return &Sealer{aead: aead, ttl: c.TTL, now: time.Now, BaseURL: c.BaseURL}, nil
}

type sealed struct {
	Until time.Time       `json:"until"`
	State json.RawMessage `json:"state"`
}

// Seal returns state as an opaque text that Open accepts for the same purpose
// only, and not for ever. The purpose names the caller, the tool and what the
// question was about.
func (s *Sealer) Seal(purpose string, state any) (string, error) {
	inner, err := json.Marshal(state)
	if err != nil {
		return "", fmt.Errorf("encoding the state of a question: %w", err)
	}
	plain, err := json.Marshal(sealed{s.now().Add(s.ttl), inner})
	if err != nil {
		return "", fmt.Errorf("encoding the state of a question: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, []byte(purpose))), nil
}

// Open reads what Seal returned into state.
func (s *Sealer) Open(purpose, text string, state any) error {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return errState
	}
	plain, err := s.aead.Open(nil, nil, data, []byte(purpose))
	if err != nil {
		return errState
	}
	var in sealed
	if err := json.Unmarshal(plain, &in); err != nil || s.now().After(in.Until) {
		return errState
	}
	return json.Unmarshal(in.State, state)
}
