package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/report"
	"github.com/mcpctl/mcpctl/mcp"
)

func text(t *testing.T, r *conformance.Report, o report.Options) string {
	t.Helper()
	return string(written(t, format(t, "text"), r, o))
}

// One root cause is one block, however many revisions it shows in.
func TestOneBlockForOneRootCause(t *testing.T) {
	r := empty()
	r.Revisions = mcp.Timeline()
	for i, rev := range r.Revisions[:4] {
		r.Findings = append(r.Findings, finding("tools/names/unique", "names are unique", rev, conformance.Fail, fmt.Sprintf("request %d names a tool twice", 10+i)))
	}
	r.Findings = append(r.Findings, finding("tools/names/unique", "names are unique", mcp.Rev20260728, conformance.Fail, "another cause altogether"))
	r.Tally()
	out := text(t, r, report.Options{Width: 120})
	assert.Equal(t, 2, strings.Count(out, "✗ names are unique"))
	assert.Contains(t, out, "in 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25\n")
	assert.Contains(t, out, "request 13 names", "the newest revision speaks for all")
	assert.Contains(t, out, "2 broken MUSTs")
	assert.Equal(t, 2, strings.Count(string(written(t, format(t, "sarif"), r, report.Options{})), `"ruleIndex"`))
	assert.Equal(t, 2, strings.Count(string(written(t, format(t, "github"), r, report.Options{})), "::error"))
	assert.Equal(t, 2, strings.Count(string(written(t, format(t, "html"), r, report.Options{})), "<article"))
}

// Colours are paint only: without them the same words stand in the same place.
func TestColourChangesNoWord(t *testing.T) {
	paint := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for name, r := range reports() {
		painted := text(t, r, report.Options{Color: true, Verbose: true})
		assert.Equal(t, text(t, r, report.Options{Verbose: true}), paint.ReplaceAllString(painted, ""), name)
		assert.Contains(t, painted, "\x1b[", name)
	}
}

// Only a word that cannot be broken, such as a link, may stand out.
func TestTextKeepsItsWidth(t *testing.T) {
	label := regexp.MustCompile(`^\s*(rule|target)\s`)
	for _, width := range []int{40, 60, 80, 120} {
		for line := range strings.Lines(text(t, findings(), report.Options{Width: width, Verbose: true})) {
			line = strings.TrimRight(line, "\n")
			if utf8.RuneCountInString(line) > width {
				assert.Len(t, strings.Fields(label.ReplaceAllString(line, "")), 1, "%d: %s", width, line)
			}
		}
	}
}

func TestGreenRunIsShort(t *testing.T) {
	assert.Less(t, strings.Count(text(t, green(), report.Options{}), "\n"), 16)
}

// What was not proven, was accepted or went wrong with us is never green.
func TestHeadlines(t *testing.T) {
	one := func(v conformance.Verdict) *conformance.Report {
		r := green()
		r.Findings[0].Verdict = v
		r.Tally()
		return r
	}
	accepted := one(conformance.Fail)
	accepted.Findings[0].Baseline = "known"
	stale, interrupted := green(), green()
	stale.Stale, interrupted.Interrupted = []string{"x"}, true
	tests := []struct {
		report *conformance.Report
		strict bool
		want   string
	}{
		{green(), false, "✓ conformant\n"},
		{one(conformance.Fail), false, "✗ not conformant: 1 broken MUST\n"},
		{one(conformance.Warn), false, "! conformant, with 1 warning\n"},
		{one(conformance.Warn), true, "✗ not conformant when strict: 1 warning\n"},
		{one(conformance.Errored), false, "E undecided: 1 check could not be carried out\n"},
		{one(conformance.Unproven), false, "✓ conformant in all that could be observed\n"},
		{accepted, false, "✓ conformant but for what was accepted\n"},
		{stale, false, "✗ what is accepted needs care: 1 stale entry\n"},
		{interrupted, false, "E interrupted: nothing wrong so far\n"},
		{empty(), false, "? nothing was proven\n"},
	}
	for _, test := range tests {
		assert.Contains(t, text(t, test.report, report.Options{Strict: test.strict}), "\n"+test.want)
	}
}

// A page that a browser opens at once, whatever was found.
func TestHTMLStaysBelowOneMegabyte(t *testing.T) {
	allFail := many(2000, 1)
	for i := range allFail.Findings {
		f := &allFail.Findings[i]
		f.Check, f.Verdict = fmt.Sprintf("suite-%d/subject/rule-%d", i%40, i), conformance.Fail
		f.Message = strings.Repeat(`<"&'>`, 1000)
		f.Evidence[0].Text = strings.Repeat(`"`, 4096)
	}
	allFail.Tally()
	for name, r := range map[string]*conformance.Report{"some fail": many(2000, 20), "all fail": allFail, "none proven": many(2000, 4)} {
		out := string(written(t, format(t, "html"), r, report.Options{}))
		assert.Less(t, len(out), 1<<20, name)
		assert.Contains(t, out, "<article", name)
	}
	out := string(written(t, format(t, "html"), allFail, report.Options{}))
	assert.Regexp(t, `\d+ more of them are in the tables below only`, out)
}

// The page may load, run and send nothing.
func TestHTMLNeedsNothingElse(t *testing.T) {
	out := string(written(t, format(t, "html"), findings(), report.Options{}))
	assert.Contains(t, out, `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-`)
	assert.NotRegexp(t, `(?i)<(script|link|img|iframe|object|form)|\bsrc=|url\(|@import|\sstyle=`, out)
}

// Every link within the page leads somewhere.
func TestHTMLAnchorsExist(t *testing.T) {
	for name, r := range reports() {
		out := string(written(t, format(t, "html"), r, report.Options{}))
		for _, link := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(out, -1) {
			require.Contains(t, out, ` id="`+link[1]+`"`, name)
		}
	}
}

func TestMarkdownCountsWhatHasNoRoom(t *testing.T) {
	r := many(2000, 1)
	for i := range r.Findings {
		r.Findings[i].Verdict, r.Findings[i].Message = conformance.Fail, strings.Repeat(fmt.Sprint("word", string(rune('a'+i%26)), " "), 1000)
		r.Findings[i].Check += strings.Repeat("x", i%7)
	}
	r.Tally()
	out := string(written(t, format(t, "markdown"), r, report.Options{}))
	assert.LessOrEqual(t, len(out), 1<<20)
	assert.Regexp(t, `> \d+ findings left out here`, out)
	validMarkdown(t, out)
}

func TestGitHubStopsAtFifty(t *testing.T) {
	r := empty()
	for i := range 60 {
		r.Findings = append(r.Findings, finding(fmt.Sprintf("tools/rule/%c%c", 'a'+i/26, 'a'+i%26), "a rule", mcp.Rev20251125, conformance.Fail, "broken"))
	}
	r.Tally()
	lines := strings.Split(strings.TrimSpace(string(written(t, format(t, "github"), r, report.Options{}))), "\n")
	require.Len(t, lines, 51)
	assert.Contains(t, lines[50], "10 annotations left out here")
}

// Data and properties are escaped so that the runner gives back the text.
func TestGitHubEscapes(t *testing.T) {
	r := empty()
	r.Findings = []conformance.Finding{finding("tools/a,b:c", "100% sure", mcp.Rev20251125, conformance.Fail, "one\ntwo::three")}
	r.Tally()
	first, _, _ := strings.Cut(string(written(t, format(t, "github"), r, report.Options{})), "\n")
	assert.Equal(t, `::error title=tools/a%2Cb%3Ac in 2025-11-25::100%25 sure: one\ntwo::three`, first)
}

// Blocked findings are counted under what they hang on in the end, and a
// circle does not hang us.
func TestBlockedNamesTheRoot(t *testing.T) {
	r := empty()
	for check, by := range map[string]string{"a/b/c": "x/y/z", "a/b/d": "a/b/c", "l/m/n": "o/p/q", "o/p/q": "l/m/n"} {
		f := finding(check, "a rule", mcp.Rev20251125, conformance.Blocked, "waits")
		f.BlockedBy = by
		r.Findings = append(r.Findings, f)
	}
	r.Tally()
	out := text(t, r, report.Options{})
	assert.Contains(t, out, "2 checks blocked by x/y/z\n")
	assert.Contains(t, out, " blocked by ")
}
