package scaffold_test

import (
	"flag"
	"fmt"
	"go/format"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// What a template becomes is held whole, as one file a set of answers.
func TestRenderGolden(t *testing.T) {
	for name, given := range map[string]scaffold.Given{
		"lean":       {Profile: "lean"},
		"production": {},
		"redis":      {With: []string{"redis"}, Without: []string{"scripts"}, Values: map[string]string{"module": "go.example.org/x/weather", "owner": "octo-cat"}},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, f := range render(t, small(t), given) {
				fmt.Fprintf(&b, "-- %s %04o --\n%s", f.Path, f.Mode, f.Data)
				if strings.HasSuffix(f.Path, ".go") {
					formatted, err := format.Source(f.Data)
					require.NoError(t, err)
					assert.Equal(t, string(formatted), string(f.Data), "%s is not as gofmt writes it", f.Path)
				}
			}
			golden := "testdata/golden/" + name + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), b.String())
		})
	}
}

func TestRenderIsDeterministic(t *testing.T) {
	first := render(t, small(t), scaffold.Given{})
	for range 20 {
		require.Equal(t, first, render(t, small(t), scaffold.Given{}))
	}
}

func TestRenderLeavesTheTemplateAlone(t *testing.T) {
	tmpl := small(t)
	render(t, tmpl, scaffold.Given{})
	assert.Equal(t, small(t).Files, tmpl.Files)
}

func TestRenderRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		more  string
		want  string
	}{
		"two files for one path":   {map[string]string{"a.txt": "", "b.txt": ""}, "files: [{path: a.txt, to: b.txt}]", "two files would be b.txt"},
		"a path too long by names": {map[string]string{strings.Repeat("acme-server/", 14) + "x": ""}, "", "too long"},
		"code that regions broke":  {map[string]string{"x.go": "package x\n//mcpctl:if a\nfunc f() {\n//mcpctl:end\n}\n"}, "", "x.go with features [] is no Go"},
	} {
		t.Run(name, func(t *testing.T) {
			tmpl, err := load(tiny(tc.files, tc.more))
			require.NoError(t, err)
			a, err := tmpl.Resolve(scaffold.Given{Name: "a-name-of-thirty-nine-letters-and-a-bit"})
			require.NoError(t, err)
			_, err = scaffold.Render(tmpl, a)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestDanglingCommas(t *testing.T) {
	for in, want := range map[string]string{
		"[1,\n]":                      "[1\n]",
		"[1, 2]":                      "[1, 2]",
		`{"a": "x,", }`:               `{"a": "x," }`,
		`{"a\"": [",]"],}`:            `{"a\"": [",]"]}`,
		`["\\", ]`:                    `["\\" ]`,
		`{"a": {"b": 1,},}`:           `{"a": {"b": 1}}`,
		"{\"a\": 1,\n\n\t}\n":         "{\"a\": 1\n\n\t}\n",
		`["an open string, ]`:         `["an open string, ]`,
		`["a backslash at the end, \`: `["a backslash at the end, \`,
	} {
		tmpl, err := load(tiny(map[string]string{"x.json": "//mcpctl:if !a\n//mcpctl:end\n" + in}))
		require.NoError(t, err)
		assert.Equal(t, want, text(t, render(t, tmpl, scaffold.Given{}), "x.json"), in)
	}
}
