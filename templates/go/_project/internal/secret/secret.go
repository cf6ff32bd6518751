// Package secret holds values that must not be seen.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

const hidden = "[redacted]"

// Secret is a text that never prints itself: formatting, logging and encoding
// show a placeholder. Only Reveal gives it away.
type Secret string

// Reveal returns the secret itself. Call it where the secret is used, no sooner.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret from whoever asks for a text.
func (s Secret) String() string { return hidden }

// Format hides the secret from fmt, whatever the verb: %d would show it.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
