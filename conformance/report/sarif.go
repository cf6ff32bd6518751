package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// sarifSchema is the address that OASIS gave the schema.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// Bounds on the excerpt of the wire in a SARIF result: the full exchange is in
// the other formats, and code scanning refuses large files.
const (
	sarifEvidence = 4
	sarifExcerpt  = 1000
	sarifDetails  = 20
)

// SARIF writes one result for each root cause that fails or warns, merged over
// revisions, pinned to the file Options.Artifact. What the baseline accepts is
// suppressed with its reason; the tester's own trouble is a notification.
// Skipped, unproven and blocked checks are no results: code scanning would
// raise an alert for each.
func SARIF(w io.Writer, r *conformance.Report, o Options) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "mcpctl", Version: r.Tool.Version, URI: "https://github.com/mcpctl/mcpctl", Rules: []sarifRule{},
		}},
		Automation:  &sarifAutomation{"mcpctl/" + r.Target.Name + "/" + r.Transport + "/"},
		Invocations: []sarifInvocation{sarifInvoked(r)},
		Results:     []sarifResult{},
		Properties:  map[string]any{"target": r.Target, "transport": r.Transport, "revisions": r.Revisions, "servers": r.Server, "summary": r.Summary},
	}
	index := map[string]int{}
	for _, g := range groups(r.Findings) {
		if g.Verdict != conformance.Fail && g.Verdict != conformance.Warn {
			continue
		}
		i, ok := index[g.Check]
		if !ok {
			i = len(run.Tool.Driver.Rules)
			index[g.Check] = i
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(g))
		}
		run.Results = append(run.Results, sarifResultOf(g, i, r, o))
	}
	return writeJSON(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}}, "  ")
}

func sarifInvoked(r *conformance.Report) sarifInvocation {
	ended := r.Started.Add(time.Duration(r.Millis) * time.Millisecond)
	call := sarifInvocation{Start: r.Started.UTC().Format(time.RFC3339), End: ended.UTC().Format(time.RFC3339), OK: !r.Interrupted}
	for _, f := range r.Findings {
		if f.Verdict == conformance.Errored {
			call.OK = false
			call.Notifications = append(call.Notifications, sarifNotification{
				sarifDescriptor{f.Check}, sarifText(placed(f.Message, string(f.Revision))), "error"})
		}
	}
	return call
}

func sarifRuleOf(g group) sarifRule {
	text, markdown := "", ""
	for _, rule := range rules(g.Finding) {
		text += rule + "\n"
		markdown += "> " + rule + "\n\n"
	}
	rule := sarifRule{
		ID: g.Check, Name: pascal(g.Check), Short: sarifText(g.Title), HelpURI: g.Link,
		Default:    sarifDefault{sarifLevel(g.Verdict)},
		Properties: map[string]any{"tags": []string{"mcp", g.Suite()}},
	}
	if cited(g.Finding) {
		rule.Properties["requirements"], rule.Properties["ref"] = slices.Concat([]string{}, g.Requirements), g.Ref
	}
	if severity := securitySeverity(g.Finding); severity != "" {
		rule.Properties["tags"] = []string{"mcp", g.Suite(), "security"}
		rule.Properties["security-severity"] = severity
	}
	if full := strings.ReplaceAll(strings.TrimSpace(text), "\n", " "); full != "" {
		rule.Full = &sarifMessage{Text: full}
	}
	if g.Fix != "" {
		text += "Fix: " + g.Fix + "\n"
		markdown += "**Fix:** " + g.Fix + "\n\n"
	}
	if g.Link != "" {
		markdown += "[" + ruleLink(g.Finding) + "](" + g.Link + ")\n\n"
	}
	if cited(g.Finding) || explained(g.Finding) {
		text, markdown = text+"More: "+explain(g.Check), markdown+"More: `"+explain(g.Check)+"`"
	}
	rule.Help = sarifMessage{cmp.Or(strings.TrimSpace(text), sarifText(g.Title).Text), strings.TrimSpace(markdown)}
	return rule
}

// securitySeverity is how code scanning ranks a rule about security, "" for
// others: from 7.0 on it is high.
func securitySeverity(f conformance.Finding) string {
	if !strings.HasPrefix(f.Check, "lint/security/") {
		return ""
	}
	if f.Verdict == conformance.Fail {
		return "8.0"
	}
	return "5.0"
}

// placed is a message and where it holds.
func placed(message, where string) string {
	if where == "" {
		return message
	}
	return message + " (in " + where + ")"
}

// sarifMessageOf is what a result says. A rule has one result for everything that
// breaks it, so it lists what that is.
func sarifMessageOf(f conformance.Finding) string {
	if cited(f) || len(f.Details) == 0 {
		return term.Clip(f.Message, 2000)
	}
	all := slices.Clone(f.Details[:min(len(f.Details), sarifDetails)])
	for i := range all {
		all[i] = term.Clip(all[i], messageLimit)
	}
	if more := len(f.Details) - len(all); more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, "\n")
}

func sarifResultOf(g group, rule int, r *conformance.Report, o Options) sarifResult {
	var excerpt []string
	for _, e := range g.Evidence[:min(len(g.Evidence), sarifEvidence)] {
		excerpt = append(excerpt, strings.TrimSpace(arrow(e)+" "+start(e)+" "+term.Clip(e.Text, sarifExcerpt)))
	}
	result := sarifResult{
		Rule: g.Check, Index: rule, Level: sarifLevel(g.Verdict),
		Message:      sarifText(placed(sarifMessageOf(g.Finding), g.where(r.Revisions))),
		Locations:    []sarifLocation{sarifPlace(r, o)},
		Fingerprints: map[string]string{"mcpctl/v1": fingerprint(g, r)},
		Properties:   map[string]any{"revisions": g.in, "transport": g.Transport, "verdict": g.Verdict},
	}
	if len(excerpt) > 0 {
		result.Properties["evidence"] = excerpt
	}
	if g.Baseline != "" {
		result.Suppressions = []sarifSuppression{{"external", "accepted", g.Baseline}}
	}
	return result
}

// sarifPlace is where code scanning shows a result: a file of the repository,
// and the server by name.
func sarifPlace(r *conformance.Report, o Options) sarifLocation {
	file := o.Artifact
	if file == "" {
		file = "README.md"
	}
	file = (&url.URL{Path: strings.ReplaceAll(file, `\`, "/")}).String()
	return sarifLocation{
		Physical: sarifPhysical{sarifArtifact{file}, sarifRegion{1}},
		Logical:  []sarifLogical{{r.Target.Name, "resource"}},
	}
}

// fingerprint recognises a result in later runs. The revision is the oldest of
// the root cause, so that speaking one more revision raises no new alert.
func fingerprint(g group, r *conformance.Report) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Target.Name, g.Check, string(g.in[0]), g.Transport}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func sarifLevel(v conformance.Verdict) string {
	if v == conformance.Fail {
		return "error"
	}
	return "warning"
}

// sarifText is text in which a viewer finds no link of a server's making:
// SARIF reads [words](address) even in plain text.
func sarifText(text string) sarifMessage {
	return sarifMessage{Text: strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "](", "] (")}
}

// pascal turns tools/names/unique into ToolsNamesUnique.
func pascal(id string) string {
	var out strings.Builder
	for word := range strings.FieldsFuncSeq(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		first, size := utf8.DecodeRuneInString(word)
		out.WriteString(string(unicode.ToUpper(first)) + word[size:])
	}
	return out.String()
}
