package compat

import (
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// TestPatternsAreReadRightly holds what is known of patterns against texts.
func TestPatternsAreReadRightly(t *testing.T) {
	texts := []string{"", "a", "b", "ab", "abc", "\n", "a\n", "aab", "A", "é", "xyz", "on", "off", "a-b", "aaaaaaaa", " a", "0", "on\n", "ac", "bd"}
	everything := map[string]bool{"": true, "^": true, "$": true, "a*": true, "^a?b*": true, ".*": true}
	for _, p := range []string{"", "^", "$", "a*", "^a?b*", ".*", "^.*$", "^a", "b$", "^a$", "^a$|b", "^(a|b)$", "^(on|off)$", "^a|^b", "^(a|bc?)$",
		"(?i)^on$", "(?m)^a$", "^[a-c]{1,2}$", "^a.c?$", `^\ba\b$`, "^(a$|b)", "^a{2,3}b$", "^(a|(^b))d?$", "x*y*z", `^\x{e9}$`, "^[^a]$", "^(?:)$", "[^\\x00-\\x{10FFFF}]", "(^a)?b$"} {
		l := pattern(opPattern, "pattern", p)
		m := l.matched()
		assert.NotNil(t, m.tree, p)
		assert.Equal(t, everything[p], m.everything, p)
		for _, s := range texts {
			if !l.re.MatchString(s) {
				assert.False(t, m.everything, "%q does not match %q", p, s)
				continue
			}
			n := utf8.RuneCountInString(s)
			assert.True(t, m.least <= n && n <= m.most, "%q matches %q, not only %d to %d characters", p, s, m.least, m.most)
			assert.True(t, !m.few || slices.Contains(m.all, any(s)), "%q matches %q, not only %v", p, s, m.all)
		}
	}
	few := pattern(opPattern, "pattern", "^(on|off)[12]?$").matched()
	assert.True(t, few.few)
	assert.ElementsMatch(t, []any{"on", "on1", "on2", "off", "off1", "off2"}, few.all)
	assert.Nil(t, pattern(opPattern, "pattern", "(?=a)").matched().tree, "Go has no lookahead")
}
