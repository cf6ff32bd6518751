// Package secrets keeps the server's own secrets out of its log, wherever they
// turn up: in an error of a library, in a URL, in a header that was dumped.
// That a secret does not print itself is the business of package secret; this
// one is the net below it.
package secrets

import (
	"encoding/base64"
	"log/slog"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"example.com/acme-server/internal/scrub"
	"example.com/acme-server/internal/secret"
)

const (
	mask = "[secret]"
	// shortest is the least length in bytes of a value that is masked: a
	// shorter one would black out innocent words, and is no secret anyway.
	shortest = 6
)

// Config names secrets that are no setting of the server.
type Config struct {
	Extra []secret.Secret `env:"MCP_REDACT"` // more values to keep out of the log, separated by commas
}

// Of returns the values of all secrets in a configuration: a struct, or a
// pointer to one, with nested structs and lists.
func Of(cfg any) []string {
	var values []string
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		if s, ok := v.Interface().(secret.Secret); ok {
			values = append(values, s.Reveal())
			return
		}
		switch v.Kind() {
		case reflect.Struct:
			for field, value := range v.Fields() {
				if field.IsExported() {
					walk(value)
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		}
	}
	walk(reflect.Indirect(reflect.ValueOf(cfg)))
	return values
}

// Redactor replaces known secrets. It is safe for concurrent use.
type Redactor struct {
	replacer *strings.Replacer
}

// New returns a redactor for the values, also in the forms in which they
// travel: escaped for a URL and in base64.
func New(values ...string) *Redactor {
	var forms []string
	for _, value := range values {
		if len(value) < shortest {
			continue
		}
		forms = append(forms, value, url.QueryEscape(value),
			base64.StdEncoding.EncodeToString([]byte(value)),
			base64.RawURLEncoding.EncodeToString([]byte(value)))
	}
	// The longest first, so that a secret that begins like another goes whole.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, mask)
	}
	return &Redactor{strings.NewReplacer(pairs...)}
}

// Clean returns the text without the secrets.
func (r *Redactor) Clean(text string) string { return r.replacer.Replace(text) }

// Handler returns a log handler that writes to next without the secrets.
func (r *Redactor) Handler(next slog.Handler) slog.Handler { return scrub.Handler(next, r.Clean) }
