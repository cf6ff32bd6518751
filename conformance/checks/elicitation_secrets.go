package checks

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func elicitationSecrets(t *conformance.Traffic) error {
	return eachForm(t, func(j *conformance.Judge, q question, schema mcp.Value) {
		for _, p := range schema.Get("properties").Members() {
			if secret := secretField(p.Name, p.Value, t.Revision); secret != "" {
				q.fault(j, "/params/requestedSchema/properties/"+mcp.EscapePointer(p.Name), "a form asks for %.60q, which is %s", p.Name, secret)
			}
		}
	})
}

// secretField says what secret a property asks for, "" when for none: its name
// or title ends in the usual words for one, and text can be entered.
func secretField(name string, field mcp.Value, rev mcp.Revision) string {
	kind := field.Get("type").Text()
	if kind == "boolean" || kind == "array" || field.Has("enum") || field.Has("oneOf") {
		return ""
	}
	for _, text := range []string{name, field.Get("title").Text()} {
		words := wordsOf(text)
		for secret, endings := range secrets(kind, rev) {
			if slices.ContainsFunc(endings, func(e string) bool { return endsIn(words, e) }) {
				return secret
			}
		}
	}
	return ""
}

// secrets are the usual words for what nobody may ask for by form. Up to
// 2025-06-18 that was everything sensitive, since 2025-11-25 it is what grants
// access or authorises transactions. A number is neither password nor token.
func secrets(kind string, rev mcp.Revision) map[string][]string {
	all := map[string][]string{
		"payment data": {"credit card", "credit card number", "card number", "cvv", "cvc", "iban"},
	}
	if kind != "number" && kind != "integer" {
		all["a password"] = []string{"password", "passwd", "passphrase"}
		all["a key"] = []string{"api key", "apikey", "secret key", "private key", "access key"}
		all["a token"] = []string{"access token", "auth token", "bearer token", "refresh token", "api token", "personal access token", "client secret"}
	}
	if rev < mcp.Rev20251125 {
		all["sensitive"] = []string{"ssn", "social security number", "passport number"}
	}
	return all
}

// wordsOf are the words of a name, however they are joined, in lower case.
func wordsOf(name string) []string {
	var spaced strings.Builder
	before := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			spaced.WriteRune(' ')
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = ' '
		}
		spaced.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.Fields(spaced.String())
}

// endsIn reports whether words end in those of the phrase.
func endsIn(words []string, phrase string) bool {
	end := strings.Fields(phrase)
	return len(words) >= len(end) && slices.Equal(words[len(words)-len(end):], end)
}
