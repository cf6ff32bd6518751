package pack_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
)

// many are n features in which some require and some exclude others.
func many(n int) []scaffold.Feature {
	var all []scaffold.Feature
	for i := range n {
		f := scaffold.Feature{Name: fmt.Sprintf("f%02d", i)}
		if i%3 == 1 {
			f.Requires = []string{"f00"}
		}
		if i%10 == 7 {
			f.Conflicts = []string{fmt.Sprintf("f%02d", i-1)}
		}
		all = append(all, f)
	}
	return all
}

// keeps reports whether a row keeps the features' rules.
func keeps(features []scaffold.Feature, on pack.Row) bool {
	return !slices.ContainsFunc(features, func(f scaffold.Feature) bool {
		if !slices.Contains(on, f.Name) {
			return false
		}
		lacks := slices.ContainsFunc(f.Requires, func(r string) bool { return !slices.Contains(on, r) })
		clashes := slices.ContainsFunc(f.Conflicts, func(c string) bool { return slices.Contains(on, c) })
		return lacks || clashes
	})
}

// held answers the pairs that rows hold, as text.
func held(features []scaffold.Feature, rows []pack.Row) map[string]bool {
	pairs := map[string]bool{}
	for _, row := range rows {
		for i, a := range features {
			for _, b := range features[i+1:] {
				pairs[fmt.Sprint(a.Name, slices.Contains(row, a.Name), b.Name, slices.Contains(row, b.Name))] = true
			}
		}
	}
	return pairs
}

func TestCoverHoldsEveryPairThatTheRulesAllow(t *testing.T) {
	features := many(9)
	var allowed []pack.Row
	for bits := range 1 << len(features) {
		var row pack.Row
		for i, f := range features {
			if bits>>i&1 == 1 {
				row = append(row, f.Name)
			}
		}
		if keeps(features, row) {
			allowed = append(allowed, row)
		}
	}
	rows := pack.Cover(features)
	for _, row := range rows {
		assert.True(t, keeps(features, row), "%v breaks a rule", row)
	}
	assert.Equal(t, held(features, allowed), held(features, rows))
	assert.Less(t, len(rows), 14)
}

func TestCoverOfManyFeaturesIsSmallAndAlwaysTheSame(t *testing.T) {
	rows := pack.Cover(many(45))
	assert.Less(t, len(rows), 25)
	assert.Equal(t, rows, pack.Cover(many(45)))
	require.Greater(t, len(rows[0]), 30, "the first row has all that may be on")
	assert.Empty(t, rows[1], "the second has none")
}

func TestCoverOfFew(t *testing.T) {
	assert.Equal(t, []pack.Row{{}}, pack.Cover(nil))
	assert.Equal(t, []pack.Row{{"a"}, {}}, pack.Cover([]scaffold.Feature{{Name: "a"}}))
	assert.Equal(t, []pack.Row{{"a", "b"}, {}, {"b"}}, pack.Cover([]scaffold.Feature{{Name: "a", Requires: []string{"b"}}, {Name: "b"}}))
}
