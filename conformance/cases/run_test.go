package cases_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/cases"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// file reads cases that must be right.
func file(t *testing.T, text string) *cases.File {
	t.Helper()
	f, err := cases.Parse(filepath.Join(t.TempDir(), "some cases.yaml"), []byte(text))
	require.NoError(t, err)
	return f
}

// one is a file of one case made of steps.
func one(steps string) string {
	return "cases:\n- name: one\n  steps:\n" + indent(steps, "  ")
}

func indent(text, by string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		out.WriteString(by + line)
	}
	return out.String()
}

func options(kind mcp.TransportKind, revisions ...mcp.Revision) cases.Options {
	return cases.Options{Revisions: revisions, Transport: kind, Timeout: 5 * time.Second, Redact: redact.New()}
}

// TestStepsAndExpectations: each step and expectation passes where it should and
// breaks where it should, in both eras and over all transports.
func TestStepsAndExpectations(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
		target := mcptest.New().Target(t, kind)
		for _, revision := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
			if kind == mcp.SSE && revision.Era() == mcp.Stateless {
				continue // which has no such transport
			}
			t.Run(fmt.Sprintf("%s %s", kind, revision), func(t *testing.T) {
				t.Parallel()
				for name, tc := range bothWays {
					if tc.only != "" && tc.only != revision {
						continue
					}
					for _, steps := range []string{tc.passes, tc.breaks} {
						if steps == "" {
							continue
						}
						o := options(kind, revision)
						if tc.quick {
							o.Timeout = 100 * time.Millisecond
						}
						found := cases.NewPlan([]*cases.File{file(t, one(steps))}, o).Run(t.Context(), target, nil)
						require.Len(t, found, 1)
						f := found[0]
						if steps == tc.passes {
							assert.Equal(t, conformance.Pass, f.Verdict, "%s: %s\n%s", name, f.Message, strings.Join(f.Details, "\n"))
						} else {
							assert.Equal(t, conformance.Fail, f.Verdict, "%s\n%s", name, steps)
							assert.Regexp(t, tc.why, f.Message+"\n"+strings.Join(f.Details, "\n"), name)
							assert.Contains(t, f.Fix, "some cases.yaml:2", name)
						}
						assert.Equal(t, "cases/some-cases/one", f.Check)
						assert.NotEmpty(t, f.Evidence, name)
					}
				}
			})
		}
	}
}

// TestMatchers: each matcher takes what it should and refuses what it should.
func TestMatchers(t *testing.T) {
	target := mcptest.New().Target(t, mcp.HTTP)
	for _, tc := range matchings {
		for expected, passes := range map[string]bool{tc.takes: true, tc.refuses: false} {
			steps := "- call: echo\n  arguments: {text: " + tc.text + "}\n  expect: {result: {structuredContent: {text: " + expected + "}}}"
			if tc.whole {
				steps = "- call: add\n  arguments: {a: 1, b: 2}\n  expect: {result: " + expected + "}"
			}
			found := cases.NewPlan([]*cases.File{file(t, one(steps))}, options(mcp.HTTP, mcp.Rev20251125)).Run(t.Context(), target, nil)
			require.Len(t, found, 1)
			text := found[0].Message + "\n" + strings.Join(found[0].Details, "\n")
			if passes {
				assert.Equal(t, conformance.Pass, found[0].Verdict, "%s: %s", expected, text)
				continue
			}
			assert.Equal(t, conformance.Fail, found[0].Verdict, expected)
			assert.Regexp(t, tc.why, text, expected)
		}
	}
}

func TestTablesCapturesAndTeardown(t *testing.T) {
	target := mcptest.New().Target(t, mcp.HTTP)
	f := file(t, `
cases:
  - name: Adds, two numbers!
    revision: [2025-11-25, 2026-07-28]
    table: [{a: 1, b: 2, sum: 3}, {a: 2.5, b: -1, sum: 1.5}, {a: 1, b: 1, sum: 3}]
    steps:
      - call: add
        arguments: {a: "{{a}}", b: "{{b}}"}
        expect: {result: {structuredContent: {sum: "{{sum}}"}}}
  - name: makes a handle
    setup:
      - call: handle
        capture: {text: "$.content[0].text", first: "$.content[*].type"}
    steps:
      - call: echo
        arguments: {text: "got {{text}} in {{revision}} over {{transport}}, \\{{text}}, {{first}}"}
        expect: {result: {$jsonpath: {$.structuredContent.text: {$regex: '^got .+ in {{revision}} over http, \{\{text\}\}, \["text"\]$'}}}}
        capture: {sent: "$..text"}
  - name: tears down
    steps:
      - call: echo
        arguments: {text: x}
        expect: {result: {content: []}}
      - call: echo
        arguments: {text: y}
        capture: {never: $.content}
    teardown:
      - call: change
        arguments: {what: tools, name: torn}
      - call: echo
        arguments: {text: "{{never}}"}
  - name: was torn down
    revision: 2025-11-25
    steps:
      - list: tools
        expect: {result: {tools: {$contains: {name: torn}}}}
`)
	plan := cases.NewPlan([]*cases.File{f}, options(mcp.HTTP, mcp.Rev20251125))
	var told int
	found := plan.Run(t.Context(), target, func(done, total int, _ conformance.Finding) {
		told++
		assert.Equal(t, told, done)
		assert.Equal(t, 6, total)
	})
	got := map[string]conformance.Finding{}
	for _, f := range found {
		got[f.Check] = f
	}
	verdicts := map[string]conformance.Verdict{}
	for id, f := range got {
		verdicts[id] = f.Verdict
	}
	assert.Equal(t, map[string]conformance.Verdict{
		"cases/some-cases/adds-two-numbers/1": conformance.Pass, "cases/some-cases/adds-two-numbers/2": conformance.Pass,
		"cases/some-cases/adds-two-numbers/3": conformance.Fail, "cases/some-cases/makes-a-handle": conformance.Pass,
		"cases/some-cases/tears-down": conformance.Fail, "cases/some-cases/was-torn-down": conformance.Pass,
	}, verdicts, "%v", got["cases/some-cases/makes-a-handle"])
	third := got["cases/some-cases/adds-two-numbers/3"]
	assert.Equal(t, "Adds, two numbers! (a=1, b=1, sum=3)", third.Title)
	assert.Equal(t, "step 1 (call add): $.structuredContent.sum: expected 3, got 2", third.Message)
	assert.Equal(t, mcp.Rev20251125, third.Revision)
	assert.Equal(t, "http", third.Transport)
	assert.Contains(t, got["cases/some-cases/tears-down"].Message, "step 1 (call echo): $.content: expected 0 elements, [], got 1")
	require.NotEmpty(t, got["cases/some-cases/tears-down"].Evidence)
	assert.Contains(t, got["cases/some-cases/tears-down"].Evidence[0].Text, `"x"`, "the evidence is of the step that failed, not of teardown")
}

// TestWhereCasesRun: revisions, transports, globs and reasons.
func TestWhereCasesRun(t *testing.T) {
	f := file(t, `
cases:
  - {name: all, steps: [{request: ping}]}
  - {name: old, revision: 2024-11-05, steps: [{request: ping}]}
  - {name: web, transport: [http, sse], steps: [{request: ping}]}
  - {name: later, skip: not yet, table: [{a: 1}, {a: 2}], steps: [{request: ping}]}
`)
	plan := cases.NewPlan([]*cases.File{f}, options(mcp.Stdio, mcp.Rev20250618, mcp.Rev20251125))
	var all []string
	for _, r := range plan.Runs {
		all = append(all, fmt.Sprintf("%s %s %s", strings.TrimPrefix(r.ID, "cases/some-cases/"), r.Revision, r.Skip))
	}
	assert.Equal(t, []string{
		"all 2025-06-18 ", "all 2025-11-25 ", "old 2024-11-05 it is for [2024-11-05], of which none is judged here",
		"web 2025-06-18 it is for [http sse], and the server is spoken to over stdio", "web 2025-11-25 it is for [http sse], and the server is spoken to over stdio",
		"later/1 2025-06-18 not yet", "later/2 2025-06-18 not yet", "later/1 2025-11-25 not yet", "later/2 2025-11-25 not yet",
	}, all)
	o := options(mcp.Stdio, mcp.Rev20251125)
	o.Check, o.Skip = []string{"cases/*/later/*"}, []string{"*/2"}
	plan = cases.NewPlan([]*cases.File{f}, o)
	require.Len(t, plan.Runs, 1)
	found := plan.Run(t.Context(), mcp.Target{}, nil)
	assert.Equal(t, conformance.Skip, found[0].Verdict)
	assert.Equal(t, "not yet", found[0].Message)
}

// TestTrouble: what is no server's fault is no failure, secrets stay secret and
// what was interrupted says so.
func TestTrouble(t *testing.T) {
	f := file(t, "cases: [{name: one, steps: [{call: echo, arguments: {text: CANARY-123}, expect: {result: {content: []}}}]}]")
	o := options(mcp.HTTP, mcp.Rev20251125)
	found := cases.NewPlan([]*cases.File{f}, o).Run(t.Context(), mcp.Target{URL: "http://127.0.0.1:1/mcp"}, nil)
	assert.Equal(t, conformance.Errored, found[0].Verdict)
	assert.Contains(t, found[0].Message, "opening a session")

	s := mcptest.New()
	s.Faults = mcptest.Ignore("tools/call")
	o.Timeout, o.Redact = 50*time.Millisecond, redact.New("CANARY-123")
	began := time.Now()
	found = cases.NewPlan([]*cases.File{f}, o).Run(t.Context(), s.Target(t, mcp.Stdio), nil)
	assert.Equal(t, conformance.Fail, found[0].Verdict)
	assert.Contains(t, found[0].Message, "did not answer tools/call within 50ms")
	assert.Less(t, time.Since(began), 5*time.Second)

	o.Timeout = 5 * time.Second
	found = cases.NewPlan([]*cases.File{f}, o).Run(t.Context(), mcptest.New().Target(t, mcp.HTTP), nil)
	assert.Equal(t, conformance.Fail, found[0].Verdict)
	assert.NotContains(t, fmt.Sprint(found), "CANARY-123")

	ctx, cancel := contextEnded(t)
	defer cancel()
	found = cases.NewPlan([]*cases.File{f}, o).Run(ctx, mcp.Target{}, nil)
	assert.Equal(t, conformance.Unproven, found[0].Verdict)
}

func TestGoldens(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cases.yaml")
	text := one(`
- call: add
  arguments: {a: 1, b: 2}
  expect:
    golden: golden/add-{{revision}}.json
    result: {structuredContent: {$golden: sum.json}}
`)
	target := mcptest.New().Target(t, mcp.HTTP)
	run := func(update bool, revisions ...mcp.Revision) ([]conformance.Finding, *cases.Plan) {
		f, err := cases.Parse(path, []byte(text))
		require.NoError(t, err)
		o := options(mcp.HTTP, revisions...)
		o.Update = update
		plan := cases.NewPlan([]*cases.File{f}, o)
		return plan.Run(t.Context(), target, nil), plan
	}
	found, plan := run(false, mcp.Rev20251125)
	assert.Equal(t, conformance.Fail, found[0].Verdict)
	assert.Contains(t, strings.Join(found[0].Details, " "), "there is no golden file sum.json; --update writes it")
	written, err := plan.WriteGoldens()
	require.NoError(t, err)
	assert.Empty(t, written, "only an update writes")

	found, plan = run(true, mcp.Rev20251125, mcp.Rev20260728)
	assert.Equal(t, conformance.Pass, found[0].Verdict, found[0].Message)
	written, err = plan.WriteGoldens()
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(dir, "golden", "add-2025-11-25.json"), filepath.Join(dir, "golden", "add-2026-07-28.json"), filepath.Join(dir, "sum.json")}, written)
	data, err := os.ReadFile(filepath.Join(dir, "sum.json"))
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"sum\": 3\n}\n", string(data))

	found, plan = run(true, mcp.Rev20251125)
	assert.Equal(t, conformance.Pass, found[0].Verdict)
	written, err = plan.WriteGoldens()
	require.NoError(t, err)
	assert.Empty(t, written, "what is the same is left alone")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "sum.json"), []byte(`{"sum": 4, "more": true}`), 0o600))
	found, _ = run(false, mcp.Rev20251125)
	assert.Equal(t, conformance.Fail, found[0].Verdict)
	assert.Contains(t, strings.Join(found[0].Details, "\n"), "$.structuredContent.sum: expected 4, got 3")
	assert.Contains(t, strings.Join(found[0].Details, "\n"), "$.structuredContent.more: expected true, got nothing")

	text = strings.Replace(text, "golden/add-{{revision}}.json", "golden/same.json", 1)
	found, _ = run(true, mcp.Rev20251125, mcp.Rev20260728)
	assert.Contains(t, found[1].Message+strings.Join(found[1].Details, ""), "two steps would write different content")
}
