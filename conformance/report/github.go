package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// githubLimit bounds the annotations: a page of them is read by nobody, and
// GitHub itself drops those beyond its own limits without a word.
const githubLimit = 50

// GitHub writes workflow commands, one annotation for each root cause, the
// worst first: errors for broken MUSTs, for checks that could not be carried
// out and for stale baseline entries, warnings for the rest (errors when
// strict). The last line sums up.
func GitHub(w io.Writer, r *conformance.Report, o Options) error {
	v := look(r, o.Strict)
	warning := "warning"
	if o.Strict {
		warning = "error"
	}
	var all []string
	add := func(command string, groups []group) {
		for _, g := range groups {
			all = append(all, annotation(command, within(g.Check, g.where(r.Revisions)), note(g)))
		}
	}
	add("error", v.by[conformance.Fail])
	add("error", v.by[conformance.Errored])
	for _, s := range r.Stale {
		all = append(all, annotation("error", "stale entry", []string{s}))
	}
	add(warning, v.by[conformance.Warn])

	out := bufio.NewWriter(w)
	for _, line := range all[:min(len(all), githubLimit)] {
		fmt.Fprintln(out, line)
	}
	more := ""
	if left := len(all) - githubLimit; left > 0 {
		more = fmt.Sprintf(" (%s left out here)", plural(left, "annotation", "annotations"))
	}
	fmt.Fprintf(out, "mcpctl: %s: %s: %s%s\n", term.CILine(r.Target.Name), v.headline, strings.Join(v.total.words(), ", "), more)
	return out.Flush()
}

// note are the lines of an annotation.
func note(g group) []string {
	lines := []string{g.Title + ": " + term.Clip(g.Message, messageLimit)}
	for _, rule := range rules(g.Finding) {
		lines = append(lines, "Rule: "+rule)
	}
	if g.Link != "" {
		lines = append(lines, g.Link)
	}
	if g.Fix != "" {
		lines = append(lines, "Fix: "+g.Fix)
	}
	return lines
}

// annotation is one workflow command. The runner reads data up to the end of
// the line and property values up to a comma or colon, after which it undoes
// these escapes.
func annotation(command, title string, lines []string) string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	safe := make([]string, len(lines))
	for i, line := range lines {
		safe[i] = term.CILine(line)
	}
	return fmt.Sprintf("::%s title=%s::%s", command, property.Replace(term.CILine(title)), data.Replace(strings.Join(safe, "\n")))
}
