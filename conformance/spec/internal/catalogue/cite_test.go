package catalogue

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// book is a small specification of three revisions.
func book() Anchors {
	return Anchors{
		"2025-03-26": {"server/tools": {"tool-names"}, "basic/index": {"meta"}},
		"2025-06-18": {"server/tools": {"tool-names"}, "schema": {"tool"}},
		"2025-11-25": {"server/tools": {"names"}, "schema": {"tool"}},
	}
}

func TestSlug(t *testing.T) {
	for heading, slug := range map[string]string{
		"Tool Names":                         "tool-names",
		"`_meta`":                            "meta",
		"_meta":                              "meta",
		"tasks/get":                          "tasks%2Fget",
		"https://":                           "https%3A%2F%2F",
		"Security & Endpoint":                "security--endpoint",
		"HTTP+SSE Transport (2024-11-05)":    "httpsse-transport-2024-11-05",
		"$ref Resolution":                    "ref-resolution",
		"Example: a [grant](https://x.io)":   "example-a-grant",
		"`notifications/roots/list_changed`": "notifications%2Froots%2Flist_changed",
	} {
		assert.Equal(t, slug, Slug(heading), heading)
	}
}

func TestCiteResolves(t *testing.T) {
	for name, c := range map[string]struct {
		since, until, source string
		want                 []Citation
	}{
		"a page and heading": {"2025-03-26", "2025-06-18", "server/tools.mdx § Tool Names", []Citation{
			{First: "2025-03-26", Last: "2025-06-18", Ref: "server/tools#tool-names", Label: "server/tools § Tool Names"},
		}},
		"an open end": {"2025-06-18", "", "server/tools.mdx § (intro)", []Citation{
			{First: "2025-06-18", Last: "2025-11-25", Ref: "server/tools", Label: "server/tools § (intro)"},
		}},
		"revisions of its own": {"2025-03-26", "2025-11-25", "2025-03-26, 2025-06-18: server/tools.mdx § Tool Names; 2025-11-25: server/tools.mdx § Names", []Citation{
			{First: "2025-03-26", Last: "2025-06-18", Ref: "server/tools#tool-names", Label: "server/tools § Tool Names"},
			{First: "2025-11-25", Last: "2025-11-25", Ref: "server/tools#names", Label: "server/tools § Names"},
		}},
		"a gap": {"2025-03-26", "2025-11-25", "2025-03-26, 2025-11-25: server/tools.mdx § (intro); 2025-06-18: schema/<revision>/schema.ts § Gone", []Citation{
			{First: "2025-03-26", Last: "2025-03-26", Ref: "server/tools", Label: "server/tools § (intro)"},
			{First: "2025-11-25", Last: "2025-11-25", Ref: "server/tools", Label: "server/tools § (intro)"},
			{First: "2025-06-18", Last: "2025-06-18", Label: "schema/<revision>/schema.ts § Gone", Path: "schema/<revision>/schema.ts"},
		}},
		"a schema type, with and without page": {"2025-03-26", "2025-11-25", "schema/<revision>/schema.ts § Tool", []Citation{
			{First: "2025-03-26", Last: "2025-03-26", Label: "schema/<revision>/schema.ts § Tool", Path: "schema/<revision>/schema.ts"},
			{First: "2025-06-18", Last: "2025-11-25", Ref: "schema#tool", Label: "schema/<revision>/schema.ts § Tool", Path: "schema/<revision>/schema.ts"},
		}},
		"the stateless file's form of a schema type": {"2025-11-25", "", "schema.mdx (schema/2025-11-25/schema.ts) § Tool", []Citation{
			{First: "2025-11-25", Last: "2025-11-25", Ref: "schema#tool", Label: "schema/2025-11-25/schema.ts § Tool", Path: "schema/2025-11-25/schema.ts"},
		}},
		"a proposal": {"2025-11-25", "", "../../../seps/1-tasks.md § Polling", []Citation{
			{First: "2025-11-25", Last: "2025-11-25", Label: "seps/1-tasks.md § Polling", Path: "seps/1-tasks.md"},
		}},
		"another document": {"2025-11-25", "", "(outside docs/specification) docs/docs/<revision>/guide.mdx § Theft", []Citation{
			{First: "2025-11-25", Last: "2025-11-25", Label: "docs/docs/<revision>/guide.mdx § Theft", Path: "docs/docs/<revision>/guide.mdx"},
		}},
		"a package": {"2025-11-25", "", "npm @scope/name (types.d.ts) § Meta", []Citation{
			{First: "2025-11-25", Last: "2025-11-25", Label: "npm @scope/name (types.d.ts) § Meta"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := book().Cite(Entry{Since: c.since, Until: c.until, Source: c.source})
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestCiteRefuses(t *testing.T) {
	for name, c := range map[string]struct{ since, until, source, complaint string }{
		"a page that is missing":            {"2025-03-26", "", "2025-03-26: server/tool.mdx § (intro)", "knows no server/tool"},
		"a heading that is missing":         {"2025-03-26", "2025-03-26", "server/tools.mdx § Names", "knows no server/tools#names"},
		"a heading that one revision lacks": {"2025-06-18", "2025-11-25", "server/tools.mdx § Tool Names", "is not in 2025-11-25"},
		"a revision in which nothing binds": {"2025-06-18", "2025-06-18", "2025-03-26, 2025-06-18: server/tools.mdx § Tool Names", "does not bind"},
		"a revision without citation":       {"2025-03-26", "2025-06-18", "2025-03-26: server/tools.mdx § Tool Names", "no citation for 2025-06-18"},
		"a citation without heading":        {"2025-03-26", "2025-03-26", "server/tools.mdx", "lacks"},
		"an unknown form":                   {"2025-03-26", "2025-03-26", "the wiki § Tools", "known forms"},
		"an empty source":                   {"2025-03-26", "2025-03-26", "", "lacks"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := book().Cite(Entry{Since: c.since, Until: c.until, Source: c.source})
			assert.ErrorContains(t, err, c.complaint)
		})
	}
}

func FuzzCite(f *testing.F) {
	f.Add("2025-03-26, 2025-06-18: server/tools.mdx § Tool Names; schema/<revision>/schema.ts § Tool")
	f.Add("../../../seps/1.md § x; npm a § b")
	f.Fuzz(func(t *testing.T, source string) {
		e := Entry{Since: "2025-03-26", Until: "2025-11-25", Source: source}
		citations, err := book().Cite(e)
		if err != nil {
			return
		}
		assert.NotEmpty(t, citations)
		for _, c := range citations {
			assert.LessOrEqual(t, c.First, c.Last)
			assert.NotEmpty(t, c.Label)
		}
	})
}
