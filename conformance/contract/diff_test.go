package contract_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// mixed is a diff with changes of all categories.
func mixed(t *testing.T, o contract.Options) *contract.Diff {
	old := snapshot(t, "revision 2025-06-18", "revision 2025-11-25", `server {"name":"acme","version":"1.4.2"}`,
		`tool {"name":"search","description":"Finds.","inputSchema":{"type":"object","properties":{"q":{"type":"string"},"limit":{"type":"integer","maximum":100}},"required":["q"]}}`,
		`tool {"name":"old_a"}`, `tool {"name":"old_b"}`, `resource {"uri":"a:1","mimeType":"text/plain"}`,
		`tool {"name":"spare","x-cost":1}`)
	now := snapshot(t, "revision 2025-06-18", "revision 2025-11-25", `server {"name":"acme","version":"1.5.0"}`,
		"tool {\"name\":\"search\",\"description\":\"Finds | \\u202e@everyone `x`.\",\"title\":\"Search\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\"},\"limit\":{\"type\":\"integer\",\"maximum\":50}},\"required\":[\"query\"]}}",
		`resource {"uri":"a:1","mimeType":"text/html"}`, `tool {"name":"spare","x-cost":2}`)
	o.Now = today
	d := contract.Compare(old, now, o)
	d.Old.Source, d.New.Source = "contract.json", "https://example.com/mcp"
	return d
}

func TestReports(t *testing.T) {
	d := mixed(t, contract.Options{Ignore: []contract.Ignore{{Rule: "tool-removed", Subject: "tools/old_b", Reason: "nobody called it", Until: "2026-12-31"}}})
	for name, write := range map[string]func(*bytes.Buffer) error{
		"diff.txt": func(b *bytes.Buffer) error { return d.WriteText(b, contract.TextOptions{Failing: contract.Failing()}) },
		"diff.verbose.txt": func(b *bytes.Buffer) error {
			return d.WriteText(b, contract.TextOptions{Failing: contract.Failing(), Verbose: true, Color: true})
		},
		"diff.md":   func(b *bytes.Buffer) error { return d.WriteMarkdown(b, contract.Failing()) },
		"diff.json": func(b *bytes.Buffer) error { return d.WriteJSON(b) },
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, write(&out))
			file := filepath.Join("testdata", name)
			if *update {
				require.NoError(t, os.WriteFile(file, out.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), out.String())
			assert.NotContains(t, out.String(), "\u202e")
		})
	}
}

// The published schema describes what is written, and refuses what is not.
func TestTheDiffIsAsItsSchemaSays(t *testing.T) {
	raw, err := os.ReadFile("../../docs/diff.schema.json")
	require.NoError(t, err)
	v, err := schema.Compile(raw)
	require.NoError(t, err)
	for _, d := range []*contract.Diff{mixed(t, contract.Options{}), contract.Compare(snapshot(t), snapshot(t), contract.Options{Now: today}),
		mixed(t, contract.Options{Ignore: []contract.Ignore{{Rule: "*", Reason: "all"}, {Rule: "tool-added", Reason: "stale"}}})} {
		var out bytes.Buffer
		require.NoError(t, d.WriteJSON(&out))
		problems, err := v.Validate(out.Bytes())
		require.NoError(t, err)
		assert.Empty(t, problems)
		// Everything that a schema can miss: each member is described.
		var shape struct{ Properties map[string]any }
		require.NoError(t, json.Unmarshal(raw, &shape))
		var written map[string]any
		require.NoError(t, json.Unmarshal(out.Bytes(), &written))
		for name := range written {
			assert.Contains(t, shape.Properties, name)
		}
	}
	for _, spoilt := range []string{`{}`, `{"schema":"mcpctl.diff/v1","changes":[{}],"semver":"major"}`} {
		problems, err := v.Validate([]byte(spoilt))
		require.NoError(t, err)
		assert.NotEmpty(t, problems)
	}
}

// Findings stand for changes: one a rule and revision, failing as asked.
func TestFindings(t *testing.T) {
	d := mixed(t, contract.Options{Ignore: []contract.Ignore{{Rule: "mime-type-changed", Reason: "wanted"}}})
	verdicts := map[string]conformance.Finding{}
	for _, f := range d.Findings() {
		if f.Revision == mcp.Rev20251125 {
			_, twice := verdicts[f.Check]
			assert.False(t, twice, f.Check)
			verdicts[f.Check] = f
		}
	}
	assert.Equal(t, conformance.Fail, verdicts["contract/tool-removed"].Verdict)
	assert.Equal(t, []string{"tools/old_a: it is gone", "tools/old_b: it is gone"}, verdicts["contract/tool-removed"].Details)
	assert.Equal(t, "tools/old_a: it is gone (and 1 more)", verdicts["contract/tool-removed"].Message)
	assert.Contains(t, verdicts["contract/input-range-narrowed"].Message, `a call that worked: {`)
	assert.Equal(t, "wanted", verdicts["contract/mime-type-changed"].Baseline)
	assert.Equal(t, conformance.Warn, verdicts["contract/description-changed"].Verdict)
	assert.Equal(t, conformance.Warn, verdicts["contract/member-changed"].Verdict)
	assert.Equal(t, conformance.Pass, verdicts["contract/title-changed"].Verdict)
	assert.NotContains(t, verdicts, "contract/kept")
	r := d.Report(conformance.Tool{Name: "mcpctl", Version: "1"}, contract.Failing())
	assert.Equal(t, conformance.Found, r.Outcome(false))

	kept := contract.Compare(snapshot(t), snapshot(t), contract.Options{Now: today})
	require.Len(t, kept.Findings(), 1)
	assert.Equal(t, conformance.Pass, kept.Findings()[0].Verdict)
	titled := contract.Compare(snapshot(t, `tool {"name":"t"}`), snapshot(t, `tool {"name":"t","title":"T"}`), contract.Options{Now: today})
	assert.Equal(t, conformance.Fine, titled.Report(conformance.Tool{}, contract.Failing()).Outcome(true))
	assert.Equal(t, conformance.Found, titled.Report(conformance.Tool{}, []contract.Category{contract.Meta}).Outcome(false))
}

func TestIgnoreRules(t *testing.T) {
	removed := func(i ...contract.Ignore) *contract.Diff {
		return contract.Compare(snapshot(t, `tool {"name":"a"}`, `tool {"name":"b"}`), snapshot(t, `tool {"name":"b"}`), contract.Options{Ignore: i, Now: today})
	}
	for _, c := range []struct {
		name   string
		ignore contract.Ignore
		breaks bool
		stale  string
	}{
		{"by name", contract.Ignore{Rule: "contract/tool-removed", Subject: "tools/a", Reason: "r"}, false, ""},
		{"by globs, until today", contract.Ignore{Rule: "tool-*", Subject: "tools/*", Reason: "r", Until: "2026-11-21"}, false, ""},
		{"expired", contract.Ignore{Rule: "tool-removed", Reason: "r", Until: "2026-11-20"}, true, "tool-removed: expired on 2026-11-20 (r)"},
		{"of another", contract.Ignore{Rule: "tool-removed", Subject: "tools/c", Reason: "r"}, true, "tool-removed for tools/c: there is no such change (r)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, c.ignore.Check())
			d := removed(c.ignore)
			assert.Equal(t, c.breaks, d.Breaking())
			if c.stale != "" {
				assert.Equal(t, []string{c.stale}, d.Stale)
				return
			}
			assert.Empty(t, d.Stale)
			assert.Equal(t, contract.None, d.Advice.Needed)
		})
	}
	for want, bad := range map[string]contract.Ignore{
		"names no rule": {Reason: "r"}, "gives no reason": {Rule: "tool-removed"},
		`no rule is called "tool-remvoed"`: {Rule: "tool-remvoed", Reason: "r"}, "no day": {Rule: "tool-removed", Reason: "r", Until: "soon"},
	} {
		assert.ErrorContains(t, bad.Check(), want)
	}
}

func TestAdvice(t *testing.T) {
	tools := map[contract.Bump]string{contract.Major: `tool {"name":"x"}`, contract.Minor: `tool {"name":"a"}`, contract.Patch: `tool {"name":"a","title":"A"}`}
	for _, c := range []struct {
		needed   contract.Bump
		from, to string
		made     contract.Bump
		enough   bool
		message  string
	}{
		{contract.Major, "1.4.2", "2.0.0", contract.Major, true, "The changes ask for a major version; from 1.4.2 to 2.0.0 is a major one."},
		{contract.Major, "1.4.2", "1.5.0", contract.Minor, false, "The changes ask for a major version, but from 1.4.2 to 1.5.0 is a minor one: too small."},
		{contract.Major, "0.4.2", "0.5.0", contract.Minor, true, "The changes ask for a major version; from 0.4.2 to 0.5.0 is a minor one."},
		{contract.Patch, "1.0.0", "1.0.0", contract.None, false, "The changes ask for a patch version, but the version is still 1.0.0: too small."},
		{contract.Patch, "1.0.0", "1.0.1", contract.Patch, true, "The changes ask for a patch version; from 1.0.0 to 1.0.1 is a patch one."},
		{contract.Major, "2.0.0", "1.0.0", contract.None, false, "The changes ask for a major version, and the version went back from 2.0.0 to 1.0.0."},
		{contract.Major, "2025.8.1", "2025.9.1", "", true, "The changes ask for a major version; the server's own version is a date, which promises nothing."},
		{contract.Major, "one", "two", "", true, "The changes ask for a major version; the server's own versions are none of semantic versioning."},
	} {
		t.Run(c.from+" "+c.to, func(t *testing.T) {
			versioned := func(v, tool string) *contract.Snapshot {
				return snapshot(t, `server {"name":"s","version":"`+v+`"}`, tool)
			}
			a := contract.Compare(versioned(c.from, `tool {"name":"a"}`), versioned(c.to, tools[c.needed]), contract.Options{Now: today}).Advice
			assert.Equal(t, contract.Advice{Needed: c.needed, Made: c.made, Enough: c.enough, Message: c.message}, a)
		})
	}
	nothing := contract.Compare(snapshot(t), snapshot(t), contract.Options{Now: today}).Advice
	assert.True(t, nothing.Enough)
	assert.Equal(t, contract.None, nothing.Needed)
}

// A change in one revision only says in which; the same in all says nothing.
func TestRevisionsOfChanges(t *testing.T) {
	both := []string{"revision 2025-06-18", "revision 2025-11-25"}
	server := snapshot(t, append(both, `tool {"name":"t"}`)...)
	part := snapshot(t, both...)
	part.Entries = append(part.Entries, server.Entries...)
	part.Entries[0].Revisions = []mcp.Revision{mcp.Rev20250618}
	d := contract.Compare(server, part, contract.Options{Now: today})
	require.Equal(t, []string{"contract/tool-removed"}, rules(d))
	assert.Equal(t, []mcp.Revision{mcp.Rev20251125}, d.Changes[0].Revisions)
	d = contract.Compare(server, snapshot(t, both...), contract.Options{Now: today})
	assert.Empty(t, d.Changes[0].Revisions)

	apart := contract.Compare(snapshot(t, "revision 2024-11-05", `tool {"name":"t"}`), snapshot(t, "revision 2026-07-28"), contract.Options{Now: today})
	assert.Equal(t, []string{"contract/revision-removed", "contract/tool-removed", "contract/revision-added"}, rules(apart))
	assert.Contains(t, apart.Notes[0], "No revision is in both")
}

// Pieces are weighed alone too, for who shows two descriptors side by side.
func TestDescriptorsAlone(t *testing.T) {
	a, b := mcp.MustParse(`{"name":"t","title":"a"}`), mcp.MustParse(`{"name":"t","title":"b"}`)
	ids := func(all []contract.Change) (out []string) {
		for _, c := range all {
			out = append(out, c.Rule)
		}
		return out
	}
	assert.Empty(t, contract.Descriptors(contract.Tool, a, a))
	assert.Equal(t, []string{"contract/title-changed"}, ids(contract.Descriptors(contract.Tool, a, b)))
	assert.Equal(t, []string{"contract/tool-removed"}, ids(contract.Descriptors(contract.Tool, a, mcp.Value{})))
	assert.Equal(t, []string{"contract/tool-added"}, ids(contract.Descriptors(contract.Tool, mcp.Value{}, b)))
	dropped := contract.Capability(mcp.MustParse(`{"listChanged":true}`), mcp.MustParse(`{}`))
	assert.Equal(t, []string{"contract/notifications-dropped"}, ids(dropped))
	assert.Equal(t, "listChanged", dropped[0].Path)
	assert.Equal(t, []string{"contract/capability-removed"}, ids(contract.Capability(mcp.MustParse(`{}`), mcp.Value{})))
	assert.Empty(t, contract.Capability(mcp.Value{}, mcp.Value{}))
}
