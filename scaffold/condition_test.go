package scaffold_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

func TestConditionHolds(t *testing.T) {
	for in, tc := range map[string]struct{ holds, fails string }{
		"a":            {"a", "b"},
		"!a":           {"b", "a"},
		"a && b":       {"a b c", "a"},
		"a&&!b":        {"a", "a b"},
		"!a && !b":     {"c", "b"},
		"a || b":       {"b", "c"},
		"a || !b":      {"c", "b"},
		"a || b || c":  {"c", "d"},
		"a && b && c":  {"a b c", "a b"},
		" ! a  ":       {"b", "a"},
		"two-words":    {"two-words", "two"},
		"with_score_1": {"with_score_1", ""},
	} {
		c, err := scaffold.ParseCondition(in)
		require.NoError(t, err, in)
		for words, want := range map[string]bool{tc.holds: true, tc.fails: false} {
			on := strings.Fields(words)
			assert.Equal(t, want, c.Holds(func(f string) bool {
				for _, o := range on {
					if o == f {
						return true
					}
				}
				return false
			}), "%s with %v", in, on)
		}
		again, err := scaffold.ParseCondition(c.String())
		require.NoError(t, err)
		assert.Equal(t, c, again)
	}
	assert.True(t, scaffold.Condition{}.Holds(func(string) bool { return false }), "the zero condition always holds")
}

func TestConditionFaults(t *testing.T) {
	for in, want := range map[string]string{
		"":            `has "" where`,
		"a && b || c": "mixes && and ||",
		"a &&":        `has "" where`,
		"(a)":         `has "(a)" where`,
		"!!a":         `has "!a" where`,
		"A":           `has "A" where`,
		"a b":         `has "a b" where`,
		"a & b":       `has "a & b" where`,
	} {
		_, err := scaffold.ParseCondition(in)
		assert.ErrorContains(t, err, want, "%q", in)
	}
}

func FuzzCondition(f *testing.F) {
	for _, seed := range []string{"a", "!a && b", "a || b", "a && || b", "!!", "a-b_c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := scaffold.ParseCondition(s)
		if err != nil {
			return
		}
		require.NotEmpty(t, c.Features())
		again, err := scaffold.ParseCondition(c.String())
		require.NoError(t, err)
		require.Equal(t, c, again)
		none, all := func(string) bool { return false }, func(string) bool { return true }
		if !strings.Contains(s, "!") {
			require.False(t, c.Holds(none))
			require.True(t, c.Holds(all))
		}
	})
}
