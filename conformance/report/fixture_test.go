package report_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// fixture is a report to write, by the name of its golden folder.
type fixture struct {
	name   string
	report *conformance.Report
}

func fixtures() []fixture {
	interrupted := green()
	interrupted.Interrupted = true
	interrupted.Findings[3].Verdict, interrupted.Findings[3].Message = conformance.Unproven, "the run was interrupted before this check"
	interrupted.Tally()
	return []fixture{
		{"findings", findings()}, {"hostile", hostile(nasty, 10<<10)}, {"green", green()}, {"interrupted", interrupted}, {"empty", empty()},
		{"rules", rules()}, {"mixed", mixed()}, {"files", files()},
	}
}

func empty() *conformance.Report {
	r := &conformance.Report{
		Schema: conformance.Schema, Tool: conformance.Tool{Name: "mcpctl", Version: "v0.1.0"},
		Target:    conformance.TargetInfo{Name: "everything", Command: []string{"node", "server.js", "stdio"}},
		Transport: "stdio", Revisions: []mcp.Revision{}, Reach: "provoke", Findings: []conformance.Finding{},
		Started: time.Date(2026, 8, 31, 12, 30, 45, 0, time.UTC), Millis: 912,
	}
	r.Tally()
	return r
}

// finding is one of the handshake era with a requirement of the catalogue.
func finding(check, title string, r mcp.Revision, v conformance.Verdict, message string, requirements ...string) conformance.Finding {
	f := conformance.Finding{Check: check, Title: title, Revision: r, Transport: "stdio", Verdict: v, Message: message,
		Requirements: requirements, Level: spec.Must, Millis: 3}
	for _, id := range requirements {
		if found, ok := spec.Lookup(r.Era(), id); ok {
			f.Ref, f.Link, f.Level = found.Ref(r), found.Link(r), found.Strength()
		}
	}
	return f
}

func green() *conformance.Report {
	r := empty()
	r.Revisions = []mcp.Revision{mcp.Rev20250618, mcp.Rev20251125}
	for _, rev := range r.Revisions {
		r.Server = append(r.Server, conformance.ServerInfo{Revision: rev, Name: "example-servers/everything", Version: "2.0.0"})
		r.Findings = append(r.Findings,
			finding("lifecycle/initialize/responds", "initialize is answered", rev, conformance.Pass, "", "lifecycle.initialize.responds"),
			finding("tools/list/shape", "tools/list answers an array of tools", rev, conformance.Pass, "", "tools.list.result-shape"),
			finding("ping/result/empty", "ping is answered at once with an empty result", rev, conformance.Pass, "", "ping.empty-result"),
			finding("ping/server/not-excessive", "the server does not ping more often than once a second", rev, conformance.Skip, "the server never pinged"))
	}
	r.Tally()
	return r
}

// findings has every verdict, root causes over several revisions, a baseline,
// and a revision that is not spoken.
func findings() *conformance.Report {
	r := green()
	r.Transport, r.Target = "http", conformance.TargetInfo{Name: "weather", URL: "https://weather.example/mcp"}
	r.NotSpoken = []conformance.NotSpoken{{Revision: mcp.Rev20260728, Cause: mcp.CauseRevision, Message: "server/discover is answered with 404 Not Found"}}
	r.Stale = []string{"the baseline accepts ping/order (2025-06-18), which is no fail or warn any more"}
	for i, rev := range r.Revisions {
		names := finding("tools/names/unique", "tool names are unique within the server", rev, conformance.Warn,
			fmt.Sprintf("tools/list (request %d) names two tools \"forecast\"", 7+i), "tools.name.unique")
		names.Fix = "Give every tool a name of its own."
		names.Evidence = exchange(7+i, `{"jsonrpc":"2.0","id":%d,"result":{"tools":[{"name":"forecast"},{"name":"forecast"},{"name":"radar","description":"`+strings.Repeat("Rain and wind over the last hour. ", 12)+`"}]}}`)
		schema := finding("tools/list/input-schema-type", "the inputSchema of every tool is an object schema", rev, conformance.Fail,
			"tool \"forecast\" has an inputSchema of type \"string\" (and 7 more)", "tools.list.input-schema-object-type")
		schema.Details = []string{"tool \"forecast\" has an inputSchema of type \"string\"", "tool \"radar\" has an inputSchema without type",
			"tool 3", "tool 4", "tool 5", "tool 6", "tool 7", "tool 8"}
		schema.Fix = "Give inputSchema the type \"object\"; a tool without arguments takes {\"type\":\"object\",\"additionalProperties\":false}."
		schema.Evidence = exchange(9+i, `{"jsonrpc":"2.0","id":%d,"result":{"tools":[{"name":"forecast","inputSchema":{"type":"string"}}]}}`)
		blocked := finding("tools/call/structured", "a result keeps the output schema", rev, conformance.Blocked, "needs a tool with a usable schema", "tools.list.output-schema-object-type")
		blocked.BlockedBy = "tools/list/input-schema-type"
		further := finding("tools/call/text", "a structured result has text too", rev, conformance.Blocked, "needs a structured result")
		further.BlockedBy = "tools/call/structured"
		accepted := finding("lifecycle/version/fallback-latest", "an unknown revision is answered with the latest", rev, conformance.Warn,
			"asked for 1999-01-01, the server offers 2024-11-05", "lifecycle.initialize.version-fallback-latest")
		accepted.Baseline = "fixed in the next release, see issue 42"
		r.Findings = append(r.Findings, names, schema, blocked, further, accepted)
	}
	fallback := finding("lifecycle/version/fallback", "an unknown revision is answered with a known one", mcp.Rev20251125, conformance.Fail,
		"asked for 1999-01-01, the server answered with it", "lifecycle.initialize.version-fallback")
	fallback.Evidence = exchange(1, `{"jsonrpc":"2.0","id":%d,"result":{"protocolVersion":"1999-01-01"}}`)
	r.Findings = append(r.Findings, fallback,
		finding("resources/read/missing", "reading an unknown resource fails with -32002", mcp.Rev20251125, conformance.Errored, "dialling 127.0.0.1:8080: connection refused"),
		finding("resources/list/changes", "a changed list is announced", mcp.Rev20251125, conformance.Unproven, "the list did not change while mcpctl looked"),
		finding("revision/spoken", "the server speaks the revision", mcp.Rev20260728, conformance.Skip, "server/discover is answered with 404 Not Found"))
	for i := range r.Findings {
		r.Findings[i].Transport = r.Transport
	}
	r.Tally()
	return r
}

// rules has findings that rest on rules of ours and on cases of the user's, and on
// no sentence of the specification.
func rules() *conformance.Report {
	r := empty()
	r.Revisions = []mcp.Revision{mcp.Rev20251125}
	rule := func(check, title string, v conformance.Verdict, message string, details ...string) conformance.Finding {
		return conformance.Finding{Check: check, Title: title, Revision: mcp.Rev20251125, Transport: "stdio", Verdict: v, Message: message, Details: details}
	}
	hidden := rule("lint/security/hidden-unicode", "no text has characters that people cannot see", conformance.Fail, "tools/echo: description has 3 invisible characters (and 1 more)",
		"tools/echo: description has 3 invisible characters", "tools/sum: title has 1 invisible characters")
	hidden.Link, hidden.Fix = "https://github.com/mcpctl/mcpctl/blob/main/docs/rules/lint.md#lintsecurityhidden-unicode", "Write the text anew, by hand."
	untyped := rule("lint/param/untyped", "every parameter has a type", conformance.Warn, "tools/sum#a: there is no type")
	untyped.Link = "https://github.com/mcpctl/mcpctl/blob/main/docs/rules/lint.md#lintparamuntyped"
	allowed := rule("lint/tool/name-verb", "tool names say what the tool does", conformance.Warn, "tools/sum: no word of the name says what the tool does")
	allowed.Baseline = "everybody knows what a sum is"
	sums := rule("cases/sums.yaml/adds two numbers", "adds two numbers", conformance.Fail, "the result is not as expected",
		"$.structuredContent.sum\n- 3\n+ 4\n  ::error::forged \x1b[2J", "$.content[0].text: expected \"3\"")
	r.Findings = append(r.Findings, hidden, untyped, allowed, rule("lint/tool/name-length", "tool names have at most 64 characters", conformance.Pass, ""), sums)
	r.Tally()
	return r
}

// mixed has broken MUSTs and failures of the user's cases.
func mixed() *conformance.Report {
	r := rules()
	broken := finding("tools/names/unique", "tool names are unique within the server", mcp.Rev20251125, conformance.Fail, "two tools are named echo", "tools.list.input-schema-object-type")
	r.Findings = append(r.Findings, broken)
	r.Tally()
	return r
}

// files is about two files: there is no revision and no server.
func files() *conformance.Report {
	r := empty()
	r.Target, r.Transport = conformance.TargetInfo{Name: "contract.json"}, ""
	r.Findings = []conformance.Finding{
		{Check: "contract/tool-removed", Title: "no tool is removed", Verdict: conformance.Fail, Message: "tools/echo is gone", Fix: "Keep it."},
		{Check: "contract/tool-added", Title: "no tool is added", Verdict: conformance.Pass},
	}
	r.Tally()
	return r
}

func exchange(id int, answer string) []conformance.Evidence {
	asked, answered := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list"}`, id), fmt.Sprintf(answer, id)
	return []conformance.Evidence{
		{Direction: "sent", Channel: "body", Millis: 12.5, Start: "POST https://weather.example/mcp", Text: asked, Size: len(asked),
			Header: http.Header{"Content-Type": {"application/json"}, "Authorization": {"[redacted]"}}},
		{Direction: "received", Channel: "body", Millis: 14.25, Start: "200 OK", Text: answered, Size: len(answered),
			Header: http.Header{"Content-Type": {"application/json"}}},
	}
}

// nasty is what a server might say to deceive a reader or break a format.
const nasty = "\x1b[2J\x1b]52;c;aGk=\x07 \u202egnp.exe\u202c \u200b\U000E0041\u009b31m ::error::forged ##vso[task.setvariable] ##[error]forged\r\n" +
	"::error::forged\n]]> <![CDATA[ </script><script>alert(1)</script> <img src=x onerror=alert(1)> &amp; \"' `code` ```\n````\nfence\n| cell | *bold* _it_ " +
	"[link](https://evil.example) https://evil.example www.evil.example @everyone #1 # TODO # SKIP\nnot ok 99\nok 1 - forged\nBail out!\n---\n...\n" +
	"{{.Evil}} %0A%0D \x00 \xff\xfe \uFFFE \uFFFF \uFEFF {0}"

// hostile has text of a server's choosing wherever one can get it in.
func hostile(text string, padding int) *conformance.Report {
	r := green()
	r.Target.Name, r.Target.URL = text, "https://weather.example/"+text
	r.Server = []conformance.ServerInfo{{Revision: mcp.Rev20251125, Name: text, Version: text}}
	r.NotSpoken = []conformance.NotSpoken{{Revision: mcp.Rev20260728, Cause: mcp.CauseRefused, Message: text}}
	r.Stale = []string{text}
	long := text + strings.Repeat("x", padding)
	for i, v := range conformance.Verdicts() {
		f := finding(fmt.Sprintf("hostile/%d/%s", i, v), "a title of ours", mcp.Rev20251125, v, long, "tools.name.unique")
		f.Evidence = []conformance.Evidence{{Direction: "received", Channel: "stdout", Start: text, Text: long, Size: len(long), Header: http.Header{"X": {text}}}}
		f.Details = []string{text, long}
		f.BlockedBy = map[bool]string{true: text}[v == conformance.Blocked]
		r.Findings = append(r.Findings, f)
	}
	accepted := finding("hostile/baseline", text, mcp.Rev20251125, conformance.Fail, text)
	accepted.Baseline = text
	r.Findings = append(r.Findings, accepted)
	r.Tally()
	return r
}
