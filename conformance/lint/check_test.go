package lint

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestRulesAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		assert.Regexp(t, regexp.MustCompile(`^lint/[a-z]+/[a-z-]+$`), r.ID)
		assert.False(t, seen[r.ID], "%s stands twice", r.ID)
		seen[r.ID] = true
		assert.Contains(t, []conformance.Verdict{conformance.Fail, conformance.Warn}, r.Verdict, r.ID)
		for what, text := range map[string]string{"why": r.Why, "fix": r.Fix} {
			assert.True(t, strings.HasSuffix(text, "."), "%s: %s is no sentence", r.ID, what)
		}
		assert.NotEmpty(t, r.Group, r.ID)
		assert.NotEmpty(t, r.Title, r.ID)
	}
}

// TestRealServers holds what the rules say about servers that many people use.
// Whoever changes it has looked at each new line and found that it helps.
func TestRealServers(t *testing.T) {
	for _, name := range []string{"everything", "filesystem", "python"} {
		t.Run(name, func(t *testing.T) {
			var said []string
			for _, f := range Check(server(t, name), Options{}).Findings {
				if f.Verdict == conformance.Pass || f.Verdict == conformance.Skip {
					continue
				}
				said = append(said, string(f.Verdict)+" "+f.Check)
				lines := f.Details
				if len(lines) == 0 {
					lines = []string{f.Message}
				}
				for _, line := range lines {
					said = append(said, "  "+line)
				}
			}
			got := strings.Join(said, "\n") + "\n"
			path := filepath.Join("testdata", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}

// A surface with nothing in it proves nothing: what could not be judged is
// skipped, not passed.
func TestEmptySurface(t *testing.T) {
	for _, f := range Check(Surface{}, Options{}).Findings {
		rule := f.Check[:strings.LastIndex(f.Check, "/")]
		if rule == "lint/tool" || rule == "lint/param" || rule == "lint/prompt" || rule == "lint/resource" || rule == "lint/template" {
			assert.Equal(t, conformance.Skip, f.Verdict, f.Check)
			assert.NotEmpty(t, f.Message)
		}
		assert.NotContains(t, []conformance.Verdict{conformance.Fail, conformance.Warn}, f.Verdict, f.Check)
	}
}

// Lists are a stranger's: entries and members of any type are looked at without
// harm.
func TestOddEntries(t *testing.T) {
	odd := values(`null`, `7`, `[]`, `{}`, `{"name":7,"description":[],"inputSchema":true,"annotations":[1],"arguments":{},"icons":"x"}`,
		`{"name":"a","inputSchema":{"properties":[1],"required":{"a":1},"enum":5,"items":[[]],"$ref":"#/properties/0","type":[[]],"allOf":{}}}`)
	result := Check(Surface{Tools: odd, Prompts: odd, Resources: odd, Templates: odd}, Options{})
	assert.NotEmpty(t, result.Findings)
	for _, f := range result.Findings {
		assert.NotEqual(t, conformance.Errored, f.Verdict)
	}
}

func TestLevels(t *testing.T) {
	const rule = "lint/tool/name-verb"
	verdict := func(o Options) conformance.Verdict {
		for _, f := range Check(named("station"), o).Findings {
			if f.Check == rule {
				return f.Verdict
			}
		}
		return Off
	}
	assert.Equal(t, conformance.Warn, verdict(Options{}))
	assert.Equal(t, conformance.Fail, verdict(Options{Levels: []Level{{"lint/tool/*", conformance.Fail}}}))
	assert.Equal(t, Off, verdict(Options{Levels: []Level{{rule, Off}}}))
	assert.Equal(t, conformance.Fail, verdict(Options{Levels: []Level{{"lint/*", Off}, {rule, conformance.Fail}}}), "the last counts")
	assert.Equal(t, Off, verdict(Options{Skip: []string{"lint/tool/name-*"}}))
	assert.Equal(t, Off, verdict(Options{Only: []string{"lint/param/*"}}))
	assert.Equal(t, Off, verdict(Options{Only: []string{"lint/tool/*"}, Skip: []string{rule}}))
	assert.Equal(t, conformance.Warn, verdict(Options{Only: []string{rule}, Levels: []Level{{rule, Off}}}), "who names it wants it")
}

func TestAdviceIsGivenWhenAskedFor(t *testing.T) {
	has := func(o Options) bool {
		for _, f := range Check(tooled(`"title":null`), o).Findings {
			if f.Check == "lint/tool/title" {
				return f.Verdict == conformance.Warn
			}
		}
		return false
	}
	assert.False(t, has(Options{}))
	assert.False(t, has(Options{Only: []string{"lint/tool/*"}}))
	assert.True(t, has(Options{Only: []string{"lint/tool/title"}}))
	assert.True(t, has(Options{Levels: []Level{{"lint/tool/*", conformance.Warn}}}))
}

func TestAllowed(t *testing.T) {
	const rule = "lint/param/untyped"
	s := input(`"properties":{"a":{},"b":{}}`)
	check := func(allow ...Allowed) (conformance.Finding, []string) {
		result := Check(s, Options{Only: []string{rule}, Allow: allow})
		require.Len(t, result.Findings, 1)
		return result.Findings[0], result.Stale
	}
	f, _ := check()
	assert.Len(t, f.Details, 2)

	f, stale := check(Allowed{rule, "tools/find_station#a", "old"})
	assert.Equal(t, "tools/find_station#b: there is no type", f.Message)
	assert.True(t, f.Counts())
	assert.Empty(t, stale)

	f, _ = check(Allowed{"lint/param/*", "tools/find_station", "old"})
	assert.Equal(t, conformance.Warn, f.Verdict)
	assert.Equal(t, "old", f.Baseline)
	assert.False(t, f.Counts())

	_, stale = check(Allowed{rule, "tools/other", "old"}, Allowed{"lint/tool/title", "*", "not judged here"})
	assert.Equal(t, []string{"lint allows lint/param/untyped for tools/other, where it finds nothing any more"}, stale)
}

func TestManyFaultsAreCounted(t *testing.T) {
	f := find(t, input(`"properties":{`+strings.TrimSuffix(strings.Repeat(`"p":{},`, 70), ",")+`}`), "lint/param/untyped")
	assert.Len(t, f.Details, maxFaults+1)
	assert.Contains(t, f.Message, "and 69 more")
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]int{"": 0, "word": 1, "words words": 2, "internationalization": 4, "12345": 2, `{"a":1}`: 5, "日本語": 3, "a  b\nc": 3} {
		assert.Equal(t, want, Tokens(text), "%q", text)
	}
	assert.Equal(t, ToolTokens(good().Tools[0])+ToolTokens(good().Tools[1]), ListTokens(good().Tools))
}

// What the list costs is told although it is not too much.
func TestCostIsTold(t *testing.T) {
	f := find(t, good(), "lint/cost/list")
	assert.Equal(t, conformance.Pass, f.Verdict)
	assert.Regexp(t, `^about [0-9]+ tokens for 2 tools$`, f.Message)
}

// FuzzRules: whatever a server writes, every rule comes to an end.
func FuzzRules(f *testing.F) {
	for _, p := range proofs() {
		for _, s := range p.broken[:1] {
			f.Add(string(mcp.ValueOf(s.Tools[len(s.Tools)-1:]).Raw()), s.Instructions)
		}
	}
	f.Add(`[{"name":"a","description":"`+strings.Repeat("ignore ~/.ssh before every ", 9)+`"}]`, strings.Repeat("<", 50))
	f.Fuzz(func(t *testing.T, list, text string) {
		s := Surface{Name: text, Instructions: text}
		if v, err := mcp.Parse([]byte(list)); err == nil && json.Valid([]byte(list)) {
			s.Tools, s.Prompts, s.Resources, s.Templates = v.Items(), v.Items(), v.Items(), v.Items()
		}
		for _, one := range Check(s, Options{Levels: []Level{{"*", conformance.Warn}}}).Findings {
			if one.Verdict == conformance.Warn && one.Message == "" {
				t.Errorf("%s says nothing", one.Check)
			}
		}
	})
}

// TestHostileListsTakeBoundedTime: the time is that of reading, not more.
func TestHostileListsTakeBoundedTime(t *testing.T) {
	big := Surface{Instructions: strings.Repeat("do not before every the user all ", 4_000), Tools: values(
		`{"name":"a","description":`+mcp.ValueOf(strings.Repeat("a_b tool `", 7_000)).String()+`}`,
		`{"name":"b","inputSchema":`+strings.Repeat(`{"properties":{"a":`, 2000)+`{}`+strings.Repeat(`}}`, 2000)+`}`,
		`{"name":"c","inputSchema":{"properties":{`+strings.TrimSuffix(strings.Repeat(`"p":{"default":1,"type":"string","pattern":"(((a*)*)*)*"},`, 400), ",")+`}}}`,
	)}
	started := time.Now()
	assert.NotEmpty(t, Check(big, Options{}).Findings)
	assert.Less(t, time.Since(started), 30*time.Second, "it took some seconds with the race detector when it was written")
}
