package docgen

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	folder     = "../../docs/checks"
	ruleFolder = "../../docs/rules"
)

// TestPagesAreCurrent compares the committed pages with what the catalogue says
// now, and looks for pages that nothing writes any more.
func TestPagesAreCurrent(t *testing.T) {
	areCurrent(t, folder, Pages())
	areCurrent(t, ruleFolder, RulePages())
	templates, err := TemplatePages(t.Context())
	require.NoError(t, err)
	areCurrent(t, "../../docs/templates", templates)
}

func areCurrent(t *testing.T, folder string, pages map[string]string) {
	t.Helper()
	const mend = "run go generate ./internal/docgen"
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err, mend)
		assert.True(t, string(got) == want, "%s/%s is out of date: %s", folder, name, mend)
	}
	there, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, file := range there {
		assert.Contains(t, pages, file.Name(), "%s/%s belongs to no suite: %s", folder, file.Name(), mend)
	}
}

// TestEveryRuleIsTold: each rule stands once on its suite's page, under an anchor
// of its own that findings lead to.
func TestEveryRuleIsTold(t *testing.T) {
	pages := RulePages()
	seen := map[string]bool{}
	for _, suite := range cli.RuleSuites() {
		assert.Contains(t, pages[Index], "("+suite.ID+".md)")
		for _, r := range suite.Rules {
			assert.True(t, strings.HasPrefix(r.ID, suite.ID+"/"), "%s is not of the suite %s", r.ID, suite.ID)
			assert.Equal(t, 1, strings.Count(pages[suite.ID+".md"], "\n## "+r.ID+"\n"), r.ID)
			assert.Equal(t, 1, strings.Count(pages[suite.ID+".md"], "](#"+anchor(r.ID)+")"), r.ID)
			assert.Equal(t, strings.ReplaceAll(r.ID, "/", ""), anchor(r.ID), "reports lead to another heading")
			assert.False(t, seen[anchor(r.ID)], "%s has the anchor of another rule", r.ID)
			seen[anchor(r.ID)] = true
			for what, text := range map[string]string{"title": r.Title, "group": r.Group, "why": r.Why} {
				assert.NotEmpty(t, text, "%s has no %s", r.ID, what)
			}
		}
	}
	assert.NotEmpty(t, seen)
	assert.Equal(t, pages, RulePages(), "nothing may hang on the order of a map")
}

// TestPagesAreDeterministic: nothing may hang on the order of a map.
func TestPagesAreDeterministic(t *testing.T) {
	assert.Equal(t, Pages(), Pages())
}

// TestEveryCheckIsTold: each check stands once on its suite's page and in the
// index, whose links lead there.
func TestEveryCheckIsTold(t *testing.T) {
	pages := Pages()
	seen := map[string]bool{}
	for _, suite := range checks.All() {
		for _, c := range suite.Checks {
			assert.Equal(t, 1, strings.Count(pages[suite.ID+".md"], "\n## "+c.ID+"\n"), c.ID)
			link := suite.ID + ".md#" + anchor(c.ID)
			assert.Equal(t, 1, strings.Count(pages[Index], "("+link+")"), c.ID)
			assert.False(t, seen[link], "%s has the anchor of another check", c.ID)
			seen[link] = true
			for _, r := range c.Requirements() {
				assert.Contains(t, pages[suite.ID+".md"], "`"+r.ID+"`")
			}
		}
	}
	assert.NotEmpty(t, seen)
}

// TestFencesHold: outside of code blocks no line of an example shows, whatever
// the text has in it.
func TestFencesHold(t *testing.T) {
	for name, page := range Pages() {
		assert.NotContains(t, withoutBlocks(t, page), "→ {", name)
	}
	for _, text := range []string{"plain", "```\n# out", "``````\n<script>", "`", "a\x1b[2J\u202eb"} {
		page := "before\n" + fenced(text) + "after\n"
		assert.Equal(t, "before\nafter\n", withoutBlocks(t, page), "%q", text)
		assert.NotContains(t, page, "\x1b")
		assert.NotContains(t, page, "\u202e")
	}
}

// withoutBlocks takes code blocks out, as CommonMark delimits them.
func withoutBlocks(t *testing.T, page string) string {
	t.Helper()
	opening := regexp.MustCompile("^(`{3,})[^`]*$")
	var out strings.Builder
	fence := ""
	for line := range strings.Lines(page) {
		bare := strings.TrimRight(line, "\n")
		switch {
		case fence == "" && opening.MatchString(bare):
			fence = opening.FindStringSubmatch(bare)[1]
		case fence == "":
			out.WriteString(line)
		case strings.Trim(bare, "`") == "" && len(bare) >= len(fence):
			fence = ""
		}
	}
	require.Empty(t, fence, "a code block does not end")
	return out.String()
}

func TestFolded(t *testing.T) {
	got := folded("Fails", "a </summary><script>\n", "text")
	assert.Equal(t, "<details>\n<summary>Fails: a &lt;/summary&gt;&lt;script&gt;\\n</summary>\n\n```text\ntext\n```\n\n</details>\n", got)
}

func TestInline(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                     "plain",
		"`_meta` and _meta":         "`_meta` and \\_meta",
		"a <b> & *c*":               "a &lt;b&gt; &amp; \\*c\\*",
		"`<id>` of [x]":             "`<id>` of \\[x\\]",
		"one ` alone":               "one \\` alone",
		"`code` and ` alone <b>":    "`code` and \\` alone &lt;b&gt;",
		"two\nlines  of \u202etext": "two lines of \\\\u202etext",
	} {
		assert.Equal(t, want, inline(in), "%q", in)
	}
	assert.Equal(t, `a \| b`, cell("a | b"))
}

func TestAnchor(t *testing.T) {
	assert.Equal(t, "toolsnamesunique-here", anchor("tools/names/unique-here"))
}

// TestNeeds: every word that some check uses has an explanation that is not
// taken from another.
func TestNeeds(t *testing.T) {
	assert.Empty(t, needs(""))
	assert.Equal(t, "the Streamable HTTP transport; the capability `tools`; a server that does not declare `resources.subscribe`",
		needs("http tools no-resources.subscribe"))
	for word := range needWords() {
		assert.NotContains(t, conformance.Facts{}.Missing(word), "does not declare "+word, "the engine takes %q for a capability", word)
	}
}

// TestSpans: revisions and levels are told as runs, and by revision where they
// differ.
func TestSpans(t *testing.T) {
	nothing := conformance.Check{}
	assert.Empty(t, revisions(nothing))
	pinged := conformance.Check{Claims: conformance.Claims{Handshake: []string{"ping.empty-result"}}}
	assert.Equal(t, "2024-11-05 to 2025-11-25", revisions(pinged))
	assert.Equal(t, "must", levels(pinged))
	derived := conformance.Check{Claims: conformance.Claims{Handshake: []string{"ping.before-initialized"}}}
	assert.Equal(t, "should", levels(derived))
	mixed := conformance.Check{Claims: conformance.Claims{Handshake: derived.Claims.Handshake, Stateless: []string{"base.jsonrpc.version-field"}}}
	assert.Equal(t, "must (2026-07-28), should (2024-11-05 to 2025-11-25)", levels(mixed))
	assert.Equal(t, "2024-11-05, 2025-06-18 to 2025-11-25", where(func(r mcp.Revision) bool {
		return r != mcp.Rev20250326 && r.Era() == mcp.Handshake
	}))
}
