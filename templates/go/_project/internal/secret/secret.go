// Package secret holds values that must not be seen.
package secret

import "log/slog"

const hidden = "[redacted]"

// Secret is a text that never prints itself: formatting, logging and encoding
// show a placeholder. Only Reveal gives it away.
type Secret string

// Reveal returns the secret itself. Call it where the secret is used, no sooner.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret from fmt's %s and %v.
func (s Secret) String() string { return hidden }

// GoString hides the secret from fmt's %#v.
func (s Secret) GoString() string { return hidden }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
