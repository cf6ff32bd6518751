package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// The elements of JUnit XML as the Jenkins schema has them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Time     string       `xml:"time,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		millis     int64
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Skipped *junitOutcome `xml:"skipped"`
		Error   *junitOutcome `xml:"error"`
		Failure *junitOutcome `xml:"failure"`
		Out     *junitText    `xml:"system-out"`
	}
	junitOutcome struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
	junitText struct {
		Text string `xml:",cdata"`
	}
)

// JUnit writes a testsuite for each subject and revision and a testcase for
// each check. What is skipped, unproven, blocked or accepted by the baseline
// is skipped with its reason, never passed. A warning passes with a note in
// system-out, and fails when strict.
func JUnit(w io.Writer, r *conformance.Report, o Options) error {
	type key struct {
		suite    string
		revision mcp.Revision
	}
	all := junitSuites{Name: xmlLine("mcpctl " + r.Target.Name), Time: junitTime(r.Millis)}
	index := map[key]int{}
	for _, f := range r.Findings {
		k := key{f.Suite(), f.Revision}
		i, ok := index[k]
		if !ok {
			i = len(all.Suites)
			index[k] = i
			all.Suites = append(all.Suites, junitSuiteOf(r, f))
		}
		all.Suites[i].add(junitCaseOf(f, o.Strict), f.Millis)
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.Time = junitTime(s.millis)
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return fmt.Errorf("writing the report as JUnit XML: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitSuiteOf(r *conformance.Report, f conformance.Finding) junitSuite {
	s := junitSuite{Name: xmlLine(strings.TrimSpace(f.Suite() + " " + string(f.Revision))), Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05")}
	add := func(name, value string) {
		if value != "" {
			s.Properties = append(s.Properties, junitProperty{name, xmlLine(value)})
		}
	}
	add("mcpctl", r.Tool.Version)
	add("target", r.Target.Name)
	add("transport", f.Transport)
	add("revision", string(f.Revision))
	for _, server := range r.Server {
		if server.Revision == f.Revision {
			add("server", strings.TrimSpace(server.Name+" "+server.Version))
		}
	}
	return s
}

func (s *junitSuite) add(c junitCase, millis int64) {
	s.Tests++
	s.millis += millis
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func junitCaseOf(f conformance.Finding, strict bool) junitCase {
	c := junitCase{Name: xmlLine(f.Check), Class: xmlLine(strings.TrimSuffix(f.Suite()+"."+string(f.Revision), ".")), Time: junitTime(f.Millis)}
	switch s := state(f); {
	case s == conformance.Fail, s == conformance.Warn && strict:
		c.Failure = &junitOutcome{string(s), xmlLine(f.Message), printable(account(f))}
	case s == conformance.Errored:
		c.Error = &junitOutcome{string(s), xmlLine(f.Message), printable(account(f))}
	case s == conformance.Warn:
		// The schema has no properties of a test case; CI systems read this
		// spelling from the output instead.
		c.Out = &junitText{printable("[[PROPERTY|verdict=warn]]\n" + account(f))}
	case s != conformance.Pass:
		c.Skipped = &junitOutcome{Type: string(s), Message: xmlLine(string(s) + ": " + reason(group{Finding: f}))}
	}
	return c
}

// account is a finding in full, as lines of plain text that are safe in a log.
func account(f conformance.Finding) string {
	lines := []string{term.CILine(f.Title)}
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, label+": "+term.CILine(text))
		}
	}
	tell := func(head, text string) {
		if several := several(f, text, maxLines); several != nil {
			lines = append(lines, head+several[0])
			lines = append(lines, several[1:]...)
		} else if text != "" {
			lines = append(lines, head+term.CILine(text))
		}
	}
	tell(string(f.Verdict)+": ", f.Message)
	for _, d := range f.Details {
		tell("- ", d)
	}
	for _, rule := range rules(f) {
		add("rule", rule)
	}
	add("see", f.Link)
	add("fix", f.Fix)
	if len(f.Evidence) > 0 {
		lines = append(lines, wireLog(f.Evidence, 2000))
	}
	return strings.Join(lines, "\n")
}

func junitTime(millis int64) string { return fmt.Sprintf("%.3f", float64(millis)/1000) }

func xmlLine(text string) string { return printable(term.CILine(text)) }
