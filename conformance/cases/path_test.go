package cases

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestPaths(t *testing.T) {
	v := mcp.MustParse(`{"a": {"b": [1, 2, {"c": 3}]}, "odd name": {"x'y": 4, "n": 1.50}, "c": [5]}`)
	for written, want := range map[string]string{
		"$":                     v.String(),
		"$.a.b[0]":              "1",
		"$.a.b[-1].c":           "3",
		"$.a.b[9]":              "(absent)",
		"$.a.x":                 "(absent)",
		"$['odd name'].n":       "1.50",
		`$["odd name"]["x'y"]`:  "4",
		`$['odd name']['x\'y']`: "4",
		"$.a.b[*].c":            "[3]",
		"$.a.b[1:]":             `[2,{"c":3}]`,
		"$.a.b[:2]":             "[1,2]",
		"$.a.b[-2:-1]":          "[2]",
		"$.a.b[2:1]":            "[]",
		"$..c":                  "[[5],3]",
		"$..['c']":              "[[5],3]",
		"$.a.*":                 `[[1,2,{"c":3}]]`,
	} {
		p, err := parsePath(written)
		require.NoError(t, err, written)
		assert.Equal(t, want, p.get(v).String(), written)
	}
	for _, wrong := range []string{"", "a", "a.b", "$a", "$.", "$.a.", "$[", "$[a]", "$['a", "$['a'", "$[1:b]", "$.a[?@.b]", "$.a b", "$..", "$[1"} {
		_, err := parsePath(wrong)
		assert.Error(t, err, wrong)
	}
}

// FuzzPath: no path panics, and one that is read leads somewhere or nowhere.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"$", "$.a[0]", "$['a'][-1:2]", "$..*", "$[*]..a"} {
		f.Add(s)
	}
	v := mcp.MustParse(`{"a": [1, {"b": [2, 3]}], "c": null}`)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePath(s)
		if err != nil {
			return
		}
		found := p.find(v)
		if p.single() && len(found) > 1 {
			t.Fatalf("%q leads to %d values", s, len(found))
		}
	})
}
