package realtest_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// known expects one warning in two revisions over stdio, and one failure there
// where tools may be called.
func known() expectations {
	both := []mcp.Revision{mcp.Rev20250618, mcp.Rev20251125}
	return expectations{
		Speaks: map[mcp.TransportKind][]mcp.Revision{mcp.Stdio: both},
		Found: []expected{
			{"a/b", conformance.Warn, both, []mcp.TransportKind{mcp.Stdio}, false, "true"},
			{"t/u", conformance.Fail, both[1:], []mcp.TransportKind{mcp.Stdio}, true, "true"},
		},
	}
}

func finding(check string, v conformance.Verdict, r mcp.Revision) conformance.Finding {
	return conformance.Finding{Check: check, Verdict: v, Revision: r, Message: "as seen"}
}

func reported(findings ...conformance.Finding) *conformance.Report {
	return &conformance.Report{Transport: "stdio", Revisions: []mcp.Revision{mcp.Rev20250618, mcp.Rev20251125}, Findings: findings}
}

func TestDifferences(t *testing.T) {
	older, newer := finding("a/b", conformance.Warn, mcp.Rev20250618), finding("a/b", conformance.Warn, mcp.Rev20251125)
	called := finding("t/u", conformance.Fail, mcp.Rev20251125)
	for name, tc := range map[string]struct {
		report *conformance.Report
		invoke bool
		want   []string
	}{
		"as expected":           {report: reported(older, newer, finding("x/y", conformance.Pass, mcp.Rev20251125))},
		"as expected, called":   {report: reported(older, newer, called), invoke: true},
		"one revision is gone":  {report: reported(older, finding("a/b", conformance.Unproven, mcp.Rev20251125)), want: []string{"it came to unproven: as seen"}},
		"the check is gone":     {report: reported(older), want: []string{"expected and not found: warn a/b (2025-11-25, stdio), the check did not run"}},
		"gone, called":          {report: reported(older, newer), invoke: true, want: []string{"expected and not found: fail t/u"}},
		"a new one":             {report: reported(older, newer, finding("x/y", conformance.Warn, mcp.Rev20251125)), want: []string{"unexpected: warn x/y (2025-11-25, stdio): as seen"}},
		"another verdict":       {report: reported(older, finding("a/b", conformance.Fail, mcp.Rev20251125)), want: []string{"expected and not found: warn a/b", "unexpected: fail a/b"}},
		"not called, yet found": {report: reported(older, newer, called), want: []string{"unexpected: fail t/u"}},
		"the judge's trouble":   {report: reported(older, newer, finding("x/y", conformance.Errored, mcp.Rev20251125)), want: []string{"mcpctl's own trouble: error x/y"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := known().differences(tc.report, tc.invoke)
			require.Len(t, got, len(tc.want), got)
			for i, want := range tc.want {
				assert.Contains(t, got[i], want)
			}
		})
	}
}

func TestARevisionMoreIsADifference(t *testing.T) {
	k := known()
	k.Speaks[mcp.Stdio] = k.Speaks[mcp.Stdio][:1]
	r := reported(finding("a/b", conformance.Warn, mcp.Rev20250618), finding("a/b", conformance.Warn, mcp.Rev20251125))
	got := k.differences(r, false)
	require.Len(t, got, 1)
	assert.Contains(t, got[0], "it speaks [2025-06-18 2025-11-25] over stdio")
}

// What was learnt is expected from then on, judged by nobody yet, and survives
// being written.
func TestLearn(t *testing.T) {
	r := reported(finding("a/b", conformance.Warn, mcp.Rev20250618), finding("a/b", conformance.Warn, mcp.Rev20251125),
		finding("x/y", conformance.Fail, mcp.Rev20250618), finding("x/y", conformance.Fail, mcp.Rev20251125))
	k := known()
	k.learn(r, false)
	overHTTP := *r
	overHTTP.Transport = "http"
	k.learn(&overHTTP, false)

	path := filepath.Join(t.TempDir(), "server.yaml")
	require.NoError(t, k.write(path))
	read, err := readExpectations(path)
	require.NoError(t, err)
	assert.Equal(t, k, read)
	assert.Empty(t, read.differences(r, false))
	assert.Empty(t, read.differences(&overHTTP, false))
	require.Len(t, read.Found, 4)
	assert.Equal(t, expected{"x/y", conformance.Fail, read.Speaks[mcp.Stdio], []mcp.TransportKind{mcp.Stdio, mcp.HTTP}, false, "to be looked into: as seen"}, read.Found[3])
}

func TestExpectationsRefuseUnknownKeys(t *testing.T) {
	_, err := readExpectations(filepath.Join("testdata", "bad", "unknown-key.yaml"))
	require.ErrorContains(t, err, "verdikt")
}
