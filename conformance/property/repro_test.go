package property_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/property"
	"github.com/mcpctl/mcpctl/mcp"
)

func TestReproRoundTrip(t *testing.T) {
	for _, r := range []property.Repro{
		{Revision: mcp.Rev20251125, Tool: "sum", Arguments: mcp.MustParse(`{"a":[1,"é\u0000",null]}`)},
		{Revision: mcp.Rev20260728, Tool: "", Arguments: mcp.MustParse(`[]`)},
		{Revision: mcp.Rev20241105, Tool: "none"},
	} {
		back, err := property.ParseRepro(r.String())
		require.NoError(t, err)
		assert.Equal(t, r.Revision, back.Revision)
		assert.Equal(t, r.Tool, back.Tool)
		assert.True(t, mcp.Equal(r.Arguments, back.Arguments) || !r.Arguments.Exists() && !back.Arguments.Exists())
	}
}

func TestBadReprosAreRefused(t *testing.T) {
	good := property.Repro{Revision: mcp.Rev20251125, Tool: "sum", Arguments: mcp.MustParse(`{"a":"` + strings.Repeat("x", 400) + `"}`)}.String()
	for text, want := range map[string]string{
		"":                                   "does not begin with",
		"p2." + good[3:]:                     "does not begin with",
		good[:len(good)-6]:                   "cut or mistyped",
		"p1.!!!":                             "cut or mistyped",
		"p1." + strings.Repeat("A", 300<<10): "longer than",
		property.Repro{Revision: "2020-01-01", Tool: "x"}.String(): "does not speak",
	} {
		_, err := property.ParseRepro(text)
		assert.ErrorContains(t, err, want)
	}
	// A text that unpacks to far more than it is.
	bomb := property.Repro{Revision: mcp.Rev20251125, Tool: strings.Repeat("x", 2<<20)}.String()
	_, err := property.ParseRepro(bomb)
	assert.ErrorContains(t, err, "holds more than")
}

func FuzzParseRepro(f *testing.F) {
	f.Add(property.Repro{Revision: mcp.Rev20251125, Tool: "sum", Arguments: mcp.MustParse(`{"a":1}`)}.String())
	f.Add("p1.")
	f.Add("p1.q1bKTS3JyC9S0lFKSixSqgUA")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := property.ParseRepro(text)
		if err != nil {
			return
		}
		back, err := property.ParseRepro(r.String())
		require.NoError(t, err)
		assert.Equal(t, r.Revision, back.Revision)
		assert.Equal(t, strings.ToValidUTF8(r.Tool, "\uFFFD"), back.Tool)
	})
}
