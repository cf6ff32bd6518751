package conformance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

// judged is a report of one broken MUST, one broken SHOULD and one pass.
func judged() *Report {
	r := &Report{
		Transport: "stdio", Revisions: []mcp.Revision{mcp.Rev20251125},
		Findings: []Finding{
			{Check: "tools/names/unique", Revision: mcp.Rev20251125, Transport: "stdio", Verdict: Fail, Message: "two are alike"},
			{Check: "tools/names/length", Revision: mcp.Rev20251125, Transport: "stdio", Verdict: Warn, Message: "too long"},
			{Check: "ping/result/empty", Revision: mcp.Rev20251125, Transport: "stdio", Verdict: Pass},
		},
	}
	r.Tally()
	return r
}

var someDay = time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)

func TestBaselineApply(t *testing.T) {
	tests := map[string]struct {
		entry     Accepted
		wantKnown int
		wantStale string
	}{
		"accepts what it names":           {Accepted{Check: "tools/names/unique", Reason: "known"}, 1, ""},
		"globs over checks":               {Accepted{Check: "tools/*", Reason: "known"}, 2, ""},
		"on its last day":                 {Accepted{Check: "tools/*", Reason: "known", Expires: "2027-01-31"}, 2, ""},
		"after its last day":              {Accepted{Check: "tools/*", Reason: "known", Expires: "2027-01-30"}, 0, "the baseline accepts tools/* until 2027-01-30, which has passed"},
		"names what passes now":           {Accepted{Check: "ping/*", Reason: "known"}, 0, "the baseline accepts ping/*, which is no fail or warn any more"},
		"names what does not exist":       {Accepted{Check: "pong", Reason: "known"}, 0, "the baseline accepts pong, which is no fail or warn any more"},
		"is about another transport":      {Accepted{Check: "tools/*", Transport: "http", Reason: "known"}, 0, ""},
		"is about a revision not judged":  {Accepted{Check: "tools/*", Revision: "2024-11-05", Reason: "known"}, 0, ""},
		"is about the revision judged":    {Accepted{Check: "tools/*", Revision: "2025-11-25", Reason: "known"}, 2, ""},
		"other check, revision as judged": {Accepted{Check: "pong", Revision: "2025-*", Reason: "known"}, 0, "the baseline accepts pong (2025-*), which is no fail or warn any more"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := judged()
			Baseline{Entries: []Accepted{tt.entry}}.Apply(r, someDay)
			assert.Equal(t, tt.wantKnown, r.Known)
			if tt.wantStale == "" {
				assert.Empty(t, r.Stale)
			} else {
				assert.Equal(t, []string{tt.wantStale}, r.Stale)
				assert.Equal(t, Found, r.Outcome(false), "a stale entry fails the run")
			}
		})
	}
}

func TestBaselinePartialRunLeavesOtherEntriesAlone(t *testing.T) {
	r := judged()
	r.Partial = true
	Baseline{Entries: []Accepted{{Check: "resources/read/blob", Reason: "known"}}}.Apply(r, someDay)
	assert.Empty(t, r.Stale)
}

func TestBaselineOutcome(t *testing.T) {
	r := judged()
	require.Equal(t, Found, r.Outcome(false))
	Baseline{Entries: []Accepted{{Check: "tools/names/unique", Reason: "known"}}}.Apply(r, someDay)
	assert.Equal(t, Fine, r.Outcome(false), "the only fail is accepted")
	assert.Equal(t, Found, r.Outcome(true), "the warning counts when strict")
}

func TestReadBaselineRefuses(t *testing.T) {
	tests := map[string]string{
		"accepted: [{reason: x}]":                              "names no check",
		"accepted: [{check: a/b}]":                             "gives no reason",
		"accepted: [{check: a/b, reason: x, expires: soon}]":   `"soon", which is no date`,
		"accepted: [{check: a/b, reason: x, transprot: http}]": "transprot",
		"accepted: 7": "reading the baseline",
	}
	for text, want := range tests {
		_, err := ReadBaseline([]byte(text))
		require.Error(t, err, text)
		assert.ErrorContains(t, err, want)
	}
}

func TestBaselineUpdateIsReadBackAndAcceptsAll(t *testing.T) {
	old := Baseline{Entries: []Accepted{
		{Check: "tools/names/length", Reason: "the names are older than the rule"},
		{Check: "ping/*", Reason: "mended since"},
		{Check: "http/*", Transport: "http", Reason: "of another run"},
	}}
	data, err := old.Update(judged()).Encode()
	require.NoError(t, err)
	got, err := ReadBaseline(data)
	require.NoError(t, err)
	assert.Equal(t, []Accepted{
		{Check: "http/*", Transport: "http", Reason: "of another run"},
		{Check: "tools/names/length", Reason: "the names are older than the rule"},
		{Check: "tools/names/unique", Revision: "2025-11-25", Transport: "stdio", Reason: "to be explained: two are alike"},
	}, got.Entries)
	r := judged()
	got.Apply(r, someDay)
	assert.Equal(t, Fine, r.Outcome(true))
}

func FuzzReadBaseline(f *testing.F) {
	f.Add([]byte("accepted: [{check: a/b, reason: x, expires: 2027-01-01}]"))
	f.Add([]byte("accepted: {"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadBaseline(data)
		if err != nil {
			return
		}
		for _, e := range b.Entries {
			assert.NotEmpty(t, e.Check)
			assert.NotEmpty(t, e.Reason)
		}
		b.Apply(judged(), someDay)
	})
}
