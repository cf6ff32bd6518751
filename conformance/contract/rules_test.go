package contract_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/conformance/schema"
)

// proof is a rule shown both ways: from old, the change to new raises it, and the
// one to near does not.
type proof struct {
	rule           string
	old, new, near []string
}

func one(lines ...string) []string { return lines }

// in and out are a tool t with a schema.
func in(schema string) []string { return one(`tool {"name":"t","inputSchema":` + schema + `}`) }
func out(schema string) []string {
	return one(`tool {"name":"t","inputSchema":{"type":"object"},"outputSchema":` + schema + `}`)
}

// property is an object schema with a property p.
func property(schema string) string { return `{"type":"object","properties":{"p":` + schema + `}}` }

func toolOf(members string) []string { return one(`tool {"name":"t",` + members + `}`) }

func proofs() []proof {
	return slices.Concat(serverProofs(), toolProofs(), inputProofs(), outputProofs(), otherProofs())
}

func serverProofs() []proof {
	return []proof{
		{"revision-removed", one("revision 2025-06-18", "revision 2025-11-25"), one("revision 2025-11-25"), one("partial revision", "revision 2025-11-25")},
		{"revision-added", one("revision 2025-06-18"), one("revision 2025-06-18", "revision 2025-11-25"), one("revision 2025-06-18")},
		{"server-renamed", one(`server {"name":"a","version":"1"}`), one(`server {"name":"b","version":"1"}`), one(`server {"name":"a","version":"2"}`)},
		{"server-version-changed", one(`server {"name":"a","version":"1"}`), one(`server {"name":"a","version":"2"}`), one(`server {"name":"b","version":"1"}`)},
		{"server-details-changed", one(`server {"name":"a"}`), one(`server {"name":"a","websiteUrl":"x:y"}`), one(`server {"name":"a","title":"A"}`)},
		{"instructions-changed", one(`instructions {"instructions":"a"}`), one(`instructions {"instructions":"b"}`), one(`instructions {"instructions":"a"}`, `tool {"name":"t"}`)},
		{"capability-removed", one(`capabilities {"tools":{},"logging":{}}`), one(`capabilities {"tools":{}}`), one(`capabilities {"tools":{},"logging":{},"prompts":{}}`)},
		{"capability-added", one(`capabilities {"tools":{}}`), one(`capabilities {"tools":{},"logging":{}}`), one(`capabilities {"tools":{"listChanged":true}}`)},
		{"capability-feature-removed", one(`capabilities {"resources":{"subscribe":true}}`), one(`capabilities {"resources":{"subscribe":false}}`), one(`capabilities {"resources":{"subscribe":true,"listChanged":true}}`)},
		{"notifications-dropped", one(`capabilities {"tools":{"listChanged":true}}`), one(`capabilities {"tools":{}}`), one(`capabilities {"tools":{"listChanged":true},"logging":{}}`)},
		{"capability-feature-added", one(`capabilities {"tools":{}}`), one(`capabilities {"tools":{"listChanged":true}}`), one(`capabilities {"tools":{"listChanged":false}}`)},
		{"capability-settings-changed", one(`capabilities {"experimental":{"x":{"depth":1}}}`), one(`capabilities {"experimental":{"x":{"depth":2}}}`), one(`capabilities {"experimental":{"x":{"depth":1},"y":{}}}`)},
		{"capability-removed", one(`capabilities {"experimental":{"x":{}}}`), one(`capabilities {"experimental":{}}`), one(`capabilities {"experimental":{"x":{}},"extensions":{}}`)},
	}
}

func toolProofs() []proof {
	a := `tool {"name":"a","inputSchema":{"properties":{"q":{"type":"string"}}}}`
	hint := func(name string, value string) []string {
		return toolOf(`"annotations":{"` + name + `":` + value + `}`)
	}
	plain := toolOf(`"inputSchema":{}`)
	return []proof{
		{"tool-removed", one(a), nil, one(a, `tool {"name":"b"}`)},
		{"tool-renamed", one(a), one(`tool {"name":"b","inputSchema":{"properties":{"q":{"type":"string"}}}}`), one(`tool {"name":"b","inputSchema":{"properties":{"r":{"type":"string"}}}}`)},
		{"tool-retired", one(`tool {"name":"a","description":"Deprecated until 2026-10-31: use b."}`), nil, one(`tool {"name":"a","description":"Deprecated until 2026-10-31: use c."}`)},
		{"tool-removed", one(`tool {"name":"a","description":"Deprecated until 2026-12-31: use b."}`), nil, one(`tool {"name":"a"}`)},
		{"tool-added", nil, one(a), one(`prompt {"name":"a"}`)},
		{"tool-version-added", one(a), one(a, `tool {"name":"a_v2"}`), one(a, `tool {"name":"b_v2"}`)},
		{"task-support-narrowed", toolOf(`"execution":{"taskSupport":"optional"}`), toolOf(`"execution":{"taskSupport":"required"}`), toolOf(`"execution":{"taskSupport":"optional"},"title":"x"`)},
		{"task-support-widened", toolOf(`"execution":{"taskSupport":"forbidden"}`), toolOf(`"execution":{"taskSupport":"optional"}`), toolOf(`"title":"x"`)},
		{"read-only-changed", hint("readOnlyHint", "true"), plain, hint("readOnlyHint", `true,"title":"x"`)},
		{"destructive-changed", hint("destructiveHint", "false"), plain, hint("destructiveHint", `false,"title":"x"`)},
		{"idempotent-changed", hint("idempotentHint", "true"), hint("idempotentHint", "false"), hint("idempotentHint", `true,"title":"x"`)},
		{"open-world-changed", hint("openWorldHint", "false"), hint("openWorldHint", "true"), hint("openWorldHint", `false,"title":"x"`)},
		{"annotations-changed", toolOf(`"annotations":{}`), hint("destructiveHint", "true"), hint("destructiveHint", "false")},
	}
}

func inputProofs() []proof {
	narrow := func(rule, old, new, near string) proof {
		return proof{rule, in(property(old)), in(property(new)), in(property(near))}
	}
	closed := `{"type":"object","properties":{"p":{"type":"string"}},"additionalProperties":false}`
	return []proof{
		{"input-required-added", in(property(`{"type":"string"}`)), in(`{"type":"object","properties":{"p":{"type":"string"}},"required":["p"]}`), in(property(`{"type":["string","null"]}`))},
		{"input-argument-removed", in(closed), in(`{"type":"object","properties":{},"additionalProperties":false}`), in(`{"type":"object","properties":{}}`)},
		{"input-argument-ignored", in(`{"type":"object","properties":{"p":{"type":"string"},"q":{}}}`), in(`{"type":"object","properties":{"q":{}}}`), in(`{"type":"object","properties":{"q":{},"p":{}}}`)},
		{"input-argument-retired", in(property(`{"type":"string","deprecated":true}`)), in(`{"type":"object","properties":{}}`), in(property(`{"type":"string"}`))},
		{"input-argument-added", in(`{"type":"object","properties":{}}`), in(property(`{"type":"string"}`)), in(`{"type":"object","properties":{},"title":"x"}`)},
		narrow("input-type-narrowed", `{"type":["string","number"]}`, `{"type":"string"}`, `{"type":["string","number","null"]}`),
		narrow("input-enum-narrowed", `{"enum":["a","b"]}`, `{"enum":["a"]}`, `{"enum":["a","b","c"]}`),
		narrow("input-range-narrowed", `{"type":"integer","minimum":1}`, `{"type":"integer","minimum":2}`, `{"type":"integer","minimum":0}`),
		narrow("input-length-narrowed", `{"type":"string","maxLength":9}`, `{"type":"string","maxLength":8}`, `{"type":"string","maxLength":10}`),
		narrow("input-pattern-changed", `{"type":"string"}`, `{"type":"string","pattern":"^a$"}`, `{"type":"string","title":"x"}`),
		narrow("input-additional-forbidden", `{"type":"object"}`, `{"type":"object","additionalProperties":false}`, `{"type":"object","additionalProperties":true}`),
		narrow("input-items-narrowed", `{"type":"array"}`, `{"type":"array","items":{"type":"string"}}`, `{"type":"array","items":{}}`),
		narrow("input-union-narrowed", `{"anyOf":[{"type":"string"},{"type":"number"}]}`, `{"anyOf":[{"type":"string"}]}`, `{"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]}`),
		{"input-dependency-added", in(`{"type":"object","properties":{"p":{},"q":{}}}`), in(`{"type":"object","properties":{"p":{},"q":{}},"dependentRequired":{"p":["q"]}}`), in(`{"type":"object","properties":{"p":{},"q":{}},"dependentRequired":{}}`)},
		narrow("input-narrowed", `{"type":"string"}`, `false`, `true`),
		narrow("input-unproven", `{"$ref":"https://example.com/a"}`, `{"$ref":"https://example.com/b"}`, `{}`),
		narrow("input-widened", `{"type":"string"}`, `{"type":["string","null"]}`, `{"type":"string","title":"x"}`),
		narrow("input-default-changed", `{"type":"string","default":"a"}`, `{"type":"string","default":"b"}`, `{"type":"string","default":"a","title":"x"}`),
		narrow("input-described-otherwise", `{"type":"string","description":"a"}`, `{"type":"string","description":"b"}`, `{"type":"string","description":"a","title":"x"}`),
	}
}

func outputProofs() []proof {
	widen := func(rule, old, new, near string) proof {
		return proof{rule, out(property(old)), out(property(new)), out(property(near))}
	}
	closed := func(properties string) []string {
		return out(`{"type":"object","properties":` + properties + `,"additionalProperties":false}`)
	}
	required := func(names string) []string {
		return out(`{"type":"object","properties":{"p":{"type":"string"}},"required":[` + names + `]}`)
	}
	return []proof{
		{"output-schema-removed", out(`{"type":"object"}`), in(`{"type":"object"}`), out(`{"type":"object","title":"x"}`)},
		{"output-schema-added", in(`{"type":"object"}`), out(`{"type":"object"}`), in(`{"type":"object","title":"x"}`)},
		{"output-required-removed", required(`"p"`), required(``), out(`{"type":"object","properties":{"p":{"type":"string"}},"required":["p"],"title":"x"}`)},
		{"output-property-added", closed(`{"p":{}}`), closed(`{"p":{},"q":{}}`), closed(`{"p":{"title":"x"}}`)},
		{"output-property-dropped", out(`{"type":"object","properties":{"p":{"type":"string"}}}`), out(`{"type":"object","properties":{}}`), out(`{"type":"object","properties":{"p":{"type":"string"},"q":{}}}`)},
		widen("output-type-widened", `{"type":"string"}`, `{"type":["string","null"]}`, `{"type":"string","title":"x"}`),
		widen("output-enum-widened", `{"enum":["a","b"]}`, `{"enum":["a","b","c"]}`, `{"enum":["a"]}`),
		widen("output-range-widened", `{"type":"integer","minimum":1}`, `{"type":"integer","minimum":0}`, `{"type":"integer","minimum":2}`),
		widen("output-length-widened", `{"type":"string","maxLength":9}`, `{"type":"string","maxLength":10}`, `{"type":"string","maxLength":8}`),
		widen("output-pattern-changed", `{"type":"string","pattern":"^a$"}`, `{"type":"string"}`, `{"type":"string","pattern":"^a$","title":"x"}`),
		widen("output-additional-allowed", `{"type":"object","additionalProperties":false}`, `{"type":"object"}`, `{"type":"object","additionalProperties":false,"title":"x"}`),
		widen("output-items-widened", `{"type":"array","items":{"type":"string"}}`, `{"type":"array"}`, `{"type":"array","items":{"type":"string"},"maxItems":3}`),
		widen("output-union-widened", `{"anyOf":[{"type":"string"}]}`, `{"anyOf":[{"type":"string"},{"type":"number"}]}`, `{"anyOf":[{"type":"string"}],"title":"x"}`),
		widen("output-widened", `false`, `{"type":"string"}`, `false`),
		widen("output-unproven", `{"$ref":"https://example.com/a"}`, `{"$ref":"https://example.com/b"}`, `false`),
		widen("output-narrowed", `{"type":["string","null"]}`, `{"type":"string"}`, `{"type":["string","null"],"title":"x"}`),
		widen("output-described-otherwise", `{"description":"a"}`, `{"description":"b"}`, `{"description":"a","title":"x"}`),
		widen("schema-rewritten", `{"type":"string"}`, `{"type":["string"]}`, `{"type":"string","description":"x"}`),
		{"schema-unreadable", in(`{"type":"object"}`), in(`{"type":"object","$schema":"urn:unknown:dialect"}`), in(`{"type":"object","$schema":"https://json-schema.org/draft/2020-12/schema"}`)},
	}
}

func otherProofs() []proof {
	p := func(arguments string) []string { return one(`prompt {"name":"p","arguments":[` + arguments + `]}`) }
	r := func(members string) []string { return one(`resource {"uri":"a:1",` + members + `}`) }
	gone := func(kind, id string) []proof {
		descriptor := kind + ` {"` + id + `":"x:y"}`
		old := kind + ` {"` + id + `":"x:y","_meta":{"com.acme/deprecated":true}}`
		return []proof{
			{kind + "-removed", one(descriptor), nil, one(descriptor, kind+` {"`+id+`":"x:z"}`)},
			{kind + "-retired", one(old), nil, one(old, kind+` {"`+id+`":"x:z"}`)},
			{kind + "-added", nil, one(descriptor), nil},
		}
	}
	return append(slices.Concat(gone("prompt", "name"), gone("resource", "uri"), gone("template", "uriTemplate")), []proof{
		{"prompt-argument-removed", p(`{"name":"x"}`), p(``), p(`{"name":"x","description":"d"}`)},
		{"prompt-argument-required", p(`{"name":"x"}`), p(`{"name":"x","required":true}`), p(`{"name":"x","required":false}`)},
		{"prompt-argument-required", p(``), p(`{"name":"x","required":true}`), p(`{"name":"x"}`)},
		{"prompt-argument-added", p(``), p(`{"name":"x"}`), p(`{"name":"x","required":true}`)},
		{"prompt-argument-optional", p(`{"name":"x","required":true}`), p(`{"name":"x"}`), p(`{"name":"x","required":true,"title":"X"}`)},
		{"mime-type-changed", r(`"mimeType":"text/plain"`), r(`"mimeType":"text/html"`), r(`"mimeType":"text/plain","size":1`)},
		{"mime-type-told", r(`"size":1`), r(`"size":1,"mimeType":"text/html"`), r(`"size":2`)},
		{"audience-changed", r(`"annotations":{"priority":1}`), r(`"annotations":{"priority":0}`), r(`"annotations":{"priority":1},"size":1`)},
		{"name-changed", r(`"name":"a"`), r(`"name":"b"`), r(`"name":"a","title":"b"`)},
		{"size-changed", r(`"size":1`), r(`"size":2`), r(`"size":1,"title":"b"`)},
		{"deprecated", toolOf(`"description":"Finds."`), toolOf(`"description":"(Deprecated) Finds."`), toolOf(`"description":"Finds what is deprecated."`)},
		{"deprecated", toolOf(`"description":"Finds."`), toolOf(`"description":"Finds. DEPRECATED: use find_all."`), toolOf(`"description":"Finds. It is not deprecated."`)},
		{"description-changed", toolOf(`"description":"a"`), toolOf(`"description":"b"`), toolOf(`"description":"a","title":"b"`)},
		{"title-changed", toolOf(`"title":"a"`), toolOf(`"title":"b"`), toolOf(`"title":"a","description":"b"`)},
		{"icons-changed", toolOf(`"icons":[]`), toolOf(`"icons":[{"src":"data:,"}]`), toolOf(`"icons":[],"title":"b"`)},
		{"meta-changed", toolOf(`"_meta":{"a":1}`), toolOf(`"_meta":{"a":2}`), toolOf(`"_meta":{"a":1},"title":"b"`)},
		{"member-changed", toolOf(`"x-cost":1`), toolOf(`"x-cost":2`), toolOf(`"x-cost":1,"title":"b"`)},
		{"duplicate-name", one(`tool {"name":"t","title":"a"}`), one(`tool {"name":"t","title":"a"}`, `tool {"name":"t","title":"b"}`), one(`tool {"name":"t","title":"b"}`)},
		{"changed-unseen", one(`unseen tool t a`), one(`tool {"name":"t"}`), one(`unseen tool t a`)},
	}...)
}

// formatProofs: that uri is within iri is known; of others nothing is.
func formatProofs() []proof {
	return []proof{
		{"input-format-changed", in(property(`{"type":"string","format":"uri"}`)), in(property(`{"type":"string","format":"email"}`)), in(property(`{"type":"string","format":"iri"}`))},
		{"output-format-changed", out(property(`{"type":"string","format":"iri"}`)), out(property(`{"type":"string","format":"email"}`)), out(property(`{"type":"string","format":"uri"}`))},
	}
}

// TestEveryRuleIsProven: each rule has a change that raises it, and one near it
// that does not.
func TestEveryRuleIsProven(t *testing.T) {
	proven := map[string]bool{}
	for _, p := range append(proofs(), formatProofs()...) {
		t.Run(p.rule, func(t *testing.T) {
			old := snapshot(t, p.old...)
			o := contract.Options{Now: today}
			diff := contract.Compare(old, snapshot(t, p.new...), o)
			assert.Contains(t, rules(diff), "contract/"+p.rule)
			assert.NotContains(t, rules(contract.Compare(old, snapshot(t, p.near...), o)), "contract/"+p.rule, "what is near it does not raise it")
			for _, c := range diff.Changes {
				holdsToBoth(t, c, old, snapshot(t, p.new...))
			}
		})
		proven["contract/"+p.rule] = true
	}
	assert.GreaterOrEqual(t, len(contract.RuleIDs()), 40)
	for _, id := range contract.RuleIDs() {
		assert.True(t, proven[id], "%s is not proven", id)
	}
}

// holdsToBoth checks that the counter-example of a change that breaks a schema is
// taken by one schema and refused by the other, as the rule says.
func holdsToBoth(t *testing.T, c contract.Change, old, new *contract.Snapshot) {
	t.Helper()
	if !c.CounterExample.Exists() {
		return
	}
	member, ok := "inputSchema", [2]bool{true, false}
	switch {
	case c.Category == contract.Result:
		member, ok = "outputSchema", [2]bool{false, true}
	case c.Rule == "contract/input-argument-ignored":
		ok = [2]bool{true, true}
	}
	require.True(t, c.Breaking, c.Rule)
	for i, s := range []*contract.Snapshot{old, new} {
		j := slices.IndexFunc(s.Entries, func(e contract.Entry) bool { return e.Subject() == c.Subject })
		require.GreaterOrEqual(t, j, 0)
		v, err := schema.Compile(s.Entries[j].Descriptor.Get(member).Raw())
		require.NoError(t, err)
		problems, err := v.Validate(c.CounterExample.Raw())
		require.NoError(t, err)
		assert.Equal(t, ok[i], len(problems) == 0, "%s: %s by side %d: %v", c.Rule, c.CounterExample, i, problems)
	}
}

// Every rule says what it is about.
func TestRulesSayWhatTheyAreAbout(t *testing.T) {
	form := regexp.MustCompile(`^contract/[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, r := range contract.Rules() {
		assert.Regexp(t, form, r.ID)
		assert.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
		assert.NotEmpty(t, r.Title, r.ID)
		assert.NotEmpty(t, r.Why, r.ID)
		category, known := contract.ParseCategory(r.Group)
		require.True(t, known, r.ID)
		want := map[contract.Category]conformance.Verdict{contract.Call: conformance.Fail, contract.Result: conformance.Fail, contract.Routing: conformance.Warn, contract.Unknown: conformance.Warn, contract.Meta: conformance.Pass}
		assert.Equal(t, want[category], r.Verdict, r.ID)
		if r.Verdict == conformance.Fail {
			assert.NotEmpty(t, r.Fix, r.ID)
		}
	}
}
