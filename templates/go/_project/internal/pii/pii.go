// Package pii masks what identifies a person (e-mail addresses, telephone,
// card and account numbers) and access tokens. It goes by patterns: it lowers
// the risk that such data settles in logs, it does not prove their absence.
package pii

import (
	"log/slog"
	"math/big"
	"regexp"
	"strings"

	"example.com/acme-server/internal/scrub"
)

// Config says what is masked besides the log.
type Config struct {
	Results bool `env:"MCP_PII_RESULTS" envDefault:"false"` // mask the results of tools, too
}

// rule is a pattern and, where the pattern alone would hit too much, a test.
type rule struct {
	name    string
	pattern *regexp.Regexp
	valid   func(string) bool
}

// Masker masks. It is safe for concurrent use.
type Masker struct {
	rules []rule
}

// New returns a masker. The order counts: a token may hold what looks like an
// address, and a card number is also a long telephone number.
func New() *Masker {
	return &Masker{[]rule{
		{"token", regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]*|(?i:\bbearer\s+)[\w.~+/-]{8,}=*|\b(?:sk|pk|ghp|gho|glpat|xox[abp])[-_][\w-]{16,}\b|\bAKIA[0-9A-Z]{16}\b`), nil},
		{"email", regexp.MustCompile(`\b[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+\b`), nil},
		{"iban", regexp.MustCompile(`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b`), iban},
		{"card", regexp.MustCompile(`\b\d(?:[ -]?\d){13,18}\b`), luhn},
		{"phone", regexp.MustCompile(`(?:\+|\b00)[1-9]\d{0,2}[ ./-]?(?:\(\d{1,4}\)[ ./-]?)?\d{1,4}(?:[ ./-]?\d{2,4}){2,4}\b|\(\d{3}\) ?\d{3}-\d{4}\b|\b\d{3}-\d{3}-\d{4}\b`), nil},
	}}
}

// Clean returns the text with its findings replaced by their kind: [email].
func (m *Masker) Clean(text string) string {
	for _, rule := range m.rules {
		text = rule.pattern.ReplaceAllStringFunc(text, func(found string) string {
			if rule.valid != nil && !rule.valid(found) {
				return found
			}
			return "[" + rule.name + "]"
		})
	}
	return text
}

// Handler returns a log handler that writes to next with everything masked.
func (m *Masker) Handler(next slog.Handler) slog.Handler { return scrub.Handler(next, m.Clean) }

// luhn is the check sum of card numbers.
func luhn(number string) bool {
	sum, double := 0, false
	for i := len(number) - 1; i >= 0; i-- {
		if number[i] < '0' || number[i] > '9' {
			continue
		}
		digit := int(number[i] - '0')
		if double {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum, double = sum+digit, !double
	}
	return sum%10 == 0
}

// iban checks an account number by ISO 7064: the first four characters moved
// to the end, letters read as 10 to 35, it is 1 modulo 97.
func iban(number string) bool {
	number = strings.ReplaceAll(number, " ", "")
	if len(number) < 15 || len(number) > 34 {
		return false
	}
	var digits strings.Builder
	for _, c := range number[4:] + number[:4] {
		if c >= 'A' {
			digits.WriteString(big.NewInt(int64(c - 'A' + 10)).String())
		} else {
			digits.WriteRune(c)
		}
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}
