package scaffold

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Condition says for which sets of features something is there: "a", "!a",
// "a && b" or "a || b". One condition has one kind of operator and no brackets,
// so nobody has to know a precedence. The zero Condition always holds.
type Condition struct {
	any   bool // || instead of &&
	terms []operand
}

type operand struct {
	feature string
	not     bool
}

// featureName is what a feature, question or profile can be called.
var featureName = pattern.New(`^[a-z][a-z0-9_-]{0,39}$`)

// ParseCondition reads a condition. It does not know which features there are.
func ParseCondition(s string) (Condition, error) {
	var c Condition
	words := []string{s}
	and, or := strings.Contains(s, "&&"), strings.Contains(s, "||")
	switch {
	case and && or:
		return c, fmt.Errorf("the condition %q mixes && and ||: use one of them, or nest two regions", s)
	case and:
		words = strings.Split(s, "&&")
	case or:
		c.any, words = true, strings.Split(s, "||")
	}
	for _, word := range words {
		t := operand{feature: strings.TrimSpace(word)}
		if rest, ok := strings.CutPrefix(t.feature, "!"); ok {
			t = operand{feature: strings.TrimSpace(rest), not: true}
		}
		if !featureName.MatchString(t.feature) {
			return Condition{}, fmt.Errorf("the condition %q has %q where the name of a feature is expected", s, t.feature)
		}
		c.terms = append(c.terms, t)
	}
	return c, nil
}

// Holds tells whether the condition is met; on answers whether a feature is on.
func (c Condition) Holds(on func(feature string) bool) bool {
	if len(c.terms) == 0 {
		return true
	}
	for _, t := range c.terms {
		if holds := on(t.feature) != t.not; holds == c.any {
			return c.any
		}
	}
	return !c.any
}

// Features are the names in the condition, in its order.
func (c Condition) Features() []string {
	var names []string
	for _, t := range c.terms {
		names = append(names, t.feature)
	}
	return names
}

// String is the condition as ParseCondition reads it.
func (c Condition) String() string {
	operator := " && "
	if c.any {
		operator = " || "
	}
	var words []string
	for _, t := range c.terms {
		if t.not {
			words = append(words, "!"+t.feature)
		} else {
			words = append(words, t.feature)
		}
	}
	return strings.Join(words, operator)
}

// UnmarshalText reads a condition of a manifest.
func (c *Condition) UnmarshalText(text []byte) (err error) {
	if len(strings.TrimSpace(string(text))) == 0 {
		return errors.New("a condition is empty: leave it out where it always holds")
	}
	*c, err = ParseCondition(string(text))
	return err
}

// MarshalText writes it as it is read.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// IsZero tells encoders that there is no condition to write.
func (c Condition) IsZero() bool { return len(c.terms) == 0 }
