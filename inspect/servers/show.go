package servers

import (
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/internal/redact"
)

// Shown is the server as it may be shown: its command line, or its address,
// without secrets and with references as they are written. It is not safe for a
// terminal: that is for whoever prints it.
func (s Server) Shown() string {
	if !s.Local() {
		return s.Address()
	}
	words := append([]string{s.Command}, s.Args...)
	shown := make([]string, len(words))
	for i, word := range words {
		shown[i] = quoted(masked(words, i, word))
	}
	return strings.Join(shown, " ")
}

// Address is the URL without secrets.
func (s Server) Address() string {
	var none *redact.Redactor
	address := none.URL(s.URL)
	return tokens.ReplaceAllString(address, redact.Mark)
}

// tokens finds what services make their tokens look like.
var tokens = pattern.New(`\b(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[A-Z0-9]{12,}|AIza[A-Za-z0-9_-]{30,}|ey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*)`)

// secretWord reports whether a text looks like a token by itself.
func secretWord(word string) bool { return tokens.MatchString(word) }

// masked is a word of a command line without secrets.
func masked(words []string, i int, word string) string {
	if secret := secretIn(words, i); secret != "" && !reference.MatchString(secret) {
		word = strings.TrimSuffix(word, secret) + redact.Mark
	}
	if strings.Contains(word, "://") {
		var none *redact.Redactor
		word = none.URL(word)
	}
	return tokens.ReplaceAllString(word, redact.Mark)
}

// secretIn is the part of a word that its own flag, or the one before it, calls a
// secret; "" when there is none.
func secretIn(words []string, i int) string {
	word := words[i]
	if i == 0 {
		return ""
	}
	if name, value, ok := strings.Cut(word, "="); ok && redact.SecretName(name) && !strings.ContainsAny(name, ":/?") {
		return value
	}
	if name, value, ok := strings.Cut(word, ": "); ok && redact.SecretName(name) {
		return value // a header, as in --header "Authorization: Bearer …"
	}
	if before := words[i-1]; i > 1 && strings.HasPrefix(before, "-") && !strings.Contains(before, "=") && redact.SecretName(before) && !strings.HasPrefix(word, "-") {
		return word
	}
	return ""
}

// quoted puts a word that has blanks into quotation marks.
func quoted(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\n") {
		return `"` + word + `"`
	}
	return word
}
