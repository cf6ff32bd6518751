package scaffold_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

// fold renders one file with the features given.
func fold(t *testing.T, path, in string, features ...string) string {
	t.Helper()
	tmpl, err := load(tiny(map[string]string{path: in}))
	require.NoError(t, err)
	return text(t, render(t, tmpl, scaffold.Given{With: features}), path)
}

func TestRegions(t *testing.T) {
	for name, tc := range map[string]struct {
		path, in, off, on string // off without features, on with a
	}{
		"slashes":            {"x.ts", "1\n//mcpctl:if a\n2\n//mcpctl:end\n3\n", "1\n3\n", "1\n2\n3\n"},
		"hash, indented":     {"x.yaml", "k:\n  #mcpctl:if a\n  - 1\n  #mcpctl:end\n", "k:\n", "k:\n  - 1\n"},
		"a space after it":   {"x.yaml", "# mcpctl:if a\n1\n# mcpctl:end\n", "", "1\n"},
		"a comment of HTML":  {"x.md", "<!--mcpctl:if a-->\n1\n<!-- mcpctl:end -->\n", "", "1\n"},
		"else":               {"x", "#mcpctl:if a\n1\n#mcpctl:else\n2\n#mcpctl:end\n", "2\n", "1\n"},
		"nested":             {"x", "#mcpctl:if a\n1\n#mcpctl:if b\n2\n#mcpctl:else\n3\n#mcpctl:end\n4\n#mcpctl:else\n5\n#mcpctl:end\n", "5\n", "1\n3\n4\n"},
		"no line feed":       {"x", "#mcpctl:if a\n1\n#mcpctl:end", "", "1\n"},
		"Windows' line ends": {"x", "0\r\n#mcpctl:if a\r\n1\r\n#mcpctl:end\r\n", "0\r\n", "0\r\n1\r\n"},
		"gaps close":         {"x.md", "1\n\n#mcpctl:if a\n2\n\n#mcpctl:end\n3\n", "1\n\n3\n", "1\n\n2\n\n3\n"},
		"only at seams":      {"x.md", "1\n\n\n2\n", "1\n\n\n2\n", "1\n\n\n2\n"},
		"none at the end":    {"x.md", "1\n\n#mcpctl:if a\n2\n#mcpctl:end\n", "1\n", "1\n\n2\n"},
		"none at the front":  {"x.md", "#mcpctl:if a\n1\n#mcpctl:end\n\n2\n", "2\n", "1\n\n2\n"},
		"no marker":          {"x", "see mcpctl:if and // mcpctl test\n", "see mcpctl:if and // mcpctl test\n", "see mcpctl:if and // mcpctl test\n"},
		"brackets of Go": {"x.go", "package x\n\nvar v = []int{\n\t//mcpctl:if a\n\t1,\n\t//mcpctl:end\n\n\t2,\n\n\t//mcpctl:if a\n\t3,\n\t//mcpctl:end\n}\n",
			"package x\n\nvar v = []int{\n\t2,\n}\n", "package x\n\nvar v = []int{\n\t1,\n\n\t2,\n\n\t3,\n}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.off, fold(t, tc.path, tc.in), "without")
			assert.Equal(t, tc.on, fold(t, tc.path, tc.in, "a"), "with")
		})
	}
}

func TestRegionFaultsNameTheirLine(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"no end":                {"1\n#mcpctl:if a\n2\n", "x:2: this region has no end"},
		"the outer one":         {"#mcpctl:if a\n#mcpctl:if b\n#mcpctl:end\n", "x:1: this region has no end"},
		"end alone":             {"1\n2\n#mcpctl:end\n", "x:3: an end without an if"},
		"else alone":            {"#mcpctl:else\n", "x:1: an else without an if"},
		"two elses":             {"#mcpctl:if a\n#mcpctl:else\n#mcpctl:else\n#mcpctl:end\n", "x:3: a second else for the if of line 1"},
		"no condition":          {"#mcpctl:if\n#mcpctl:end\n", "x:1: an if without a condition"},
		"a bad condition":       {"#mcpctl:if a && b || a\n#mcpctl:end\n", "x:1: the condition"},
		"unknown feature":       {"#mcpctl:if a && c\n#mcpctl:end\n", `x:1: template tiny has no feature "c"`},
		"words after end":       {"#mcpctl:if a\n#mcpctl:end a\n", `x:2: "a" follows after end`},
		"a wrong word":          {"\n#mcpctl:fi a\n", "x:2: there is no marker mcpctl:fi"},
		"not alone":             {"f() //mcpctl:if a\n//mcpctl:end\n", "x:1: a marker must stand on a line of its own"},
		"HTML left open":        {"<!--mcpctl:if a\n", "x:1: the marker is not closed"},
		"nested without an end": {strings.Repeat("#mcpctl:if a\n", 17), "x:17: regions are nested more than 16 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(tiny(map[string]string{"x": tc.in}))
			require.ErrorContains(t, err, tc.want)
			var at *scaffold.LineError
			require.True(t, errors.As(err, &at))
		})
	}
}

// However the markers lie, a text either is refused or renders without any
// marker, and only lines of the template come out.
func FuzzRegions(f *testing.F) {
	for _, seed := range []string{"#mcpctl:if a\n1\n#mcpctl:else\n2\n#mcpctl:end\n", "//mcpctl:if a && !b\n\n", "<!--mcpctl:end-->", "x\r\n# mcpctl:if a\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tmpl, err := load(tiny(map[string]string{"x": s}))
		if err != nil {
			return
		}
		for _, given := range []scaffold.Given{{}, {With: []string{"a"}}, {With: []string{"a", "b"}}} {
			out := text(t, render(t, tmpl, given), "x")
			if strings.ContainsRune(s, 0) || strings.ToValidUTF8(s, "") != s || strings.Contains(strings.ToLower(s), "acme") {
				continue // passed on as it is, or changed by names
			}
			require.NotRegexp(t, `(?m)^\s*(//|#|<!--)[ \t]?mcpctl:`, out)
			for l := range strings.Lines(out) {
				require.Contains(t, s, l)
			}
		}
	})
}
